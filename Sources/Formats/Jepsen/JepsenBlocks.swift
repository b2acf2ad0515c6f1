import Base

/// The blocks of a `test.jepsen`, found by their index and checked before they are handed out.
///
/// The file is `JEPSEN`, a version of 32 bits, the offset of the index as 64 bits, and blocks
/// anywhere behind. A block is its length (64 bits, its header included), a CRC-32, a type of 16
/// bits in a field of 16 bytes, and data; the checksum is that of the data and then of the header
/// with a checksum of zero. All integers are signed and big-endian. The index names the block that
/// is the test map and gives every block's offset by its number.
struct JepsenBlocks {
  /// What a block holds.
  enum Kind: Int16 {
    case index = 1
    /// One Fressian value.
    case fressian
    /// The number of the block with the rest of a map, 0 for none, and a part of it.
    case partialMap
    /// Fressian values until the data ends.
    case stream
    /// How many elements, and the first element's place and the number of each block of them.
    case bigVector
  }

  /// A block whose checksum is right.
  struct Block {
    var kind: Kind
    /// Where its data is.
    var data: Range<Int>
    /// Where it begins.
    var start: Int
  }

  /// How every such file begins.
  static let magic = Array("JEPSEN".utf8)
  private static let firstBlock = 18
  private static let headerSize = 28

  private let bytes: UnsafeRawBufferPointer
  private var offsets: [Int32: Int] = [:]
  /// The number of the test map's block.
  private(set) var root: Int32 = 0
  /// Where the last block that the index knows ends.
  private(set) var end = 0

  /// Reads the index; the owner keeps the bytes alive.
  ///
  /// - Throws: ``ScanError`` for what is no such file, of another version, cut, or damaged.
  init(_ bytes: UnsafeRawBufferPointer) throws(ScanError) {
    self.bytes = bytes
    guard bytes.starts(with: Self.magic) else {
      throw ScanError(offset: 0, message: "found no “JEPSEN” at the start of the file")
    }
    let version = try bytes.bigEndian(Int32.self, at: 6, "the version")
    guard (0...1).contains(version) else {
      throw ScanError(
        offset: 6, message: "found the version \(version) of Jepsen's file, expected 0 or 1")
    }
    let place = try bytes.bigEndian(Int64.self, at: 10, "the place of the index")
    guard place != 0 else {
      throw ScanError(
        offset: 10,
        message: "found no index: the run was killed before anything was saved (its jepsen.log "
          + "has what was logged)")
    }
    let index = try block(at: Int(place), named: "the index", 10)
    guard index.kind == .index else {
      throw ScanError(
        offset: index.start, message: "found a block of type \(index.kind.rawValue) as the index")
    }
    try readIndex(index)
  }

  private mutating func readIndex(_ index: Block) throws(ScanError) {
    let start = index.data.lowerBound
    root = try bytes.bigEndian(Int32.self, at: start, "the root", before: index.data.upperBound)
    var place = start + 4
    end = index.data.upperBound
    while place < index.data.upperBound {
      let limit = index.data.upperBound
      let id = try bytes.bigEndian(Int32.self, at: place, "a block's number", before: limit)
      let offset = try bytes.bigEndian(Int64.self, at: place + 4, "an offset", before: limit)
      guard offsets.updateValue(Int(offset), forKey: id) == nil else {
        throw ScanError(offset: place, message: "found the block \(id) twice in the index")
      }
      // What a block's length is worth shows when it is read.
      if offset >= Self.firstBlock, offset <= bytes.count - 8,
        let length = try? bytes.bigEndian(Int64.self, at: Int(offset), "a length"),
        length >= Self.headerSize, length <= bytes.count - Int(offset)
      {
        end = max(end, Int(offset) + Int(length))
      }
      place += 12
    }
  }

  /// The block of a number that stands at a place of the file.
  ///
  /// - Throws: ``ScanError`` when there is none, it does not lie in the file, or its checksum is
  ///   another.
  func block(_ id: Int32, namedAt place: Int) throws(ScanError) -> Block {
    guard let offset = offsets[id] else {
      throw ScanError(
        offset: place, message: "found the block \(id) here, which the index does not have")
    }
    return try block(at: offset, named: "the block \(id)", place)
  }

  private func block(at offset: Int, named name: String, _ place: Int) throws(ScanError) -> Block {
    guard offset >= Self.firstBlock, offset <= bytes.count - Self.headerSize else {
      throw ScanError(
        offset: place,
        message: "\(name) is said to be at byte \(offset), where none can be in a file of "
          + "\(bytes.count) bytes: it was cut or damaged")
    }
    let length = try bytes.bigEndian(Int64.self, at: offset, "a length")
    guard length >= Self.headerSize, length <= bytes.count - offset else {
      throw ScanError(
        offset: offset,
        message: "\(name) is said to have \(length) bytes, and the file has "
          + "\(bytes.count - offset) from there: it was cut or damaged")
    }
    let code = try bytes.bigEndian(Int16.self, at: offset + 12, "a type")
    guard let kind = Kind(rawValue: code) else {
      throw ScanError(
        offset: offset + 12, message: "found the type \(code) of \(name), expected 1 to 5")
    }
    let data = offset + Self.headerSize..<offset + Int(length)
    let said = try bytes.bigEndian(UInt32.self, at: offset + 8, "a checksum")
    var sum = Checksum()
    sum.update(bytes[data])
    sum.update(bytes[offset..<offset + 8])
    sum.update([0, 0, 0, 0])
    sum.update(bytes[offset + 12..<data.lowerBound])
    guard sum.value == said else {
      throw ScanError(
        offset: offset,
        message: "\(name), of \(length) bytes, is damaged: its checksum is "
          + "\(String(sum.value, radix: 16)) and should be \(String(said, radix: 16))")
    }
    return Block(kind: kind, data: data, start: offset)
  }
}

extension UnsafeRawBufferPointer {
  /// The integer that begins there, the highest byte first.
  func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type, at offset: Int, _ name: String, before limit: Int? = nil
  ) throws(ScanError) -> Number {
    let limit = limit ?? count
    guard offset >= 0, offset <= limit - MemoryLayout<Number>.size else {
      throw ScanError(
        offset: Swift.min(Swift.max(offset, 0), limit),
        message: "found the end of the data in \(name)", isAtEnd: true)
    }
    return Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
