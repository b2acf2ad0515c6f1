import Glibc

extension File {
  /// Writes every byte to a descriptor.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/inputOutput`` (a full disk, a closed pipe).
  public static func write(
    _ bytes: [UInt8], descriptor: Int32, name: String
  ) throws(Failure) {
    let result = bytes.withUnsafeBytes { all in
      Result { () throws(Failure) in try write(all, descriptor: descriptor, name: name) }
    }
    try result.get()
  }

  /// Writes every byte of a piece of memory to a descriptor.
  ///
  /// - Throws: as ``write(_:descriptor:name:)``.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, descriptor: Int32, name: String
  ) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(.inputOutput, "\(name): \(systemMessage())") }
      done += count
    }
  }

  /// What an opened file begins with.
  public enum Beginning: Sendable {
    /// What it held; each write goes to its end.
    case appended
    /// Nothing, whatever it held.
    case emptied
    /// What it held; writes go where they are told.
    case kept
  }

  /// Opens a file of our own to be written as time goes by: a log, a run's history. What a person
  /// named as an output goes through ``OutputFile``.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/cannotCreate``.
  public static func open(_ path: String, _ beginning: Beginning) throws(Failure) -> Int32 {
    let flags =
      switch beginning {
      case .appended: O_WRONLY | O_APPEND
      case .emptied: O_RDWR | O_TRUNC
      case .kept: O_RDWR
      }
    let descriptor = Glibc.open(path, flags | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "\(path): \(systemMessage())")
    }
    return descriptor
  }

  /// Writes a whole file, as ``OutputFile`` does: one that is there already is replaced in one
  /// step, and readers see the old bytes or the new, never a part.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/cannotCreate`` or ``ExitCode/inputOutput``.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    let file = try OutputFile(path)
    try file.write(bytes)
    try file.finish()
  }
}
