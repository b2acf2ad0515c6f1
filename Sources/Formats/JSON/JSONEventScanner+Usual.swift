import Histories

/// The beginning of a line as plumbline and many others write it, read in one straight walk:
/// process, type and function in this order and without a space, then key, value and time in any.
///
/// It is the exact walk with its choices made beforehand. What it does not know it leaves to that,
/// so it has no errors of its own and no rules either.
extension JSONEventScanner {
  /// Reads members up to the first that is anything but usual; the offset behind the last one that
  /// was read, or nil, and nothing read, when not even the first three are.
  @inline(__always)
  mutating func usualMembers(
    into draft: inout EventDraft, in names: inout EventNames
  ) -> Int? {
    // Words are loaded without a look at the end, which is a newline and matches nothing.
    guard scanner.end + 24 <= scanner.readable else { return nil }
    let base = scanner.base
    var next = base + scanner.position
    guard next.word == UInt64(text: "{\"proces"), (next + 3).word == UInt64(text: "rocess\":"),
      let process = (next + 11).number
    else { return nil }
    next += 11
    next += process.digits
    guard next.word == UInt64(text: ",\"type\":"), next[8] == UInt8(ascii: "\"") else { return nil }
    next += 9
    guard let (kind, length) = Event.Kind.usual(next.word) else { return nil }
    next += length
    guard next.word.isPrefixed(by: ",\"f\":\"") else { return nil }
    next += 6
    guard let name = JSONScanner.plainText(next.word), let id = function(packed: name.packed) else {
      return nil
    }
    next += name.length + 1
    draft.process = .client(process.value)
    draft.kind = kind
    draft.function = id
    draft.members = 0b111
    while next.pointee == UInt8(ascii: ",") {
      let word = next.word
      if word == UInt64(text: ",\"time\":") {
        guard draft.isNew(.time), let time = (next + 8).number else { break }
        draft.time = time.value
        draft.members |= EventDraft.Member.time.rawValue
        next += 8 + time.digits
      } else if word == UInt64(text: ",\"value\""), next[8] == UInt8(ascii: ":") {
        guard draft.isNew(.value), let end = usualValue(next + 9, &draft.value, &names) else {
          break
        }
        draft.members |= EventDraft.Member.value.rawValue
        next = end
      } else if word.isPrefixed(by: ",\"key\":") {
        guard draft.isNew(.key), let end = usualValue(next + 7, &draft.key, &names) else { break }
        draft.members |= EventDraft.Member.key.rawValue
        next = end
      } else {
        break
      }
    }
    return next - base
  }

  /// Reads a value of any kind; where it ends, or nil when there is something wrong with it.
  @inline(__always)
  private mutating func usualValue(
    _ start: UnsafePointer<UInt8>, _ id: inout ValueID, _ names: inout EventNames
  ) -> UnsafePointer<UInt8>? {
    if let number = start.number {
      id = names.values.intern(integer: number.value)
      return start + number.digits
    }
    if start.word.isPrefixed(by: "null") {
      id = ValueTable.null
      return start + 4
    }
    return otherValue(start, &id, &names)
  }

  @inline(never)
  private mutating func otherValue(
    _ start: UnsafePointer<UInt8>, _ id: inout ValueID, _ names: inout EventNames
  ) -> UnsafePointer<UInt8>? {
    let before = scanner.position
    scanner.position = start - scanner.base
    if let known = quickID(in: &names) {
      id = known
    } else {
      do throws(ScanError) {
        id = try scanner.value(into: &names.values)
      } catch {
        scanner.aim(
          at: scanner.base, from: before, to: scanner.end, readable: scanner.readable)
        return nil
      }
    }
    return scanner.base + scanner.position
  }
}

extension Event.Kind {
  /// The kind that a word begins with, and how many bytes that is with its closing quote.
  @inline(__always)
  fileprivate static func usual(_ word: UInt64) -> (kind: Self, length: Int)? {
    if word == UInt64(text: "invoke\",") { return (.invoke, 7) }
    if word.isPrefixed(by: "ok\",") { return (.ok, 3) }
    if word.isPrefixed(by: "info\",") { return (.info, 5) }
    if word.isPrefixed(by: "fail\",") { return (.fail, 5) }
    return nil
  }
}

extension EventDraft {
  @inline(__always)
  fileprivate func isNew(_ member: Member) -> Bool { members & member.rawValue == 0 }
}

extension UnsafePointer<UInt8> {
  /// A number of at most fifteen digits that a comma or the end of the object follows.
  @inline(__always)
  fileprivate var number: (value: Int64, digits: Int)? {
    guard let number = plainNumber else { return nil }
    let after = self[number.digits]
    guard after == UInt8(ascii: ",") || after == UInt8(ascii: "}") else { return nil }
    return number
  }
}
