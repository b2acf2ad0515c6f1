/// A value as Fressian has it, for files that tests make.
indirect enum Fressian: Sendable {
  case null, bool(Bool), int(Int64), double(Double), float(Float), text(String)
  /// The code units of a text, one by one, whatever they are.
  case units([UInt16])
  case bytes([UInt8])
  case key(String?, String), symbol(String)
  case list([Fressian]), map([(Fressian, Fressian)]), set([Fressian])
  /// A list without a count: closed by a mark, or open to the end.
  case marked([Fressian]), open([Fressian])
  case structure(String, [Fressian])
  case longs([Int64]), doubles([Double])
  /// A value that goes into the cache the first time.
  case cached(Fressian)
  /// Bytes as they are.
  case raw([UInt8])

  static func key(_ name: String) -> Fressian { .cached(.key(nil, name)) }
}

/// Writes Fressian by its description (github.com/Datomic/fressian), apart from the reader.
struct FressianWriter {
  private(set) var bytes: [UInt8] = []
  private var structs: [String: Int] = [:]
  private var cache: [String: Int] = [:]

  mutating func write(_ value: Fressian) {
    switch value {
    case .null: bytes.append(0xF7)
    case .bool(let bool): bytes.append(bool ? 0xF5 : 0xF6)
    case .int(let number): write(number)
    case .double(let number):
      if number == 0, number.sign == .plus {
        bytes.append(0xFB)
      } else if number == 1 {
        bytes.append(0xFC)
      } else {
        bytes.append(0xFA); big(number.bitPattern, 8)
      }
    case .float(let number): bytes.append(0xF9); big(UInt64(number.bitPattern), 4)
    case .text(let text): units(Array(text.utf16))
    case .units(let units): self.units(units)
    case .bytes(let octets): pieces(octets, 0xD0)
    case .key(let space, let name): bytes.append(0xCA); named(space, name)
    case .symbol(let name): bytes.append(0xC9); named(nil, name)
    case .list(let parts):
      if parts.count < 8 {
        bytes.append(0xE4 + UInt8(parts.count))
      } else {
        bytes.append(0xEC); write(Int64(parts.count))
      }
      for part in parts { write(part) }
    case .marked(let parts):
      bytes.append(0xED); for part in parts { write(part) }; bytes.append(0xFD)
    case .open(let parts): bytes.append(0xEE); for part in parts { write(part) }
    case .map(let entries):
      bytes.append(0xC0)
      write(.list(entries.flatMap { [$0.0, $0.1] }))
    case .set(let parts): bytes.append(0xC1); write(.list(parts))
    case .structure(let tag, let fields):
      if let index = structs[tag] {
        if index < 16 {
          bytes.append(0xA0 + UInt8(index))
        } else {
          bytes.append(0xF0); write(Int64(index))
        }
      } else {
        structs[tag] = structs.count
        bytes.append(0xEF)
        write(.text(tag))
        write(Int64(fields.count))
      }
      for field in fields { write(field) }
    case .longs(let numbers):
      bytes.append(0xB0); write(Int64(numbers.count)); numbers.forEach { write($0) }
    case .doubles(let numbers):
      bytes.append(0xB1)
      write(Int64(numbers.count))
      for number in numbers { write(.double(number)) }
    case .cached(let value): cached(value)
    case .raw(let octets): bytes += octets
    }
  }

  private mutating func cached(_ value: Fressian) {
    let name = "\(value)"
    guard let index = cache[name] else {
      cache[name] = cache.count
      bytes.append(0xCD)
      return write(value)
    }
    if index < 32 {
      bytes.append(0x80 + UInt8(index))
    } else {
      bytes.append(0xCC); write(Int64(index))
    }
  }

  private mutating func named(_ space: String?, _ name: String) {
    if let space { cached(.text(space)) } else { bytes.append(0xF7) }
    cached(.text(name))
  }

  private mutating func write(_ number: Int64) {
    let forms: [(first: Int64, zero: Int64, bytes: Int)] = [
      (0x40, 0x50, 1), (0x60, 0x68, 2), (0x70, 0x72, 3), (0x74, 0x76, 4), (0x78, 0x7A, 5),
      (0x7C, 0x7E, 6),
    ]
    if number == -1 { return bytes.append(0xFF) }
    if (0..<64).contains(number) { return bytes.append(UInt8(number)) }
    for form in forms {
      let high = number >> Int64(8 * form.bytes)
      guard (form.first..<2 * form.zero - form.first).contains(high + form.zero) else { continue }
      bytes.append(UInt8(high + form.zero))
      return big(UInt64(bitPattern: number), form.bytes)
    }
    bytes.append(0xF8)
    big(UInt64(bitPattern: number), 8)
  }

  private mutating func big(_ number: UInt64, _ count: Int) {
    for place in (0..<count).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place)))
    }
  }

  /// Each code unit of 16 bits by itself, in one to three bytes.
  private mutating func units(_ units: [UInt16]) {
    var octets: [UInt8] = []
    for unit in units {
      if unit < 0x80 {
        octets.append(UInt8(unit))
      } else if unit < 0x800 {
        octets += [0xC0 | UInt8(unit >> 6), 0x80 | UInt8(unit & 0x3F)]
      } else {
        octets += [
          0xE0 | UInt8(unit >> 12), 0x80 | UInt8(unit >> 6 & 0x3F), 0x80 | UInt8(unit & 0x3F),
        ]
      }
    }
    pieces(octets, 0xDA)
  }

  /// Bytes behind their length, in pieces of 100 where there are many.
  private mutating func pieces(_ octets: [UInt8], _ base: UInt8) {
    var rest = octets[...]
    while rest.count > 200 {
      bytes.append(base + 8)
      write(100)
      bytes += rest.prefix(100)
      rest = rest.dropFirst(100)
    }
    if rest.count < 8 {
      bytes.append(base + UInt8(rest.count))
    } else {
      bytes.append(base + 9); write(Int64(rest.count))
    }
    bytes += rest
  }
}
