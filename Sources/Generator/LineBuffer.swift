/// Bytes on their way out: a block of memory that is filled line by line and emptied by its owner.
///
/// Why not `ByteWriter`: a history is two lines an operation and hundreds of megabytes long, and
/// appending to an array checks and counts at every byte. Room is asked for once a line.
struct LineBuffer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var room: Int
  /// How many bytes are waiting.
  private(set) var count = 0

  init(room: Int) {
    self.room = room
    start = .allocate(capacity: room)
  }

  deinit { start.deallocate() }

  /// What is waiting; valid until the next change.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Forgets what is waiting and keeps the memory.
  mutating func empty() { count = 0 }

  /// Makes sure that so many further bytes fit.
  mutating func reserve(_ bytes: Int) {
    guard count + bytes > room else { return }
    room = max(room * 2, count + bytes)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
    larger.update(from: start, count: count)
    start.deallocate()
    start = larger
  }

  /// Appends one byte.
  ///
  /// - Precondition: there is room, as for all that follow.
  mutating func write(_ byte: UInt8) {
    start[count] = byte
    count += 1
  }

  /// Appends a fragment.
  mutating func write(_ fragment: borrowing [UInt8]) {
    let size = fragment.count
    fragment.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      (start + count).update(from: base, count: size)
    }
    count += size
  }

  /// Appends text.
  mutating func write(_ text: StaticString) {
    (start + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  /// Appends a decimal number, at most 20 bytes.
  mutating func write(_ number: Int64) {
    if number < 0 { write(UInt8(ascii: "-")) }
    var rest = number.magnitude
    var digits = 1
    var bound: UInt64 = 10
    while digits < 19, rest >= bound {
      digits += 1
      bound &*= 10
    }
    if digits == 19, rest >= 10_000_000_000_000_000_000 { digits = 20 }
    var place = count + digits
    count = place
    repeat {
      place -= 1
      let next = rest / 10
      start[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest &- next &* 10)
      rest = next
    } while rest > 0
  }
}
