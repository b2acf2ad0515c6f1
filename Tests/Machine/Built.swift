import Foundation

/// The programs of the package, built beside the tests.
public enum Built {
  /// The package's folder.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a program: beside the tests that run, else where `swift build` leaves it.
  public static func program(_ name: String) -> String {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let folders = [bundle, own].map { URL(filePath: $0).deletingLastPathComponent().path }
    let usual = root.appending(path: ".build/debug").path
    return (folders + [usual]).map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "\(usual)/\(name)"
  }

  /// Why a program of the package cannot be run, or nil.
  public static func obstacle(_ name: String) -> String? {
    let path = program(name)
    return FileManager.default.isExecutableFile(atPath: path) ? nil : "\(path) is not built"
  }

  /// Runs a program to its end; what it wrote to both its outputs, and its exit code, or -1 where
  /// it cannot be started.
  public static func run(_ path: String, _ arguments: [String]) -> (code: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return (-1, "") }
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}
