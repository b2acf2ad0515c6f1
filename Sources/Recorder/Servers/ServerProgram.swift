import Base
import Drivers

/// One server process of a node: how it is started, and its child while it runs.
struct ServerProgram {
  let process: ServerProcess
  /// Where what it writes goes.
  let log: String
  var child: ChildProcess?
  /// It was ended on purpose and is not yet reaped.
  var isEnding = false

  /// Makes a program that does not run yet.
  init(_ process: ServerProcess, folder: String) {
    self.process = process
    log = folder + "/\(process.role).log"
  }

  /// Starts it: its files first, where they are absent.
  ///
  /// - Throws: ``ExitCode/unavailable`` when there is no such program or it cannot be started.
  mutating func start(
    _ environment: [String], packages: [String], place: ChildProcess.Place
  ) throws(Failure) {
    for file in process.files where File.kind(file.path) == .nothing {
      let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
      try File.makeFolder((file.path.hasPrefix("/") ? "/" : "") + folder)
      try File.replace(file.path, with: Array(file.text.utf8))
    }
    let path = try ProgramPath.resolve(process.program, packages: packages)
    child = try ChildProcess(
      server: path, arguments: process.arguments, environment: environment + process.environment,
      log: log, place: place)
    isEnding = false
  }

  /// The end of its log, for a person.
  func lastWords() -> String {
    LastWords.section("log", (try? File.read(log)) ?? [])
  }
}
