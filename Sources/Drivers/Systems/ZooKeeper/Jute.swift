/// Cuts the bytes of a ZooKeeper connection into frames: four bytes of length, then the frame.
public struct JuteFrames: Sendable {
  /// The most bytes of a frame; servers refuse more than 1 MiB by themselves (`jute.maxbuffer`).
  public static let maximumBytes = 4 << 20

  private var input = InputBuffer()

  /// Has no bytes yet. Each connection needs its own: frames may come in several pieces.
  public init() {}

  /// Appends bytes that have come.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) { input.append(bytes) }

  /// Takes the next whole frame, or nil when more bytes are needed.
  public mutating func next() throws(WireError) -> JuteReader? {
    guard input.count >= 4 else { return nil }
    var length: UInt32 = 0
    for index in input.start..<input.start + 4 { length = length << 8 | UInt32(input.bytes[index]) }
    guard length <= Self.maximumBytes else {
      throw WireError("a frame of \(length) bytes; at most 4 MiB are taken")
    }
    guard input.count >= 4 + Int(length) else { return nil }
    _ = input.consume(4)
    return JuteReader(input.bytes[input.consume(Int(length))])
  }
}

/// Reads the fields of a record in the jute encoding: big-endian integers, and bytes with a length.
public struct JuteReader: Sendable {
  private var rest: ArraySlice<UInt8>

  /// Reads the fields in these bytes.
  public init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// Whether all was read.
  public var isAtEnd: Bool { rest.isEmpty }

  /// Takes an `int`.
  public mutating func int() throws(WireError) -> Int32 {
    Int32(truncatingIfNeeded: try bigEndian(4))
  }

  /// Takes a `long`.
  public mutating func long() throws(WireError) -> Int64 {
    Int64(bitPattern: try bigEndian(8))
  }

  /// Takes a `buffer` or the bytes of a `ustring`; the null buffer, of length −1, is empty.
  public mutating func buffer() throws(WireError) -> [UInt8] {
    let length = try int()
    if length == -1 { return [] }
    guard length >= 0, Int(length) <= rest.count else {
      throw WireError("a buffer of \(length) bytes where \(rest.count) are left")
    }
    defer { rest = rest.dropFirst(Int(length)) }
    return Array(rest.prefix(Int(length)))
  }

  private mutating func bigEndian(_ count: Int) throws(WireError) -> UInt64 {
    guard rest.count >= count else { throw WireError("a record that ends within a number") }
    var value: UInt64 = 0
    for byte in rest.prefix(count) { value = value << 8 | UInt64(byte) }
    rest = rest.dropFirst(count)
    return value
  }
}

/// Writes one frame with a record in the jute encoding.
public struct JuteWriter: Sendable {
  private var bytes: [UInt8] = [0, 0, 0, 0]

  /// Begins a frame.
  public init() { bytes.reserveCapacity(128) }

  /// The frame with its length.
  public var frame: [UInt8] {
    var frame = bytes
    let length = UInt32(bytes.count - 4)
    for index in 0..<4 {
      frame[index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index))
    }
    return frame
  }

  /// Appends an `int`.
  public mutating func write(int value: Int32) {
    for shift in stride(from: 24, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Int32(shift)))
    }
  }

  /// Appends a `long`.
  public mutating func write(long value: Int64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift)))
    }
  }

  /// Appends a `boolean`.
  public mutating func write(bool value: Bool) { bytes.append(value ? 1 : 0) }

  /// Appends a `ustring`, or a `buffer` of its UTF-8.
  public mutating func write(text: String) {
    write(int: Int32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Appends a `buffer` of zeros.
  public mutating func write(zeros count: Int) {
    write(int: Int32(count))
    bytes.append(contentsOf: repeatElement(0, count: count))
  }
}
