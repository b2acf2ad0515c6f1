import Glibc

/// A sync that fails, as Linux has it: the pages that could not be written count as clean.
///
/// What failed is told once. A later sync has nothing of it left to write, succeeds, and saves
/// nothing; only a page that is written to again goes to the disk, all of it (the kernel's
/// `mapping_set_error` and `errseq_t`; Rebello et al., "Can Applications Recover from fsync
/// Failures?", USENIX ATC 2020, section 3). What is read is the new content as long as the machine
/// is up. The size, and what is known of the file, are in the journal and are not lost by it: bytes
/// that were never written are zeros then, as those of an extent that ext4 has not yet marked as
/// written.
extension LossyFolder {
  /// A sync of a file fails.
  func failSync(_ inode: Inode) {
    guard let descriptor = try? inode.open(O_RDONLY) else { return }
    defer { close(descriptor) }
    for write in inode.writes where write.written == 0 { inode.clear(write) }
    let pages = Set(inode.writes.flatMap { Array($0.pages) })
    for page in pages where inode.stale[page] == nil {
      inode.stale[page] = onDisk(page, of: inode, descriptor)
    }
    inode.writes = []
    letGo(inode)
  }

  /// What the disk has of a page: what is seen, without the writes that never reached it. What was
  /// cut off or punched out since is zeros, whatever was there before.
  private func onDisk(_ page: Int64, of inode: Inode, _ descriptor: Int32) -> [UInt8] {
    let begin = page * Unsynced.pageSize
    var bytes = [UInt8](repeating: 0, count: Int(Unsynced.pageSize))
    _ = pread(descriptor, &bytes, bytes.count, off_t(begin))
    var isFixed = [Bool](repeating: false, count: bytes.count)
    for write in inode.writes.reversed() {
      let replacedEnd = write.offset + Int64(write.replaced.count)
      let range = Range(uncheckedBounds: (write.offset, max(replacedEnd, write.end)))
        .clamped(to: begin..<begin + Unsynced.pageSize)
      for place in range {
        let index = Int(place - begin)
        if write.written == 0 {
          isFixed[index] = true
        } else if !isFixed[index] {
          bytes[index] = place < replacedEnd ? write.replaced[Int(place - write.offset)] : 0
        }
      }
    }
    return bytes
  }
}

extension Inode {
  /// What is on the disk now, of what failed before: a page that was written to again is there, all
  /// of it.
  func supersede(_ write: Unsynced) {
    if write.written == 0 { return clear(write) }
    for page in write.pages { stale[page] = nil }
  }

  /// What was cut off or punched out is zeros, whatever the disk had there.
  func clear(_ write: Unsynced) {
    for page in stale.keys {
      let begin = page * Unsynced.pageSize
      let range = (write.offset..<write.offset + Int64(write.replaced.count))
        .clamped(to: begin..<begin + Unsynced.pageSize)
      for place in range { stale[page]?[Int(place - begin)] = 0 }
    }
  }

  /// Gives a file the content that the disk has of the pages whose writing failed.
  func showStale(_ descriptor: Int32) throws(SystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    for (page, bytes) in stale.sorted(by: { $0.key < $1.key }) {
      let begin = page * Unsynced.pageSize
      let count = min(bytes.count, max(0, Int(status.st_size) - Int(begin)))
      guard pwrite(descriptor, bytes, count, off_t(begin)) == count else { throw .last }
    }
    stale = [:]
  }
}

extension Unsynced {
  /// What the kernel writes at once.
  static let pageSize: Int64 = 4096

  /// Where what was written ends.
  var end: Int64 { offset + written }

  /// The pages that were written to, by number.
  var pages: Range<Int64> {
    written == 0 ? 0..<0 : offset / Self.pageSize..<(end - 1) / Self.pageSize + 1
  }
}
