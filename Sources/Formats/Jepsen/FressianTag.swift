import Histories

/// What a struct of Fressian is, by its tag.
enum FressianTag: Equatable {
  case map, set, uuid, bigint, bigdec, inst, named(isKeyword: Bool)
  case longs, doubles, booleans, ints, floats, objects
  /// An operation of Jepsen's history.
  case operation
  /// A pair, which Jepsen's independent keys are.
  case mapEntry
  /// The number of the block where a value is.
  case blockReference
  case multiset, character, ratio, record
  /// What it holds says all.
  case plain
  /// A tag that is not known here.
  case unknown(String)

  /// The tags with a code of their own.
  static let coded: [UInt8: FressianTag] = [
    0xB0: .longs, 0xB1: .doubles, 0xB2: .booleans, 0xB3: .ints, 0xB4: .floats, 0xB5: .objects,
    0xC0: .map, 0xC1: .set, 0xC3: .uuid, 0xC4: .plain, 0xC5: .plain, 0xC6: .bigint, 0xC7: .bigdec,
    0xC8: .inst, 0xC9: .named(isKeyword: false), 0xCA: .named(isKeyword: true),
  ]

  private static let names: [String: FressianTag] = [
    "map": .map, "set": .set, "persistent-hash-set": .set, "persistent-sorted-set": .set,
    "uuid": .uuid, "bigint": .bigint, "bigdec": .bigdec, "inst": .inst,
    "sym": .named(isKeyword: false), "key": .named(isKeyword: true), "long[]": .longs,
    "double[]": .doubles, "boolean[]": .booleans, "int[]": .ints, "float[]": .floats,
    "Object[]": .objects, "jepsen.history.Op": .operation, "map-entry": .mapEntry,
    "block-ref": .blockReference, "multiset": .multiset, "char": .character, "ratio": .ratio,
    "record": .record, "regex": .plain, "uri": .plain, "atom": .plain, "date-time": .plain,
    "instant": .plain, "throwable": .plain, "byte": .plain, "vec": .plain,
  ]

  /// The tag of a name.
  init(_ name: String) { self = Self.names[name] ?? .unknown(name) }

  /// How many fields a struct of this tag has; nil where any number will do.
  var fields: Int? {
    switch self {
    case .set, .map, .uuid, .bigint, .inst, .blockReference, .multiset, .character, .plain: 1
    case .bigdec, .named, .mapEntry, .ratio, .record: 2
    case .operation: 7
    case .longs, .doubles, .booleans, .ints, .floats, .objects, .unknown: nil
    }
  }

  /// Bytes as text.
  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { text, byte in
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }

  /// A UUID of 16 bytes as people write it.
  static func uuid(_ bytes: [UInt8]) -> String {
    let digits = hexadecimal(bytes)
    guard bytes.count == 16 else { return digits }
    var text = ""
    for (place, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(place) { text += "-" }
      text.append(digit)
    }
    return text
  }

  /// An instant, in milliseconds since 1970, as Clojure prints it.
  static func instant(_ milliseconds: Int64) -> String {
    let (seconds, rest) = milliseconds.floored(by: 1000)
    let (days, second) = seconds.floored(by: 86_400)
    // Civil from days (H. Hinnant): years begin in March, and 400 of them are an era.
    let (era, day) = (days + 719_468).floored(by: 146_097)
    let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let date = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    func digits(_ number: Int64, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    return digits(year, 4) + "-" + digits(month >= 10 ? month - 9 : month + 3, 2) + "-"
      + digits(date, 2) + "T" + digits(second / 3600, 2) + ":" + digits(second / 60 % 60, 2) + ":"
      + digits(second % 60, 2) + "." + digits(rest, 3) + "-00:00"
  }

  /// The digits of an integer of any size, in two's complement, the highest byte first.
  ///
  /// - Complexity: O(bytes²).
  static func digits(_ bytes: [UInt8]) -> String {
    let isNegative = bytes.first.map { $0 >= 0x80 } ?? false
    var limbs: [UInt32] = []
    // The magnitude, from the lowest byte up: -x is the complement of x - 1.
    var carry: UInt16 = isNegative ? 1 : 0
    for (place, byte) in bytes.reversed().enumerated() {
      let sum = UInt16(isNegative ? ~byte : byte) + carry
      carry = sum >> 8
      if place % 4 == 0 { limbs.append(0) }
      limbs[place / 4] |= UInt32(sum & 0xFF) << UInt32(8 * (place % 4))
    }
    var groups: [String] = []
    while let top = limbs.last {
      guard top != 0 else {
        limbs.removeLast()
        continue
      }
      var rest: UInt64 = 0
      for place in limbs.indices.reversed() {
        let part = rest << 32 | UInt64(limbs[place])
        limbs[place] = UInt32(truncatingIfNeeded: part / 1_000_000_000)
        rest = part % 1_000_000_000
      }
      groups.append(String(rest))
    }
    guard let first = groups.popLast() else { return "0" }
    let others = groups.reversed().map { String(repeating: "0", count: 9 - $0.utf8.count) + $0 }
    return (isNegative ? "-" : "") + first + others.joined()
  }
}

extension Int64 {
  /// The quotient and the rest of a division that rounds down.
  fileprivate func floored(by divisor: Int64) -> (quotient: Int64, rest: Int64) {
    let rest = self % divisor
    return rest < 0 ? (self / divisor - 1, rest + divisor) : (self / divisor, rest)
  }
}

extension ValueTable {
  /// The id of a floating-point number as Swift describes it; what is no number is as in EDN.
  mutating func intern(float text: String) -> ValueID {
    switch text {
    case "inf": intern(string: "##Inf")
    case "-inf": intern(string: "##-Inf")
    default: intern(number: text) ?? intern(string: "##NaN")
    }
  }
}
