import Base
import Glibc

/// The durable records of one node: an append-only file that survives a kill at any byte.
///
/// How a record looks is ``DurableRecord``'s affair. At recovery a record that the file ends in
/// ends the log: it was being written when the node was killed, so nothing that followed from it
/// has left the node. The file is cut there, so that later records do not stand behind a torn one.
///
/// A record that is all there and does not match its checksums is no torn one: the disk has
/// damaged it, or has written something else there. Whether the node promised anything that rests
/// on it nobody knows, so the node does not start (Alagappan et al., “Protocol-Aware Recovery for
/// Consensus-Based Storage”, FAST 2018: to take damage for the end of the log loses what others
/// count on).
struct DurableLog: ~Copyable {
  private let path: String
  private var descriptor: Int32
  private var pending: [UInt8] = []
  /// How many bytes are in the file.
  private var written: Int

  private init(path: String, descriptor: Int32, written: Int) {
    self.path = path
    self.descriptor = descriptor
    self.written = written
  }

  /// Opens the log of a folder, which is made if need be, and reads its records.
  ///
  /// - Throws: ``Failure`` when the folder or file cannot be made or read, or a record is damaged.
  static func recover(
    folder: String, records: inout [[UInt8]]
  ) throws(Failure) -> DurableLog {
    try File.makeFolder(folder)
    var log = DurableLog(
      path: folder + "/log", descriptor: try File.open(folder + "/log", .kept), written: 0)
    let bytes = try File.read(descriptor: log.descriptor, name: log.path)
    do throws(DurableRecord.Damage) {
      log.written = try DurableRecord.decode(bytes, into: &records)
    } catch {
      throw Failure(
        .badInput,
        "\(log.path): durable record \(error.number), at byte \(error.place), is damaged: the node "
          + "may have promised what it says, and does not start without it")
    }
    if log.written < bytes.count, ftruncate(log.descriptor, log.written) != 0 {
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
    DurableRecord.encode(record, at: written + pending.count, into: &pending)
  }

  /// Makes every record that was added durable.
  mutating func flush() throws(Failure) {
    guard !pending.isEmpty else { return }
    try File.write(pending, descriptor: descriptor, name: path)
    written += pending.count
    pending.removeAll(keepingCapacity: true)
    guard fdatasync(descriptor) == 0 else {
      throw Failure(.inputOutput, "\(path): \(File.systemMessage())")
    }
  }

  /// Replaces all records, those that wait included, in one durable step.
  mutating func replace(with records: [[UInt8]]) throws(Failure) {
    pending.removeAll(keepingCapacity: true)
    var bytes: [UInt8] = []
    for record in records { DurableRecord.encode(record, at: bytes.count, into: &bytes) }
    let draft = path + ".new"
    let fresh = try File.open(draft, .emptied)
    try File.write(bytes, descriptor: fresh, name: draft)
    guard fsync(fresh) == 0, rename(draft, path) == 0 else {
      throw Failure(.inputOutput, "\(draft): \(File.systemMessage())")
    }
    close(descriptor)
    descriptor = fresh
    written = bytes.count
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
}
