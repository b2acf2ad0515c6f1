import Base
import Drivers
import Formats
import Glibc
import Sandbox

/// One server process of a node: how it is started, and its child while it runs.
struct ServerProgram {
  let process: ServerProcess
  /// Where what it writes goes.
  let log: String
  /// The machine it runs on; nil for this one.
  let host: RemoteHost?
  /// The node's folder, on that machine.
  let data: String
  /// The process here: the server, or the ssh client that keeps it.
  private(set) var child: ChildProcess?
  /// What keeps it on another machine.
  private(set) var remote: RemoteServer?
  /// Whether its last end was seen, and not only that of the connection to its machine.
  private(set) var wasSeenToEnd = true
  /// It was ended on purpose and is not yet reaped.
  var isEnding = false

  init(_ process: ServerProcess, folder: NodeFolder, host: RemoteHost? = nil, data: String = "") {
    self.process = process
    self.host = host
    self.data = data
    log = folder.log(ofRole: process.role)
  }

  /// Starts it: its files first, where they are absent.
  ///
  /// - Throws: ``ExitCode/unavailable`` when there is no such program or it cannot be started.
  mutating func start(
    _ environment: [String], packages: [String], place: ChildProcess.Place
  ) throws(Failure) {
    isEnding = false
    if let host {
      let remoteChild = try ChildProcess(
        path: "/bin/sh", arguments: host.arguments(script: RemoteHost.script(process, data: data)),
        environment: environment, log: log)
      child = remoteChild
      remote = RemoteServer(remoteChild)
      return
    }
    for file in process.files where File.kind(file.path) == .nothing {
      let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
      try File.makeFolder((file.path.hasPrefix("/") ? "/" : "") + folder)
      try File.replace(file.path, with: Array(file.text.utf8))
    }
    let path = try ProgramPath.resolve(process.program, packages: packages)
    child = try ChildProcess(
      server: path, arguments: process.arguments, environment: environment + process.environment,
      log: log, place: place)
  }

  /// Sends a signal to the server and those it started.
  func signal(_ number: Int32) {
    if let remote { remote.signal(number) } else { child?.signal(number) }
  }

  /// Whether the kernel of its machine says that it is stopped.
  var isStopped: Bool {
    guard let child else { return false }
    guard let remote else { return ProcessState.read(child.id)?.letter == "T" }
    return remote.letter == "T"
  }

  /// How it ended, or nil while it runs.
  mutating func reap() -> ChildProcess.Ending? {
    guard let ending = child?.reap() else { return nil }
    remote?.hear()
    wasSeenToEnd = remote?.hasEnded ?? true
    child = nil
    remote = nil
    return ending
  }

  /// Ends it at once, and waits until it is gone; a server on another machine for five seconds.
  ///
  /// - Returns: whether it is known to be gone.
  mutating func end() -> Bool {
    guard let child else { return true }
    defer {
      self.child = nil
      remote = nil
    }
    guard let remote else {
      child.end()
      return true
    }
    for _ in 0..<1000 {
      if child.reap() != nil {
        remote.hear()
        return remote.hasEnded
      }
      remote.hear()
      usleep(5_000)
    }
    child.end()
    return remote.hasEnded
  }

  /// The end of its log, for a person.
  func lastWords() -> String {
    LastWords.section("log", (try? File.read(log)) ?? [])
  }
}
