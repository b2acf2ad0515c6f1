/// A record in the file of a ``DurableLog``: its length, a checksum of that, a checksum of its
/// bytes, four bytes each (little-endian), then its bytes.
///
/// Both checksums cover the record's place in the file too, so that a record that was written to
/// another's place is not taken for one. The length has its own: where it is right, a file that is
/// too short for it ends in a torn record, and any other mismatch is damage.
enum DurableRecord {
  /// A record that is not what was written.
  struct Damage: Error, Equatable {
    /// Which record, from 1.
    var number: Int
    /// The byte that it begins at.
    var place: Int
  }

  private static var head: Int { 12 }

  /// Adds a record that begins at that place of the file.
  static func encode(_ record: [UInt8], at place: Int, into bytes: inout [UInt8]) {
    let length = UInt32(record.count)
    for word in [length, checksum([], at: place, of: length), checksum(record[...], at: place)] {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    bytes.append(contentsOf: record)
  }

  /// Reads records until the file ends, or ends in a torn one.
  ///
  /// - Returns: how many bytes the whole records have.
  static func decode(
    _ bytes: [UInt8], into records: inout [[UInt8]]
  ) throws(Damage) -> Int {
    var place = 0
    while place + head <= bytes.count {
      let damage = Damage(number: records.count + 1, place: place)
      let length = word(bytes, at: place)
      guard word(bytes, at: place + 4) == checksum([], at: place, of: length) else { throw damage }
      let start = place + head
      guard Int(length) <= bytes.count - start else { break }
      let record = bytes[start..<start + Int(length)]
      guard word(bytes, at: place + 8) == checksum(record, at: place) else { throw damage }
      records.append(Array(record))
      place = start + Int(length)
    }
    return place
  }

  private static func word(_ bytes: [UInt8], at position: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << ($1 * 8) }
  }

  /// FNV-1a over the place, a word and the bytes; of nothing it is not 0, so that a run of zeros is
  /// no record.
  private static func checksum(
    _ record: ArraySlice<UInt8>, at place: Int, of word: UInt32 = 0
  ) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for part in [UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place >> 32), word] {
      for shift in stride(from: 0, to: 32, by: 8) {
        hash = (hash ^ (part >> shift & 0xFF)) &* 0x0100_0193
      }
    }
    for byte in record { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}
