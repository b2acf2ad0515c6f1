import Glibc

/// Files: read whole, asked what they are. Every error names the path and the cause.
///
/// How they are written is in `File+Writing.swift`, and nowhere else.
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
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
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
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.missingInput, "\(path): \(systemMessage())")
    }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path, atLeast: count)
  }

  /// Makes a folder and those above it, where nothing of that name is there yet.
  ///
  /// - Throws: ``ExitCode/cannotCreate``; folders that were made by then stay.
  public static func makeFolder(_ path: String) throws(Failure) {
    var sofar = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      sofar += sofar.isEmpty || sofar.hasSuffix("/") ? String(part) : "/" + part
      guard mkdir(sofar, 0o755) == 0 || errno == EEXIST else {
        throw Failure(.cannotCreate, "\(sofar): \(systemMessage())")
      }
    }
  }

  /// Makes a folder that nobody else has, of this user alone, and gives its path.
  ///
  /// It is in `place`, or where TMPDIR says, or in `/tmp`; whoever asked for it removes it.
  /// - Throws: `cannotCreate` that names the place.
  public static func makeTemporaryFolder(
    _ name: String, in place: String? = nil
  ) throws(Failure) -> String {
    let place = place ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(place)/\(name)-\(String(repeating: "X", count: 6))".utf8CString)
    guard mkdtemp(&path) != nil else {
      throw Failure(.cannotCreate, "\(place): \(systemMessage())")
    }
    return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What a path is.
  public enum Kind: Sendable { case file, folder, nothing }

  /// What is at a path, links followed.
  public static func kind(_ path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// Whether a path leads to a regular file, which ends: a device or a pipe may never.
  public static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The size of a regular file in bytes, nil for anything else.
  public static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
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
