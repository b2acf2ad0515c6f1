import Base
import Glibc
import Sandbox

/// Clocks that are moved under programs that run.
enum ClockTrials {
  /// FOLDER MILLISECONDS PROGRAM ARGUMENT...: becomes the program, with a clock that is off.
  static func run(_ words: [String]) throws(Failure) -> Never {
    guard words.count >= 3, let shift = Int64(words[1]) else {
      throw Failure(.usage, "clock FOLDER MILLISECONDS PROGRAM ARGUMENT...")
    }
    if let obstacle = try ProgramImage(words[2]).obstacle { throw Failure(.unavailable, obstacle) }
    let shim = try ClockShim.build(into: words[0])
    let clock = try ShiftedClock(file: "\(words[0])/clock", shim: shim)
    clock.jump(nanoseconds: shift * 1_000_000)
    var arguments = words.dropFirst(2).map { strdup($0) } + [nil]
    var variables = clock.environment(["PATH=/usr/bin:/bin"]).map { strdup($0) } + [nil]
    execve(words[2], &arguments, &variables)
    throw Failure(.unavailable, "\(words[2]): \(File.systemMessage())")
  }

  /// A key that lives for 1000 s is gone when the clock jumps by more, and not before.
  static func redis() throws(Failure) {
    try DiskTrials.withFolder { folder throws(Failure) in
      let clock = try ShiftedClock(file: "\(folder)/clock", shim: try .build(into: folder))
      let server = try Redis(
        folder: folder, port: 17_391, environment: clock.environment(["PATH=/usr/bin:/bin"]))
      Trial.say("set \(server.ask("SET", "key", "value", "EX", "1000"))")
      clock.jump(nanoseconds: 900_000_000_000)
      Trial.say("after 900 s: \(server.ask("GET", "key"))")
      clock.jump(nanoseconds: 200_000_000_000)
      Trial.say("after 1100 s: \(server.ask("GET", "key"))")
    }
  }
}
