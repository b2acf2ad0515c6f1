import Base
import CLinux
import Glibc

/// The small library that is loaded before the C library and moves the time of day; made here from
/// its source by the machine's C compiler.
public struct ClockShim: Sendable, Equatable {
  /// The library.
  public let path: String

  /// Compiles it into a folder, unless that was done before, and tries it.
  ///
  /// Takes some 100 ms the first time.
  ///
  /// - Throws: ``ExitCode/unavailable`` where there is no C compiler or what it makes does not
  ///   work, with what was said; ``ExitCode/cannotCreate``.
  public static func build(into folder: String) throws(Failure) -> ClockShim {
    try File.makeFolder(folder)
    let shim = ClockShim(path: "\(folder)/clock.so")
    let source = "\(folder)/clock.c"
    if File.kind(shim.path) == .file, (try? File.read(source)) == PackageResources.clock_c {
      return shim
    }
    guard let compiler = CompilerTrial.compiler() else {
      throw Failure(.unavailable, "clocks cannot be moved: \(CompilerTrial.missing)")
    }
    // Made beside and moved: another process may be doing the same, or use the library.
    let draft = "\(folder)/draft\(getpid())"
    defer { for ending in ["c", "so", "probe.c", "probe"] { unlink("\(draft).\(ending)") } }
    try File.replace("\(draft).c", with: PackageResources.clock_c)
    try File.replace("\(draft).probe.c", with: PackageResources.probe_c)
    try compile([compiler, "-O2", "-shared", "-fPIC", "-o", "\(draft).so", "\(draft).c", "-ldl"])
    try compile([compiler, "-O1", "-o", "\(draft).probe", "\(draft).probe.c"])
    try ClockShim(path: "\(draft).so").verify(probe: "\(draft).probe")
    // The source last: where it is, the library is whole.
    guard rename("\(draft).so", shim.path) == 0, rename("\(draft).c", source) == 0 else {
      throw Failure(.cannotCreate, "\(shim.path): \(File.systemMessage())")
    }
    return shim
  }

  private static func compile(_ words: [String]) throws(Failure) {
    let run = try BriefRun(words, environment: Environment.variables())
    guard run.code == 0 else {
      throw Failure(
        .unavailable,
        "clocks cannot be moved: \(words.joined(separator: " ")) ended with code \(run.code):\n"
          + run.output)
    }
  }

  /// Whether a program that asks for the time is told another one.
  private func verify(probe: String) throws(Failure) {
    let clock = try ShiftedClock(file: "\(probe).clock", shim: self)
    defer { unlink("\(probe).clock") }
    let shift = 1_000_000
    clock.jump(nanoseconds: Int64(shift) * 1_000_000_000)
    let before = Glibc.time(nil)
    let run = try BriefRun([probe], environment: clock.environment(Environment.variables()))
    let after = Glibc.time(nil)
    let answers = run.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    let expected = (before + shift - 1)...(after + shift + 1)
    guard run.code == 0, answers.count == 4, answers.allSatisfy(expected.contains) else {
      throw Failure(
        .unavailable,
        "clocks cannot be moved: a program that should have been told a time of \(expected) was"
          + " told “\(run.output)” (exit code \(run.code))")
    }
  }

  /// The environment of a process, with what it takes to see the clock of a file.
  func environment(_ variables: [String], clock: String) -> [String] {
    let preload = "LD_PRELOAD="
    let loaded = variables.last { $0.hasPrefix(preload) }?.dropFirst(preload.count) ?? ""
    return variables.filter { !$0.hasPrefix(preload) && !$0.hasPrefix("PLUMBLINE_CLOCK=") }
      + [preload + path + (loaded.isEmpty ? "" : ":\(loaded)"), "PLUMBLINE_CLOCK=\(clock)"]
  }
}
