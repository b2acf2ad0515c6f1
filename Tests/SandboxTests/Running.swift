import Base
import Foundation
import Glibc
import Testing

/// A trial that goes on, and everything that it started, found by a mark in the environment.
final class Running {
  let id: pid_t
  private let process: Process
  private let pipe = Pipe()
  private let mark = "PLUMBLINE_TRIAL=\(UUID())"

  /// Starts it, and waits until it says that it is ready.
  init(_ words: [String], as user: TrialRun.User, isAwaited: Bool = true) throws {
    process = TrialRun.process(words, as: user)
    process.standardOutput = pipe
    let parts = mark.split(separator: "=")
    process.environment = ProcessInfo.processInfo.environment.merging(
      [String(parts[0]): String(parts[1])]
    ) { $1 }
    try process.run()
    id = process.processIdentifier
    guard isAwaited else { return }
    var text = ""
    while !text.hasSuffix("ready\n") {
      let bytes = pipe.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(text == "ready\n")
    // The last one may not yet have become what it will be.
    for _ in 0..<2_000 {
      if !areStarting { break }
      usleep(5_000)
    }
  }

  /// What else it writes until it ends.
  func rest() -> String {
    String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// Waits for its end.
  var code: Int32 {
    process.waitUntilExit()
    let wasEnded = process.terminationReason == .uncaughtSignal
    return process.terminationStatus + (wasEnded ? 128 : 0)
  }

  /// The processes that have the mark and are not dead.
  var processes: [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.sorted().filter { id in
      let variables = (try? File.read("/proc/\(id)/environ")) ?? []
      return variables.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
    }
  }

  /// Whether a shell is still between fork and exec.
  private var areStarting: Bool {
    processes.contains { id in
      let words = (try? File.read("/proc/\(id)/cmdline")) ?? []
      return words.starts(with: "setsid".utf8)
    }
  }

  /// Whether all of them go; the kernel takes a moment.
  var areGone: Bool {
    for _ in 0..<2_000 {
      if processes.isEmpty { return true }
      usleep(5_000)
    }
    return false
  }

  /// The children of a process.
  static func children(of id: pid_t) -> [pid_t] {
    let bytes = (try? File.read("/proc/\(id)/task/\(id)/children")) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
  }
}
