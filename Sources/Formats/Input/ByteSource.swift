import Base
import Glibc

/// Bytes that come in blocks of whole lines: a file, a pipe, or memory.
public struct ByteSource {
  private enum Origin {
    case memory(UnsafeRawBufferPointer, offset: Int)
    case descriptor(Int32, name: String)
  }

  private var origin: Origin
  /// What was read and belongs to no block yet.
  private var rest: ByteBuffer
  /// Whether everything was read; some of it may be in ``rest``.
  private var isAtEnd = false
  /// How many bytes there are, or 0 when that is not known.
  let size: Int

  /// Bytes in memory, which must outlive the source.
  init(_ bytes: UnsafeRawBufferPointer) {
    origin = .memory(bytes, offset: 0)
    rest = ByteBuffer()
    size = bytes.count
  }

  /// The bytes of a descriptor, of which `beginning` was already read; `name` is used in errors.
  init(descriptor: Int32, name: String, size: Int, beginning: ArraySlice<UInt8>) {
    origin = .descriptor(descriptor, name: name)
    rest = ByteBuffer()
    self.size = size
    beginning.withUnsafeBytes { rest.append($0) }
  }

  /// Fills a buffer with the next whole lines, about `target` bytes or one longer line.
  ///
  /// False when there are no more; what follows the last newline is then in ``tail``. A line that
  /// is longer than `longest` is not read to its end: what is there of it is the block.
  mutating func next(
    into buffer: ByteBuffer, target: Int, longest: Int = Int.max
  ) throws(Failure) -> Bool {
    buffer.count = 0
    buffer.append(rest.bytes)
    rest.count = 0
    // Bytes before this hold no newline.
    var searched = 0
    while true {
      while !isAtEnd, buffer.count < max(target, searched * 2) {
        isAtEnd = try fill(buffer, upTo: max(target, searched * 2)) == 0
      }
      if let newline = buffer.bytes[searched...].lastIndex(of: 0x0A) {
        let end = newline + 1
        rest.append(UnsafeRawBufferPointer(rebasing: buffer.bytes[end...]))
        buffer.count = end
        return true
      }
      searched = buffer.count
      if searched > longest { return true }
      guard isAtEnd else { continue }
      rest.append(buffer.bytes)
      buffer.count = 0
      return false
    }
  }

  /// What follows the last newline, once ``next(into:target:)`` has returned false.
  var tail: UnsafeRawBufferPointer { rest.bytes }

  private mutating func fill(_ buffer: ByteBuffer, upTo limit: Int) throws(Failure) -> Int {
    buffer.reserve(limit)
    let room = limit - buffer.count
    switch origin {
    case .memory(let bytes, let offset):
      let count = min(room, bytes.count - offset)
      buffer.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
      origin = .memory(bytes, offset: offset + count)
      return count
    case .descriptor(let descriptor, let name):
      while true {
        let count = Glibc.read(descriptor, buffer.base + buffer.count, room)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else {
          throw Failure(.inputOutput, "\(name): \(File.systemMessage())")
        }
        buffer.count += count
        return count
      }
    }
  }
}

/// Memory that grows and is never cleared.
final class ByteBuffer {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// How many bytes are in use.
  var count = 0

  init() {
    capacity = 4096
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  /// The bytes in use.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Makes room for that many bytes in all.
  func reserve(_ size: Int) {
    guard size > capacity else { return }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: max(size, capacity * 2))
    larger.update(from: base, count: count)
    base.deallocate()
    (base, capacity) = (larger, max(size, capacity * 2))
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(count + bytes.count)
    memcpy(base + count, start, bytes.count)
    count += bytes.count
  }
}
