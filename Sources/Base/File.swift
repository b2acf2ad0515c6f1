import Glibc

/// Files, whole: read, written atomically, appended to. Every error names the path and the cause.
public enum File {
  /// The words of the last system error, without its number.
  public static func systemMessage(_ code: Int32 = errno) -> String {
    String(cString: strerror(code))
  }

  /// Reads a whole file, or standard input for the descriptor 0.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/missingInput`` when it cannot be opened,
  ///   ``ExitCode/inputOutput`` when reading fails half way.
  public static func read(_ path: String) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.missingInput, "\(path): \(systemMessage())")
    }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path)
  }

  /// Reads a descriptor to its end, or until more than `limit` bytes have come; `name` is used in
  /// errors.
  public static func read(
    descriptor: Int32, name: String, limit: Int = Int.max
  ) throws(Failure) -> [UInt8] {
    var status = stat()
    var bytes: [UInt8] = []
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(.missingInput, "\(name): is a directory")
    }
    bytes.reserveCapacity(max(Int(status.st_size) + 1, 65_536))
    while true {
      let room = max(bytes.capacity - bytes.count, 65_536)
      var count = 0
      var failed: Int32 = 0
      let tail = [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
        repeat {
          count = Glibc.read(descriptor, buffer.baseAddress, room)
        } while count < 0
          && errno == EINTR
        failed = errno
        initialized = max(count, 0)
      }
      guard count >= 0 else {
        throw Failure(.inputOutput, "\(name): \(systemMessage(failed))")
      }
      if count == 0 { return bytes }
      if bytes.isEmpty { bytes = tail } else { bytes.append(contentsOf: tail) }
      if bytes.count > limit { return bytes }
    }
  }

  /// Reads from a descriptor until there are `count` bytes or no more come; `name`
  /// is used in errors.
  public static func read(
    descriptor: Int32, name: String, atLeast count: Int
  ) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes[done...].withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw Failure(.inputOutput, "\(name): \(systemMessage())") }
      if got == 0 { break }
      done += got
    }
    bytes.removeSubrange(done...)
    return bytes
  }

  /// Reads the first bytes of a file, `count` at most.
  ///
  /// - Throws: as ``read(_:)``.
  public static func head(_ path: String, count: Int) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.missingInput, "\(path): \(systemMessage())")
    }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path, atLeast: count)
  }

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

  /// Replaces a file's content in one step: readers see the old bytes or the new, never a part.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/cannotCreate`` or ``ExitCode/inputOutput``.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    let draft = path + ".tmp\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "\(path): \(systemMessage())")
    }
    do throws(Failure) {
      try write(bytes, descriptor: descriptor, name: path)
    } catch {
      close(descriptor)
      unlink(draft)
      throw error
    }
    close(descriptor)
    guard rename(draft, path) == 0 else {
      let cause = systemMessage()
      unlink(draft)
      throw Failure(.cannotCreate, "\(path): \(cause)")
    }
  }

  /// Makes a folder and those above it.
  public static func makeFolder(_ path: String) throws(Failure) {
    var sofar = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      sofar += sofar.isEmpty || sofar.hasSuffix("/") ? String(part) : "/" + part
      guard mkdir(sofar, 0o755) == 0 || errno == EEXIST else {
        throw Failure(.cannotCreate, "\(sofar): \(systemMessage())")
      }
    }
  }

  /// What a path is.
  public enum Kind: Sendable { case file, folder, nothing }

  /// What is at a path, links followed.
  public static func kind(_ path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// The names in a folder, sorted, without `.` and `..`.
  public static func names(in folder: String) throws(Failure) -> [String] {
    guard let stream = opendir(folder) else {
      throw Failure(.missingInput, "\(folder): \(systemMessage())")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
