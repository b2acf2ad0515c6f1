import CLinux
import Glibc

/// Data: opened, written, truncated.
extension LossyFolder {
  /// Opens a file. For writing it is opened for reading, too, as what is overwritten is kept.
  func open(_ inode: Inode, flags: Int32) throws(SystemError) -> Int32 {
    let isWriting = flags & O_ACCMODE != O_RDONLY
    let descriptor = try inode.open(isWriting ? O_RDWR : O_RDONLY)
    inode.handles += 1
    guard flags & O_TRUNC != 0, isWriting else { return descriptor }
    do throws(SystemError) { try truncate(inode, descriptor, to: 0) } catch {
      release(inode, descriptor, isWriting: false)
      throw error
    }
    return descriptor
  }

  /// Closes a file. ext4 (auto_da_alloc): one that was emptied before is written with the names.
  func release(_ inode: Inode, _ descriptor: Int32, isWriting: Bool) {
    close(descriptor)
    inode.handles -= 1
    if isWriting, inode.wasEmptied {
      inode.wasEmptied = false
      noteSettled(inode)
    }
    dropIfGone(inode)
    forget(inode)
  }

  /// Writes; how many bytes were written.
  func write(
    _ inode: Inode, _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64
  ) throws(SystemError) -> Int {
    let size = try sizeOf(descriptor)
    let end = offset + Int64(bytes.count)
    if isFull, end > size { throw SystemError(ENOSPC) }
    let replaced = try read(descriptor, from: offset, to: min(end, size))
    noteWrite(inode, size: size, offset: offset, replaced: replaced, count: Int64(bytes.count))
    let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
    guard count >= 0 else { throw .last }
    return count
  }

  /// Makes a file shorter or longer.
  func truncate(
    _ inode: Inode, _ descriptor: Int32, to length: Int64
  ) throws(SystemError) {
    let size = try sizeOf(descriptor)
    let replaced = try read(descriptor, from: length, to: size)
    noteWrite(inode, size: size, offset: length, replaced: replaced, count: 0)
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw .last }
    if length == 0 { inode.wasEmptied = true }
    // The size is in the journal. What was written before may be on the disk by then, or not; that
    // it is keeps what can be lost in the order of what was done to the file.
    noteSettled(inode)
  }

  /// Allocates, punches holes or zeroes, with the modes of fallocate(2).
  func allocate(
    _ inode: Inode, _ descriptor: Int32, mode: Int32, offset: Int64, length: Int64
  ) throws(SystemError) {
    // 1 keeps the size, 2 punches a hole, 16 zeroes; others move data about.
    guard mode & ~(1 | 2 | 16) == 0 else { throw SystemError(EOPNOTSUPP) }
    if isFull, mode & 2 == 0 { throw SystemError(ENOSPC) }
    let size = try sizeOf(descriptor)
    let clears = mode & (2 | 16) != 0
    let replaced = clears ? try read(descriptor, from: offset, to: min(offset + length, size)) : []
    noteWrite(inode, size: size, offset: offset, replaced: replaced, count: 0)
    guard plumbline_allocate(descriptor, mode, offset, length) == 0 else { throw .last }
  }

  private func sizeOf(_ descriptor: Int32) throws(SystemError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    return Int64(status.st_size)
  }

  private func read(
    _ descriptor: Int32, from offset: Int64, to end: Int64
  ) throws(SystemError) -> [UInt8] {
    guard offset < end else { return [] }
    let room = Int(end - offset)
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
      count = pread(descriptor, buffer.baseAddress, room, off_t(offset))
      initialized = max(count, 0)
    }
    guard count == room else { throw count < 0 ? .last : SystemError(EIO) }
    return bytes
  }
}
