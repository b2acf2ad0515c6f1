import Glibc

/// An answer to the kernel: 16 bytes that all have, then what the opcode of the request says.
struct KernelAnswer {
  private let buffer: UnsafeMutableRawPointer
  private let capacity: Int
  /// How many bytes the answer has so far.
  private(set) var count = 16

  /// Writes into memory that the caller keeps.
  init(_ buffer: UnsafeMutableRawPointer, capacity: Int) {
    self.buffer = buffer
    self.capacity = capacity
  }

  /// Forgets the body.
  mutating func clear() { count = 16 }

  /// The body's bytes that are free.
  var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: buffer + count, count: capacity - count)
  }

  /// Says that bytes were written where there was room.
  mutating func add(count more: Int) { count += more }

  /// Adds a number.
  mutating func add<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    buffer.storeBytes(of: number, toByteOffset: count, as: Number.self)
    count += MemoryLayout<Number>.size
  }

  /// Adds bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    room.copyMemory(from: bytes)
    count += bytes.count
  }

  /// Adds what is known of an inode (`fuse_attr`, 88 bytes).
  mutating func add(_ status: stat) {
    add(UInt64(status.st_ino))
    add(UInt64(status.st_size))
    add(UInt64(status.st_blocks))
    let times = [status.st_atim, status.st_mtim, status.st_ctim]
    for time in times { add(UInt64(bitPattern: Int64(time.tv_sec))) }
    for time in times { add(UInt32(time.tv_nsec)) }
    add(UInt32(status.st_mode))
    add(UInt32(status.st_nlink))
    add(UInt32(status.st_uid))
    add(UInt32(status.st_gid))
    add(UInt32(truncatingIfNeeded: status.st_rdev))
    add(UInt32(status.st_blksize))
    add(UInt32(0))
  }

  /// Adds an inode with what is known of it, and that the kernel must ask again each time.
  mutating func add(_ inode: Inode, _ status: stat) {
    add(inode.id)
    for _ in 0..<4 { add(UInt64(0)) }  // Generation, how long name and attributes hold.
    add(status)
  }

  /// Finishes it: what to send.
  func finished(_ id: UInt64, error: Int32) -> UnsafeRawBufferPointer {
    let length = error == 0 ? count : 16
    buffer.storeBytes(of: UInt32(length), as: UInt32.self)
    buffer.storeBytes(of: -error, toByteOffset: 4, as: Int32.self)
    buffer.storeBytes(of: id, toByteOffset: 8, as: UInt64.self)
    return UnsafeRawBufferPointer(start: buffer, count: length)
  }
}
