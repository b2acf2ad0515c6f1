import Base
import Foundation
import Glibc

/// One run of the program `SandboxTrial`: the tests themselves have threads, and stay outside.
struct TrialRun {
  /// Its exit code; 128 + the signal where it was ended by one.
  let code: Int32
  /// The lines that it wrote, those for people left out.
  let lines: [String]

  init(_ words: [String], as user: User = .ourselves) throws {
    let process = Process()
    process.executableURL = URL(filePath: TrialRun.program)
    process.arguments = TrialRun.words(words, as: user)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
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
  static var program: String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let here = URL(filePath: CommandLine.arguments.first ?? own).deletingLastPathComponent().path
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let folders = [here, own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }]
    return (folders + ["\(root)/.build/debug"]).map { "\($0)/SandboxTrial" }
      .first { File.kind($0) == .file } ?? "SandboxTrial"
  }

  /// Why there is no sandbox on this machine, or nil; told once for all tests.
  static let refusal: String? = {
    for user in User.all {
      guard let run = try? TrialRun(["exit", "7"], as: user) else {
        return "the program SandboxTrial is not built"
      }
      if run.code != 7 { return "\(user): \(run.lines.joined(separator: " "))" }
    }
    return nil
  }()

  /// Whether the tests can be run here; says why they cannot.
  static var isPossible: Bool {
    if let refusal { print("sandbox tests are skipped: \(refusal)") }
    return refusal == nil
  }
}
