/// Makes a `test.jepsen` of blocks, as `jepsen.store.format` describes it, apart from the reader.
struct JepsenFile {
  private(set) var bytes: [UInt8] = []
  private var offsets: [(id: Int32, offset: Int)] = []

  init(version: Int32 = 1) {
    bytes = Array("JEPSEN".utf8) + Self.big(version) + Self.big(Int64(0))
  }

  static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// Adds a block under a number.
  mutating func add(_ id: Int32, type: Int16, _ data: [UInt8]) {
    offsets.removeAll { $0.id == id }
    offsets.append((id, bytes.count))
    bytes += Self.block(type, data)
  }

  /// Adds a block of one value, or of several.
  mutating func add(_ id: Int32, type: Int16 = 2, _ values: Fressian..., prefix: [UInt8] = []) {
    var writer = FressianWriter()
    for value in values { writer.write(value) }
    add(id, type: type, prefix + writer.bytes)
  }

  /// Adds operations as a stream.
  mutating func add(_ id: Int32, stream values: some Sequence<Fressian>) {
    var writer = FressianWriter()
    for value in values { writer.write(value) }
    add(id, type: 4, writer.bytes)
  }

  /// Adds a vector of blocks, with how many elements are before each.
  mutating func add(_ id: Int32, vector chunks: [(start: Int64, id: Int32)], count: Int64) {
    add(id, type: 5, Self.big(count) + chunks.flatMap { Self.big($0.start) + Self.big($0.id) })
  }

  /// The file with its index; `root` is the test map's block.
  func closed(root: Int32) -> [UInt8] {
    let index = offsets.flatMap { Self.big($0.id) + Self.big(Int64($0.offset)) }
    var whole = bytes + Self.block(1, Self.big(root) + index)
    whole.replaceSubrange(10..<18, with: Self.big(Int64(bytes.count)))
    return whole
  }

  private static func block(_ type: Int16, _ data: [UInt8]) -> [UInt8] {
    let length = big(Int64(data.count + 28))
    let rest = big(type) + [UInt8](repeating: 0, count: 14)
    return length + big(crc(data + length + [0, 0, 0, 0] + rest)) + rest + data
  }

  /// Gives every block the checksum of what it holds now.
  static func mended(_ bytes: [UInt8], blocks: [Int]) -> [UInt8] {
    var bytes = bytes
    for start in blocks where start + 28 <= bytes.count {
      let length = bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
      guard length >= 28, length <= UInt64(bytes.count - start) else { continue }
      let end = start + Int(length)
      let sum = crc(
        Array(bytes[start + 28..<end]) + bytes[start..<start + 8] + [0, 0, 0, 0]
          + bytes[start + 12..<start + 28])
      bytes.replaceSubrange(start + 8..<start + 12, with: big(sum))
    }
    return bytes
  }

  /// Where the blocks begin, the index last.
  func starts() -> [Int] { offsets.map(\.offset) + [bytes.count] }

  /// CRC-32 by long division, a bit at a time.
  static func crc(_ bytes: [UInt8]) -> UInt32 {
    var rest: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      for bit in 0..<8 {
        let isSet = (rest ^ UInt32(byte >> UInt8(bit))) & 1 == 1
        rest >>= 1
        if isSet { rest ^= 0xEDB8_8320 }
      }
    }
    return ~rest
  }
}

/// An operation in both of its notations.
struct JepsenLine {
  var index: Int64
  var time: Int64
  var type: String
  var process: Int64?
  var function: String
  var value: (fressian: Fressian, edn: String)
  var extras: [(name: String, fressian: Fressian, edn: String)] = []

  /// As Jepsen's own type.
  var operation: Fressian {
    .structure(
      "jepsen.history.Op",
      [
        .int(index), .int(time), .key(type), who, .key(function), value.fressian,
        extras.isEmpty ? .null : .map(extras.map { (.key($0.name), $0.fressian) }),
      ])
  }

  /// As a map, in version 0.
  var map: Fressian {
    .map(
      [
        (.key("type"), .key(type)), (.key("f"), .key(function)), (.key("value"), value.fressian),
        (.key("process"), who), (.key("time"), .int(time)), (.key("index"), .int(index)),
      ] + extras.map { (.key($0.name), $0.fressian) })
  }

  private var who: Fressian { process.map { .int($0) } ?? .key("nemesis") }

  var edn: String {
    let who = process.map { "\($0)" } ?? ":nemesis"
    return "{:index \(index), :time \(time), :type :\(type), :process \(who), :f :\(function), "
      + ":value \(value.edn)" + extras.map { ", :\($0.name) \($0.edn)" }.joined() + "}\n"
  }
}
