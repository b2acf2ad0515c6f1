import Base
import Foundation
import Glibc
import Sandbox
import TestMachine
import Testing

/// One run of the program `SandboxTrial`: the tests themselves have threads, and stay outside.
struct TrialRun {
  /// Its exit code; 128 + the signal where it was ended by one.
  let code: Int32
  /// The lines that it wrote, those for people left out.
  let lines: [String]

  /// Runs it to its end. Where the machine does not allow the user what that takes, the test, or
  /// the case of it that is for that user, is skipped.
  init(_ words: [String], as user: User = .ourselves) throws {
    try TrialNeeds.require(words, user)
    self.init(anywhere: words, as: user)
  }

  /// Runs it to its end, whatever comes of that.
  init(anywhere words: [String], as user: User) {
    let process = Process()
    process.executableURL = URL(filePath: TrialRun.program)
    process.arguments = TrialRun.words(words, as: user)
    let pipe = Pipe()
    process.standardOutput = pipe
    guard (try? process.run()) != nil else {
      (code, lines) = (-1, ["\(TrialRun.program) cannot be started"])
      return
    }
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let wasEnded = process.terminationReason == .uncaughtSignal
    code = process.terminationStatus + (wasEnded ? 128 : 0)
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
      .filter { !$0.hasPrefix("#") }
  }

  /// Who runs it.
  enum User: CaseIterable {
    case ourselves
    case nobody

    /// Those that we can be.
    static var all: [User] { geteuid() == 0 ? allCases : [.ourselves] }
  }

  /// The command line of a user's.
  static func words(_ words: [String], as user: User) -> [String] {
    (user == .nobody ? ["--as", "65534"] : []) + words
  }

  /// It is built beside the tests.
  static let program = Built.program("SandboxTrial")
}
