import Base
import Glibc
import Histories

/// Reads history files: compressed or not, from a path or standard input, in any known format.
public enum HistoryReader {
  /// Reads the history in a file; `-` is standard input.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/usage`` for an unknown format, ``ExitCode/badInput``
  ///   for bytes that are no history, ``ExitCode/missingInput`` for a file that cannot be opened,
  ///   ``ExitCode/inputOutput`` when reading fails half way, ``ExitCode/unavailable`` for a
  ///   compressed file where zlib is not installed, ``ExitCode/undecided`` for a history that takes
  ///   more than ``ReadOptions/memoryLimit``.
  public static func read(
    path: String, options: ReadOptions = ReadOptions()
  ) throws(Failure) -> History {
    let name = path == "-" ? "standard input" : path
    let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.missingInput, "\(path): \(File.systemMessage())")
    }
    defer { if path != "-" { close(descriptor) } }
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    if isFolder || isFile && status.st_size < HistoryReader.streamedSize {
      let bytes = try File.read(descriptor: descriptor, name: name)
      return try read(bytes, file: path, options: options)
    }
    var beginning = try File.read(
      descriptor: descriptor, name: name, atLeast: Formats.prefixLength + mark.count)
    if !Gzip.isCompressed(beginning) {
      let size = isFile ? Int(status.st_size) : 0
      let source = ByteSource(
        descriptor: descriptor, name: name, size: size,
        beginning: beginning.dropFirst(beginning.starts(with: mark) ? mark.count : 0))
      let history = try stream(source, beginning: beginning, file: path, options: options)
      if let history { return history }
    }
    // The bytes, and the history that is made of them.
    if isFile { try options.requireMemory(2 * Int(status.st_size), of: path) }
    if isFile, lseek(descriptor, 0, SEEK_SET) == 0 { beginning = [] }
    let rest = try File.read(
      descriptor: descriptor, name: name, limit: options.memoryLimit.map { $0 / 2 } ?? Int.max)
    if beginning.isEmpty { beginning = rest } else { beginning.append(contentsOf: rest) }
    // How much a pipe holds is known only now.
    try options.requireMemory(2 * beginning.count, of: path)
    return try read(beginning, file: path, options: options)
  }

  /// Reads a history that was found; one of several files is as if they stood in one, one after
  /// another.
  ///
  /// - Throws: its problem if it has one, and as ``read(path:options:)``.
  public static func read(
    _ found: FoundHistory, options: ReadOptions = ReadOptions()
  ) throws(Failure) -> History {
    if let problem = found.problem { throw problem }
    guard found.parts.count != 1 else { return try read(path: found.parts[0], options: options) }
    var all: [UInt8] = []
    var flaws: [String] = []
    for part in found.parts {
      let bytes = try File.read(part)
      try options.requireMemory(2 * (all.count + bytes.count), of: found.path)
      guard Gzip.isCompressed(bytes) else {
        all += bytes + [0x0A]
        continue
      }
      let content = try Gzip.decompress(
        bytes, name: part, limit: options.memoryLimit.map { $0 / 2 })
      if content.isCut { try options.requireMemory(Int.max, of: found.path) }
      if let flaw = content.flaw { flaws.append(flaw) }
      all += content.bytes + [0x0A]
    }
    var history = try read(all, file: found.path, options: options)
    history.warnings.insert(contentsOf: flaws, at: 0)
    return history
  }

  /// A map that fits a log, compressed or not; `-` is standard input.
  ///
  /// - Throws: as ``read(path:options:)``.
  public static func guess(
    path: String, options: ReadOptions = ReadOptions()
  ) throws(Failure) -> MapGuess {
    var bytes = try File.read(path)
    if Gzip.isCompressed(bytes) { bytes = try Gzip.decompress(bytes, name: path, limit: nil).bytes }
    let format = Formats.all.first { $0.name == options.format } as? MappedFormat
    var result: Result<MapGuess, FormatError>?
    bytes.withUnsafeBytes { all in
      let content = UnsafeRawBufferPointer(rebasing: all.dropFirst(all.starts(with: mark) ? 3 : 0))
      do throws(FormatError) {
        result = .success(
          try MapGuess(content, file: path, notation: format?.notation, shape: format?.shape))
      } catch { result = .failure(error) }
    }
    do throws(FormatError) {
      guard let result else { throw FormatError(file: path, line: 1, "nothing was read") }
      return try result.get()
    } catch { throw error.failure }
  }

  /// Says of records that are no events of ours how they can be read.
  private static func hinted(
    _ failure: Failure, _ format: any HistoryFormat, _ prefix: UnsafeRawBufferPointer,
    _ options: ReadOptions
  ) -> Failure {
    if failure.code == .badInput, let origin = options.otherMap?.origin,
      format.name == MappedFormat.nameOfMap, options.map == nil
    {
      return Failure(failure.code, failure.message + "; the map is that of \(origin)")
    }
    guard failure.code == .badInput, format is JSONLines, options.format == nil else {
      return failure
    }
    // A client by its name, or a date: another program's words for what is ours.
    let signs = ["as “process”, expected an", "as “time”, expected"]
    if signs.contains(where: failure.message.includes) {
      return Failure(
        failure.code,
        failure.message + "; --format records reads other programs' records, with names of clients "
          + "and dates")
    }
    guard !JSONLines.isOurs(prefix), failure.message.contains("in this event") else {
      return failure
    }
    return Failure(
      failure.code,
      failure.message
        + "; for records of another kind there is --map, and plumbline import --guess "
        + "finds one")
  }

  /// Files below this size are read at once.
  private static let streamedSize = 1 << 19

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The history in a source whose first bytes are known, or nil when its format cannot be read
  /// as it comes.
  private static func stream(
    _ source: consuming ByteSource, beginning: [UInt8], file: String, options: ReadOptions
  ) throws(Failure) -> History? {
    let bytes = Array(beginning.dropFirst(beginning.starts(with: mark) ? mark.count : 0))
    guard !bytes.isEmpty, !isUTF16(bytes) else { return nil }
    var format: Result<any HistoryFormat, Failure>?
    bytes.withUnsafeBytes { prefix in
      do throws(Failure) {
        format = .success(try self.format(of: prefix, file: file, options: options))
      } catch {
        format = .failure(error)
      }
    }
    guard let format = try format?.get(), bytes.contains(where: { !Sniffing.isSpace($0) }) else {
      return nil
    }
    try requireOrder(options, of: format, file: file)
    do throws(Failure) {
      return try format.read(source, prefix: bytes, file: file, options: options)
    } catch {
      throw bytes.withUnsafeBytes { hinted(error, format, $0, options) }
    }
  }

  private static func isUTF16(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
  }

  /// Reads the history that bytes hold; `file` is used in errors.
  public static func read(
    _ bytes: [UInt8], file: String, options: ReadOptions = ReadOptions()
  ) throws(Failure) -> History {
    guard Gzip.isCompressed(bytes) else {
      return try read(plain: bytes, file: file, options: options)
    }
    let content = try Gzip.decompress(bytes, name: file, limit: options.memoryLimit.map { $0 / 2 })
    if content.isCut { try options.requireMemory(Int.max, of: file) }
    var history = try read(plain: content.bytes, file: file, options: options)
    if let flaw = content.flaw { history.warnings.insert(flaw, at: 0) }
    return history
  }

  private static func read(
    plain bytes: [UInt8], file: String, options: ReadOptions
  ) throws(Failure) -> History {
    var result: Result<History, Failure>?
    bytes.withUnsafeBytes { all in
      do throws(Failure) {
        result = .success(try read(all, file: file, options: options))
      } catch {
        result = .failure(error)
      }
    }
    guard let result else { throw Failure(.defect, "\(file): nothing was read") }
    return try result.get()
  }

  private static func read(
    _ all: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(Failure) -> History {
    let bytes = UnsafeRawBufferPointer(rebasing: all.dropFirst(all.starts(with: mark) ? 3 : 0))
    if isUTF16(all) {
      throw FormatError(file: file, line: 1, "found UTF-16, expected UTF-8").failure
    }
    let format = try format(of: bytes, file: file, options: options)
    try requireOrder(options, of: format, file: file)
    if format.memoryPerByte > 0 {
      try options.requireMemory(format.memoryPerByte * bytes.count, of: file)
    }
    do throws(FormatError) {
      return try format.read(bytes, file: file, options: options)
    } catch {
      throw hinted(error.failure, format, bytes, options)
    }
  }

  /// Refuses an order that the format cannot have.
  private static func requireOrder(
    _ options: ReadOptions, of format: any HistoryFormat, file: String
  ) throws(Failure) {
    guard let order = options.order, !format.orders.contains(order) else { return }
    let name = order.rawValue
    throw Failure(
      .usage,
      "--order \(name): \(file) is \(format.name), whose events have no \(name) to sort by; "
        + "its order is that of --order \(format.orders[0].rawValue)")
  }

  private static func format(
    of bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(Failure) -> any HistoryFormat {
    if let name = options.format, name != "auto" {
      if let format = Formats.named(name) {
        if options.map == nil || format is MappedFormat { return format }
        throw Failure(
          .usage,
          "--map explains logs that plumbline does not know, and --format \(name) is one it "
            + "knows; leave one of them out")
      }
      let names = Formats.all.map(\.name)
      let hint = Suggestion.hint(for: name, among: names)
      throw Failure(
        .usage, "“\(name)” is no history format\(hint) (known: \(names.joined(separator: ", ")))")
    }
    if let map = options.map { return MappedFormat(map) }
    let format = Formats.detect(bytes)
    if let map = options.otherMap {
      let isOurs = format is JSONLines && JSONLines.isOurs(bytes)
      if format == nil || format is MappedFormat || format is JSONLines && !isOurs {
        return MappedFormat(map)
      }
    }
    if let format { return format }
    let found = bytes.first { !Sniffing.isSpace($0) }.map(Words.byte) ?? "nothing"
    throw FormatError(
      file: file, line: 1,
      "found \(found) at the start, expected a history "
        + "(\(Formats.all.map(\.name).joined(separator: ", ")); --format names one)"
    ).failure
  }
}
