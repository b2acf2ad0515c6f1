import Base
import Glibc
import Sandbox

/// The things that can be done, one word each.
enum Trial {
  static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
  }

  /// What is done before entering: `--as ID` gives root's rights up, `probe` only asks.
  static func runOutside(_ words: [String]) throws(Failure) {
    if words.count > 2, words[1] == "--as", let id = UInt32(words[2]) {
      guard setgroups(0, nil) == 0, setgid(id) == 0, setuid(id) == 0 else {
        throw Failure(.unavailable, "another user: \(File.systemMessage())")
      }
      // Only exec makes the files below /proc/self ours.
      var arguments = ([words[0]] + words.dropFirst(3)).map { strdup($0) } + [nil]
      execv("/proc/self/exe", &arguments)
      throw Failure(.unavailable, "starting again: \(File.systemMessage())")
    }
    switch words.dropFirst().first {
    case "disk":
      guard words.count == 4 else { throw Failure(.usage, "disk BACKING MOUNT") }
      DiskService.run(backing: words[2], mount: words[3])
      exit(0)
    case "clock-redis":
      try ClockTrials.redis()
      exit(0)
    case "clock": try ClockTrials.run(Array(words.dropFirst(2)))
    case "wires-outside": _ = try Wires(nodes: 1)
    case "probe":
      let before = namespaces()
      for capability in Sandbox.probe() {
        say("\(capability.name): \(capability.obstacle ?? "yes")")
      }
      say("same namespaces: \(namespaces() == before)")
      exit(0)
    default: return
    }
  }

  private static func namespaces() -> [UInt] {
    (["user", "net", "mnt", "pid", "ipc", "uts"] as [String]).map { name in
      var status = stat()
      stat("/proc/self/ns/\(name)", &status)
      return UInt(status.st_ino)
    }
  }

  /// What is done inside.
  static func run(_ words: [String]) throws(Failure) -> Int32 {
    switch words.first {
    case "describe": describe()
    case "exit": return words.dropFirst().first.flatMap { Int32($0) } ?? 1
    case "die": Lingering.die(of: words.dropFirst().first.flatMap { Int32($0) } ?? SIGKILL)
    case "await-signal": Lingering.awaitSignal()
    case "linger": Lingering.stay()
    case "orphans": Lingering.adoptOrphans()
    case "covered": return try coverProc(Array(words.dropFirst()))
    case "again":
      return try Sandbox.enter(arguments: [CommandLine.arguments[0]] + words.dropFirst())
    case "spawn": try Spawning.run()
    case "cut": try Conversation.cut()
    case "stream": try Conversation.stream()
    case "twice": try makeWiresTwice(.ports)
    case "rules-twice": try makeWiresTwice(.rules)
    case "rules-cut": try RuledConversation.cut()
    case "rules-many": try RuledConversation.many()
    case "rules-counts": try RuledConversation.count()
    case "rules-stream": try RuledConversation.stream()
    case "rules-list": try RuledConversation.list()
    case "rules-ways-out": try WaysOut.tryAll(.rules)
    case "disk-model": try DiskTrials.compare(words.dropFirst().compactMap { UInt64($0) })
    case "disk-faults": try DiskTrials.faults()
    case "disk-ends": try DiskTrials.ends()
    case "disk-redis": try DiskTrials.redis(policies: Array(words.dropFirst()))
    case "ways-out": try WaysOut.tryAll(.ports)
    default: throw Failure(.usage, "there is no trial \(words)")
    }
    return 0
  }

  private static func describe() {
    say("pid \(getpid()) parent \(getppid()) uid \(getuid()) gid \(getgid())")
    say("own processes \(Sandbox.inside?.hasOwnProcesses == true)")
    sayInterfaces()
  }

  private static func sayInterfaces() {
    let devices = (try? File.read("/proc/net/dev")) ?? []
    let names = String(decoding: devices, as: UTF8.self).split(separator: "\n").dropFirst(2)
      .compactMap { $0.split(separator: ":").first?.drop { $0 == " " } }
    say("interfaces \(names.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: " "))")
  }

  /// A run may be followed by another in the same sandbox.
  private static func makeWiresTwice(_ carrier: Wires.Carrier) throws(Failure) {
    for _ in 0..<2 {
      let wires = try Wires(nodes: 2, carrier: carrier)
      sayInterfaces()
      withExtendedLifetime(wires) {}
      _ = consume wires
      sayInterfaces()
    }
  }

  /// Goes into a user namespace below ours, where root is an ordinary user.
  private static func enterAsOrdinaryUser() throws(Failure) {
    // The Glibc overlay does not have it; CLONE_NEWUSER and CLONE_NEWNS.
    typealias Unshare = @convention(c) (Int32) -> Int32
    let unshare = dlsym(nil, "unshare").map { unsafeBitCast($0, to: Unshare.self) }
    guard unshare?(0x1000_0000 | 0x2_0000) == 0 else {
      throw Failure(.unavailable, "a user namespace in another: \(File.systemMessage())")
    }
    for map in ["uid_map", "gid_map"] {
      let file = open("/proc/self/\(map)", O_WRONLY)
      defer { close(file) }
      guard write(file, "1000 0 1", 8) == 8 else {
        throw Failure(.unavailable, "mapping the user: \(File.systemMessage())")
      }
    }
  }

  /// As in a container that hides parts of `/proc`: to all but the machine's root the kernel then
  /// refuses a fresh one, as what is covered would be seen.
  private static func coverProc(_ words: [String]) throws(Failure) -> Int32 {
    guard mount("/dev/null", "/proc/uptime", nil, UInt(MS_BIND), nil) == 0 else {
      throw Failure(.unavailable, "covering /proc/uptime: \(File.systemMessage())")
    }
    do throws(Failure) {
      try runOutside([CommandLine.arguments[0], "--as", "65534", "again"] + words)
    } catch {
      // In a user namespace of ours there is nobody else to be; in one below it what covers is
      // locked.
      try enterAsOrdinaryUser()
    }
    return try run(["again"] + words)
  }
}
