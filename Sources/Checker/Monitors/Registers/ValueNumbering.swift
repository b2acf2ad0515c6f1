import Histories

/// Dense numbers for the values of one key.
///
/// Ids are dense in the history; where one key has most of them, the id is the number. Where there
/// are many keys, a table of the key's own values keeps its memory in proportion to the key.
struct ValueNumbering: ~Copyable {
  /// How many numbers there are at most: columns by number have this length.
  let limit: Int
  private let isIdentity: Bool
  private var ids: [ValueID] = []
  private var numbers: [Int32] = []
  private let shift: UInt32
  private(set) var used: Int32 = 0

  /// Prepares to number the values of some calls, each of which names `perCall` at most.
  init(calls: Int, perCall: Int, values: Int) {
    let most = calls * perCall + 1
    isIdentity = values <= 2 * most + 64
    limit = isIdentity ? values : most
    var bits: UInt32 = 6
    if !isIdentity {
      while (1 << bits) < 2 * most { bits += 1 }
      ids = [ValueID](repeating: ValueTable.none, count: 1 << bits)
      numbers = [Int32](repeating: 0, count: 1 << bits)
    }
    shift = 32 - bits
  }

  /// Bytes that ``init(calls:perCall:values:)`` allocates at most.
  static func bytes(calls: Int, perCall: Int) -> Int { (calls * perCall + 1) * 32 }

  /// The number of a value, a new one when it is met the first time.
  ///
  /// - Complexity: O(1), expected where there is a table.
  @inline(__always)
  mutating func number(_ id: ValueID) -> Int32 { isIdentity ? id : looked(up: id) }

  private mutating func looked(up id: ValueID) -> Int32 {
    let mask = ids.count - 1
    var slot = Int((UInt32(bitPattern: id) &* 0x9E37_79B1) >> shift)
    while ids[slot] != id {
      if ids[slot] == ValueTable.none {
        ids[slot] = id
        numbers[slot] = used
        used += 1
        return used - 1
      }
      slot = (slot + 1) & mask
    }
    return numbers[slot]
  }
}
