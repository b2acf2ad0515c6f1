import Histories

/// An event as Jepsen and plumbline write it, read in one straight walk: keywords and values with
/// one space between them, spaces and commas between members, all on one line.
///
/// It is the exact walk with its choices made beforehand. What it does not know it leaves to that,
/// so it has no errors of its own; the rules are the builder's in both.
extension EDNReader {
  /// Names of functions that were met, as words.
  struct UsualNames {
    /// More are looked up elsewhere.
    static let most = 32
    var functions: [(word: UInt64, id: FunctionID)] = []
    /// The field `index`, once it was met.
    var index: Int32 = -1
  }

  /// Reads the event that begins here; nil, and nothing read, when it has another form.
  mutating func usualEvent() -> EventDraft? {
    let start = scanner.position
    // Words are loaded without a look at the end.
    let limit = scanner.base + scanner.end - 32
    var next = scanner.base + start + 1
    var draft = EventDraft()
    extras.removeAll(keepingCapacity: true)
    while next < limit {
      switch next.pointee {
      case UInt8(ascii: " "), UInt8(ascii: ","):
        next += 1
      case UInt8(ascii: "}"):
        scanner.position = next + 1 - scanner.base
        return draft
      case UInt8(ascii: ":"):
        guard let end = usualMember(next + 1, &draft) else {
          scanner.position = start
          return nil
        }
        next = end
      default:
        scanner.position = start
        return nil
      }
    }
    scanner.position = start
    return nil
  }

  /// Reads a member from its name on; where it ends, or nil.
  @inline(__always)
  private mutating func usualMember(
    _ name: UnsafePointer<UInt8>, _ draft: inout EventDraft
  ) -> UnsafePointer<UInt8>? {
    let word = name.word
    if word.isPrefixed(by: "type :") {
      guard draft.take(.type), let (kind, length) = Event.Kind.usualKeyword((name + 6).word)
      else { return nil }
      draft.kind = kind
      return delimited(name + 6 + length)
    }
    if word == UInt64(text: "process ") {
      guard draft.take(.process), let number = (name + 8).plainNumber else { return nil }
      draft.process = .client(number.value)
      return delimited(name + 8 + number.digits)
    }
    if word.isPrefixed(by: "f :") {
      guard draft.take(.function), let (packed, length) = (name + 3).usualName,
        let function = usualFunction(packed, length)
      else { return nil }
      draft.function = function
      return name + 3 + length
    }
    if word.isPrefixed(by: "time ") {
      guard draft.take(.time), let number = (name + 5).plainNumber else { return nil }
      draft.time = number.value
      return delimited(name + 5 + number.digits)
    }
    if word.isPrefixed(by: "value ") {
      guard draft.take(.value) else { return nil }
      return usualValue(name + 6, &draft.value)
    }
    if word.isPrefixed(by: "key ") {
      guard draft.take(.key) else { return nil }
      return usualValue(name + 4, &draft.key)
    }
    if word.isPrefixed(by: "index ") {
      guard extras.isEmpty, let number = (name + 6).plainNumber else { return nil }
      if usual.index < 0 { usual.index = builder.field("index") }
      extras.append((usual.index, builder.values.intern(integer: number.value)))
      return delimited(name + 6 + number.digits)
    }
    return nil
  }

  /// Reads a value of any kind.
  @inline(__always)
  private mutating func usualValue(
    _ start: UnsafePointer<UInt8>, _ id: inout ValueID
  ) -> UnsafePointer<UInt8>? {
    if let number = start.plainNumber {
      id = builder.values.intern(integer: number.value)
      return delimited(start + number.digits)
    }
    if start.word.isPrefixed(by: "nil") {
      id = ValueTable.null
      return delimited(start + 3)
    }
    return otherValue(start, &id)
  }

  @inline(never)
  private mutating func otherValue(
    _ start: UnsafePointer<UInt8>, _ id: inout ValueID
  ) -> UnsafePointer<UInt8>? {
    scanner.position = start - scanner.base
    do throws(ScanError) {
      try skipSpace()
      guard scanner.peek != UInt8(ascii: "}") else { return nil }
      id = try scanner.value(into: &builder.values)
    } catch {
      return nil
    }
    return scanner.base + scanner.position
  }

  private mutating func usualFunction(_ packed: UInt64, _ length: Int) -> FunctionID? {
    for known in usual.functions where known.word == packed { return known.id }
    guard usual.functions.count < UsualNames.most else { return nil }
    let name = withUnsafeBytes(of: packed.littleEndian) {
      String(decoding: $0.prefix(length), as: UTF8.self)
    }
    let id = builder.function(name)
    usual.functions.append((packed, id))
    return id
  }

  /// The place, if what was read ends there.
  @inline(__always)
  private func delimited(_ place: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    switch place.pointee {
    case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "}"): place
    default: nil
    }
  }
}

extension EventDraft {
  /// Notes a member; false when it was there.
  @inline(__always)
  fileprivate mutating func take(_ member: Member) -> Bool {
    defer { members |= member.rawValue }
    return members & member.rawValue == 0
  }
}

extension Event.Kind {
  /// The kind that a word begins with, and how many bytes that is.
  @inline(__always)
  fileprivate static func usualKeyword(_ word: UInt64) -> (kind: Self, length: Int)? {
    if word.isPrefixed(by: "invoke") { return (.invoke, 6) }
    if word.isPrefixed(by: "ok") { return (.ok, 2) }
    if word.isPrefixed(by: "info") { return (.info, 4) }
    if word.isPrefixed(by: "fail") { return (.fail, 4) }
    return nil
  }
}

extension UnsafePointer<UInt8> {
  /// A name of at most eight letters, digits and dashes as one word, the first lowest, that ends
  /// where a member may.
  fileprivate var usualName: (packed: UInt64, length: Int)? {
    var packed: UInt64 = 0
    for length in 0...8 {
      switch self[length] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        guard length < 8 else { return nil }
        packed |= UInt64(self[length]) << UInt64(8 * length)
      case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "}"):
        return length > 0 ? (packed, length) : nil
      default: return nil
      }
    }
    return nil
  }
}
