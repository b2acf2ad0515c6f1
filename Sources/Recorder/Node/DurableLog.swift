import Base
import Glibc

/// The durable records of one node: an append-only file that survives a kill at any byte.
///
/// A record is its length and a checksum, four bytes each (little-endian), then its bytes. At
/// recovery the first record that is short or does not match ends the log: it was being written
/// when the node was killed, so nothing that followed from it has left the node. The file is cut
/// there, so that later records do not stand behind a torn one.
struct DurableLog: ~Copyable {
  private let path: String
  private var descriptor: Int32
  private var pending: [UInt8] = []

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  /// Opens the log of a folder, which is made if need be, and reads its records.
  ///
  /// - Throws: ``Failure`` when the folder or file cannot be made or read.
  static func recover(
    folder: String, records: inout [[UInt8]]
  ) throws(Failure) -> DurableLog {
    try File.makeFolder(folder)
    let log = DurableLog(path: folder + "/log", descriptor: try File.open(folder + "/log", .kept))
    let bytes = try File.read(descriptor: log.descriptor, name: log.path)
    let sound = decode(bytes, into: &records)
    if sound < bytes.count, ftruncate(log.descriptor, sound) != 0 {
      throw Failure(.inputOutput, "\(log.path): \(File.systemMessage())")
    }
    lseek(log.descriptor, 0, SEEK_END)
    return log
  }

  deinit {
    close(descriptor)
  }

  /// Whether records wait for ``flush()``.
  var isDirty: Bool { !pending.isEmpty }

  /// Adds a record; it is durable after the next ``flush()``.
  mutating func append(_ record: [UInt8]) {
    DurableLog.encode(record, into: &pending)
  }

  /// Makes every record that was added durable.
  mutating func flush() throws(Failure) {
    guard !pending.isEmpty else { return }
    try File.write(pending, descriptor: descriptor, name: path)
    pending.removeAll(keepingCapacity: true)
    guard fdatasync(descriptor) == 0 else {
      throw Failure(.inputOutput, "\(path): \(File.systemMessage())")
    }
  }

  /// Replaces all records, those that wait included, in one durable step.
  mutating func replace(with records: [[UInt8]]) throws(Failure) {
    pending.removeAll(keepingCapacity: true)
    var bytes: [UInt8] = []
    for record in records { DurableLog.encode(record, into: &bytes) }
    let draft = path + ".new"
    let fresh = try File.open(draft, .emptied)
    try File.write(bytes, descriptor: fresh, name: draft)
    guard fsync(fresh) == 0, rename(draft, path) == 0 else {
      throw Failure(.inputOutput, "\(draft): \(File.systemMessage())")
    }
    close(descriptor)
    descriptor = fresh
    try syncFolder()
  }

  /// A renamed file is only durable once its folder is.
  private func syncFolder() throws(Failure) {
    let folder = open(String(path.dropLast("/log".count)), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Failure(.inputOutput, "\(path): \(File.systemMessage())") }
    defer { close(folder) }
    guard fsync(folder) == 0 else {
      throw Failure(.inputOutput, "\(path): \(File.systemMessage())")
    }
  }

  // MARK: - Bytes

  static func encode(_ record: [UInt8], into bytes: inout [UInt8]) {
    for word in [UInt32(record.count), checksum(record[...])] {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    bytes.append(contentsOf: record)
  }

  /// Reads records until the first unsound one; returns how many bytes were sound.
  static func decode(_ bytes: [UInt8], into records: inout [[UInt8]]) -> Int {
    var position = 0
    while position + 8 <= bytes.count {
      let length = Int(word(bytes, at: position))
      let start = position + 8
      guard length <= bytes.count - start else { break }
      let record = bytes[start..<start + length]
      guard checksum(record) == word(bytes, at: position + 4) else { break }
      records.append(Array(record))
      position = start + length
    }
    return position
  }

  private static func word(_ bytes: [UInt8], at position: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << ($1 * 8) }
  }

  /// FNV-1a over the length and the bytes, so that a run of zeros is no record.
  private static func checksum(_ record: ArraySlice<UInt8>) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5 ^ UInt32(record.count)
    for byte in record { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}
