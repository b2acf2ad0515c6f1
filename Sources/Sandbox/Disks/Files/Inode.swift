import CLinux
import Glibc

/// A file, folder or other thing of the backing folder, whatever its names are.
final class Inode {
  /// The number by which the kernel knows it; 1 is the root.
  let id: UInt64
  /// Which it is in the backing file system; not used again while `reference` is open.
  let key: Key
  /// A descriptor that refers to it: it stays itself when its names change or go.
  let reference: Int32
  /// How many times the kernel has been given its number.
  var lookups: UInt64 = 0
  /// How many descriptors are open.
  var handles = 0
  /// How many entries of the journal tell of it.
  var entries = 0
  /// How many of its names are removed but could come back.
  var graves = 0
  /// What to do, last first, to have what is certainly on the disk.
  var writes: [Unsynced] = []
  /// What the disk has of the pages whose writing failed, by number: nothing writes them again.
  var stale: [Int64: [UInt8]] = [:]
  /// Whether everything in it was thrown away since it was last closed by a writer.
  var wasEmptied = false
  /// The last write that an entry of the journal takes to the disk: nothing is added to it.
  var settled: UInt64 = 0

  /// The inode in the backing file system.
  struct Key: Hashable {
    let device: UInt
    let number: UInt
  }

  init(id: UInt64, key: Key, reference: Int32) {
    self.id = id
    self.key = key
    self.reference = reference
  }

  deinit { close(reference) }

  /// Whether nothing needs it any more.
  var isForgotten: Bool {
    lookups == 0 && handles == 0 && entries == 0 && writes.isEmpty && stale.isEmpty && id != 1
  }

  /// Its path as this process sees it.
  var path: String { "/proc/self/fd/\(reference)" }

  /// What is known of it; a name that is only waiting for its removal to be certain is not counted.
  func status() throws(SystemError) -> stat {
    var status = stat()
    guard fstat(reference, &status) == 0 else { throw .last }
    status.st_nlink -= min(status.st_nlink, UInt(graves))
    return status
  }

  /// Opens it.
  func open(_ flags: Int32) throws(SystemError) -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    return descriptor
  }
}

/// A write, truncation or allocation that is not synced: how to take it back.
struct Unsynced {
  /// Its place in the order of all changes.
  let number: UInt64
  /// When it was made, in nanoseconds; the first time where several were made one.
  let time: Int64
  /// The size that the file had before.
  let size: Int64
  /// Where the bytes that it replaced were.
  let offset: Int64
  /// The bytes that it replaced.
  let replaced: [UInt8]
  /// How many bytes were written.
  var written: Int64
}
