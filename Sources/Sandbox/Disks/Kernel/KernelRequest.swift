import Glibc

/// A request of the kernel: 40 bytes that all have, then what its opcode says (`linux/fuse.h`).
/// Only as long valid as the memory it was read into.
struct KernelRequest {
  private let bytes: UnsafeRawBufferPointer

  /// Nil where it is shorter than it says.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 40 else { return nil }
    self.bytes = bytes
  }

  var opcode: UInt32 { header(4) }
  /// The number that the answer bears.
  var id: UInt64 { header(8) }
  /// The inode it is about.
  var inode: UInt64 { header(16) }
  /// Who asks.
  var owner: LossyFolder.Owner { LossyFolder.Owner(user: header(24), group: header(28)) }

  private func header<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number {
    bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
  }

  /// A number of the body, 0 where the body is too short for it.
  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Number.Type = Number.self
  ) -> Number {
    guard 40 + offset + MemoryLayout<Number>.size <= bytes.count else { return 0 }
    return header(40 + offset)
  }

  /// The body from an offset to its end.
  func data(_ offset: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[min(40 + offset, bytes.count)...])
  }

  /// The name at an offset.
  func name(_ offset: Int) -> FileName { FileName(data(offset)) }

  /// The two names at an offset, one after the other.
  func names(_ offset: Int) -> (FileName, FileName) {
    let first = name(offset)
    return (first, name(offset + first.count + 1))
  }
}
