/// The dense name of a value in one history: equal ids, equal values.
public typealias ValueID = Int32

/// Every value of a history, hash-consed: a value is stored once and named by a ``ValueID``.
///
/// Values are what JSON and EDN can say. Numbers are compared by value and never rounded: `1`,
/// `1.0` and `1e0` are one value, and a number that is no 64-bit integer keeps all its digits.
/// Lists, sets and maps are interned by the ids of their parts, so that a compare-and-set's
/// `[old,new]` gives the ids of `old` and `new` without a look at their text.
public struct ValueTable: Sendable {
  /// What sort of value an id names.
  public enum Kind: UInt8, Sendable {
    case null, bool, integer, decimal, string, keyword, list, set, map
  }

  /// JSON's `null`, EDN's `nil`.
  public static let null: ValueID = 0
  /// `false`.
  public static let `false`: ValueID = 1
  /// `true`.
  public static let `true`: ValueID = 2
  /// No value at all, where an id is optional in a column.
  public static let none: ValueID = -1

  private var kinds: [UInt8] = []
  /// An integer itself; else `offset << 32 | length` into ``text`` or ``parts``.
  private var payloads: [Int64] = []
  private var hashes: [UInt32] = []
  private var text: [UInt8] = []
  private var parts: [ValueID] = []
  private var slots: [Int32]

  /// Makes a table that knows `null`, `false` and `true`.
  public init() {
    slots = [Int32](repeating: -1, count: 64)
    _ = intern(.null, payload: 0)
    _ = intern(.bool, payload: 0)
    _ = intern(.bool, payload: 1)
  }

  /// How many different values there are.
  public var count: Int { kinds.count }

  /// The sort of a value.
  public func kind(of id: ValueID) -> Kind {
    Kind(rawValue: kinds[Int(id)]) ?? .null
  }

  /// The integer that an id names, or nil.
  public func integer(_ id: ValueID) -> Int64? {
    guard id >= 0, kinds[Int(id)] == Kind.integer.rawValue else { return nil }
    return payloads[Int(id)]
  }

  /// The Boolean that an id names, or nil.
  public func bool(_ id: ValueID) -> Bool? {
    id == ValueTable.true ? true : id == ValueTable.false ? false : nil
  }

  /// The UTF-8 of a string, keyword (without its colon) or decimal; empty for other kinds.
  public func utf8(_ id: ValueID) -> ArraySlice<UInt8> {
    switch kind(of: id) {
    case .string, .keyword, .decimal: text[range(payloads[Int(id)])]
    default: []
    }
  }

  /// The text of a string or keyword, or nil for other kinds.
  public func string(_ id: ValueID) -> String? {
    guard id >= 0 else { return nil }
    switch kind(of: id) {
    case .string, .keyword: return String(decoding: utf8(id), as: UTF8.self)
    default: return nil
    }
  }

  /// The elements of a list, the members of a set in the order of their ids, or the keys and
  /// values of a map in turn; empty for other kinds.
  public func parts(of id: ValueID) -> ArraySlice<ValueID> {
    guard id >= 0 else { return [] }
    switch kind(of: id) {
    case .list, .set, .map: return parts[range(payloads[Int(id)])]
    default: return []
    }
  }

  /// The two elements of a list of two, such as a compare-and-set's `[old,new]`; nil for all else.
  public func pair(_ id: ValueID) -> (first: ValueID, second: ValueID)? {
    guard id >= 0, kinds[Int(id)] == Kind.list.rawValue else { return nil }
    let payload = payloads[Int(id)]
    guard payload & 0xFFFF_FFFF == 2 else { return nil }
    let start = Int(payload >> 32)
    return (parts[start], parts[start + 1])
  }

  /// Whether a value is a set.
  var hasSets: Bool { kinds.contains(Kind.set.rawValue) }

  /// Makes lists of all sets, as a notation does that has no sets; nothing may be interned after.
  mutating func turnSetsIntoLists() {
    for place in kinds.indices where kinds[place] == Kind.set.rawValue {
      kinds[place] = Kind.list.rawValue
    }
  }

  private func range(_ payload: Int64) -> Range<Int> {
    let start = Int(payload >> 32)
    return start..<start + Int(payload & 0xFFFF_FFFF)
  }
}

// MARK: - Interning

extension ValueTable {
  /// What the table takes in memory, in bytes, without spare room.
  public var bytes: Int {
    kinds.count * 13 + text.count + parts.count * MemoryLayout<ValueID>.stride
      + slots.count * MemoryLayout<Int32>.stride
  }

  /// What so many values more may take for a moment, in bytes, while the table grows.
  func growth(_ more: Int) -> Int {
    let isCrowded = (kinds.count + more) * 2 > slots.count
    let isFull = kinds.count + more > payloads.capacity
    let letters = text.count + 16 * more > text.capacity ? 2 * text.count : 0
    let members = parts.count + 2 * more > parts.capacity ? 8 * parts.count : 0
    return (isCrowded ? 8 * slots.count : 0) + (isFull ? 16 * payloads.count : 0) + letters
      + members
  }

  /// The id of an integer.
  ///
  /// - Complexity: O(1) expected.
  public mutating func intern(integer: Int64) -> ValueID {
    intern(.integer, payload: integer)
  }

  /// The id of a Boolean.
  public func intern(bool: Bool) -> ValueID { bool ? ValueTable.true : ValueTable.false }

  /// The id of a string.
  ///
  /// - Complexity: O(bytes) expected.
  public mutating func intern(string: String) -> ValueID {
    var string = string
    return string.withUTF8 { intern(.string, bytes: UnsafeRawBufferPointer($0)) }
  }

  /// The id of text of kind `.string` or `.keyword`; the caller has validated the UTF-8.
  public mutating func intern(_ kind: Kind, bytes: UnsafeRawBufferPointer) -> ValueID {
    var hash = UInt64(kind.rawValue) &* 0x9E37_79B9_7F4A_7C15
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let folded = fold(hash)
    var slot = Int(folded) & (slots.count - 1)
    while slots[slot] >= 0 {
      let id = Int(slots[slot])
      if hashes[id] == folded, kinds[id] == kind.rawValue {
        let place = range(payloads[id])
        if place.count == bytes.count,
          text[place].withUnsafeBytes({ known in zip(known, bytes).allSatisfy(==) })
        {
          return Int32(truncatingIfNeeded: id)
        }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let payload = Int64(text.count) << 32 | Int64(bytes.count)
    text.append(contentsOf: bytes)
    return add(kind, payload: payload, hash: folded, slot: slot)
  }

  /// The id of a list.
  public mutating func intern(list: [ValueID]) -> ValueID { intern(.list, parts: list) }

  /// The id of a list that is part of an array.
  public mutating func intern(list: ArraySlice<ValueID>) -> ValueID { intern(.list, parts: list) }

  /// The id of a set; members may repeat and come in any order.
  public mutating func intern(set: [ValueID]) -> ValueID {
    let sorted = set.sorted()
    var unique: [ValueID] = []
    for member in sorted where unique.last != member { unique.append(member) }
    return intern(.set, parts: unique)
  }

  /// The id of a map, from keys and values in turn; a later entry of an equal key wins.
  public mutating func intern(map: [(key: ValueID, value: ValueID)]) -> ValueID {
    var latest: [ValueID: ValueID] = [:]
    for entry in map { latest[entry.key] = entry.value }
    return intern(.map, parts: latest.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
  }

  /// Forgets every value but keeps the memory.
  mutating func removeAll() {
    kinds.removeSubrange(3...)
    payloads.removeSubrange(3...)
    hashes.removeSubrange(3...)
    text.removeAll(keepingCapacity: true)
    parts.removeAll(keepingCapacity: true)
    for index in 0..<slots.count { slots[index] = -1 }
    for id in 0..<3 {
      var slot = Int(hashes[id]) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(id)
    }
  }

  /// Interns every value of another table in the order of its ids; `names` becomes the id here of
  /// each id there.
  ///
  /// Because a part has a lower id than what it is part of, and because the first to intern a value
  /// gives it its id, tables of successive stretches of a file that are merged in order make
  /// exactly the table that one walk over the whole file would have made.
  ///
  /// - Complexity: O(size of the other table) expected.
  mutating func merge(_ other: borrowing ValueTable, names: inout [ValueID]) {
    names.removeAll(keepingCapacity: true)
    names.reserveCapacity(other.count)
    for id in 0..<other.count {
      let kind = Kind(rawValue: other.kinds[id]) ?? .null
      switch kind {
      case .null, .bool: names.append(ValueID(id))
      case .integer: names.append(intern(.integer, payload: other.payloads[id]))
      case .decimal, .string, .keyword:
        let place = other.range(other.payloads[id])
        names.append(
          other.text.withUnsafeBytes {
            intern(kind, bytes: UnsafeRawBufferPointer(rebasing: $0[place]))
          })
      case .list, .set, .map:
        let parts = other.parts[other.range(other.payloads[id])].map { names[Int($0)] }
        names.append(intern(kind, renamed: parts))
      }
    }
  }

  /// A list, set or map whose parts were renamed: what is ordered by ids is ordered again.
  private mutating func intern(_ kind: Kind, renamed parts: [ValueID]) -> ValueID {
    switch kind {
    case .set: return intern(set: parts)
    case .map:
      return intern(
        map: stride(from: 0, to: parts.count, by: 2).map { (parts[$0], parts[$0 + 1]) })
    default: return intern(.list, parts: parts)
    }
  }

  /// The id of a number from its literal: an optional sign, digits, fraction, exponent.
  ///
  /// The value is exact: `12.50e1` and `125` are one id. Nil when the text is no number.
  public mutating func intern(number literal: some StringProtocol) -> ValueID? {
    guard let number = Decimal(literal) else { return nil }
    if let integer = number.integer { return intern(integer: integer) }
    var canonical = number.canonical
    return canonical.withUTF8 { intern(.decimal, bytes: UnsafeRawBufferPointer($0)) }
  }

  private mutating func intern(_ kind: Kind, payload: Int64) -> ValueID {
    // Sixteen numbers in a row share a cache line of slots: histories count their values up.
    let number = UInt64(bitPattern: payload)
    let row = fold(number >> 4 &+ UInt64(kind.rawValue) << 60)
    let folded = row << 4 | UInt32(truncatingIfNeeded: number & 15)
    var slot = Int(folded) & (slots.count - 1)
    while slots[slot] >= 0 {
      let id = Int(slots[slot])
      if payloads[id] == payload, kinds[id] == kind.rawValue {
        return Int32(truncatingIfNeeded: id)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return add(kind, payload: payload, hash: folded, slot: slot)
  }

  private mutating func intern(
    _ kind: Kind, parts new: some RandomAccessCollection<ValueID>
  ) -> ValueID {
    var hash = UInt64(kind.rawValue) &* 0x9E37_79B9_7F4A_7C15
    for part in new {
      hash = (hash ^ UInt64(UInt32(bitPattern: part))) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 29
    }
    let folded = fold(hash)
    var slot = Int(folded) & (slots.count - 1)
    while slots[slot] >= 0 {
      let id = Int(slots[slot])
      if hashes[id] == folded, kinds[id] == kind.rawValue,
        parts[range(payloads[id])].elementsEqual(new)
      {
        return Int32(truncatingIfNeeded: id)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let payload = Int64(parts.count) << 32 | Int64(new.count)
    parts.append(contentsOf: new)
    return add(kind, payload: payload, hash: folded, slot: slot)
  }

  private func fold(_ hash: UInt64) -> UInt32 {
    var mixed = hash
    mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    mixed ^= mixed >> 33
    return UInt32(truncatingIfNeeded: mixed)
  }

  private mutating func add(
    _ kind: Kind, payload: Int64, hash: UInt32, slot: Int
  ) -> ValueID {
    let id = Int32(kinds.count)
    kinds.append(kind.rawValue)
    payloads.append(payload)
    hashes.append(hash)
    slots[slot] = id
    if kinds.count * 2 > slots.count { grow() }
    return id
  }

  private mutating func grow() {
    var larger = [Int32](repeating: -1, count: slots.count * 2)
    let mask = larger.count - 1
    for id in 0..<Int32(kinds.count) {
      var slot = Int(hashes[Int(id)]) & mask
      while larger[slot] >= 0 { slot = (slot + 1) & mask }
      larger[slot] = id
    }
    slots = larger
  }
}
