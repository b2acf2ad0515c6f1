import Base
import Glibc

/// Where the bytes of an `--output` go: into a file, or to standard output for `-` or nothing.
struct Output {
  private let file: OutputFile?

  /// Finds out whether the place can be written; nothing is lost there until ``finish()``.
  init(_ path: String?) throws(Failure) {
    guard let path, path != "-" else {
      file = nil
      return
    }
    file = try OutputFile(path)
  }

  /// Writes bytes.
  ///
  /// - Returns: false when the reader has gone away (`| head`): it has seen enough, and that is no
  ///   error.
  /// - Throws: ``ExitCode/inputOutput``.
  @discardableResult
  func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool {
    do throws(Failure) {
      if let file {
        try file.write(bytes)
      } else {
        try File.write(bytes, descriptor: 1, name: "standard output")
      }
      return true
    } catch {
      if errno == EPIPE { return false }
      throw error
    }
  }

  /// The same for an array.
  @discardableResult
  func write(_ bytes: [UInt8]) throws(Failure) -> Bool {
    let result = bytes.withUnsafeBytes { all in
      Result { () throws(Failure) in try write(all) }
    }
    return try result.get()
  }

  /// Puts a file into its place.
  ///
  /// - Throws: ``ExitCode/cannotCreate`` or ``ExitCode/inputOutput``.
  func finish() throws(Failure) { try file?.finish() }

  /// Writes all of it at once.
  static func write(_ bytes: [UInt8], to path: String?) throws(Failure) {
    let output = try Output(path)
    try output.write(bytes)
    try output.finish()
  }
}
