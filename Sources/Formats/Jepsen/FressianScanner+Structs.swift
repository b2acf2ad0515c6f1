import Histories

/// The largest integer that is read, in bytes: some 2,400 digits.
private let longestInteger = 1024

extension FressianScanner {
  /// Reads the fields of a struct whose tag was read.
  ///
  /// The value is what the text of the same history has: a set of any kind is a set, a pair a list,
  /// a record a map, and what EDN tags is what stands behind the tag.
  ///
  /// - Throws: ``ScanError`` for another number of fields than the tag has, and where values count
  ///   for a tag that nobody knows: two values that are alike may be written differently.
  mutating func structure(
    _ tag: FressianTag, _ fields: Int?, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    let start = position - 1
    try enter()
    if let fields, let expected = tag.fields, fields != expected {
      throw error("found the tag “\(tag)” with \(fields) fields, expected \(expected)", at: start)
    }
    let id = try content(of: tag, fields ?? 0, from: start, into: &values)
    leave()
    return id
  }

  private mutating func content(
    of tag: FressianTag, _ fields: Int, from start: Int, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    switch tag {
    case .plain: return try value(into: &values)
    case .map: return try map(into: &values)
    case .set: return try set(into: &values)
    case .named(let isKeyword): return try name(isKeyword, into: &values)
    case .mapEntry:
      return values.intern(list: [try value(into: &values), try value(into: &values)])
    case .blockReference: return try tagged("block-ref", 1, into: &values)
    case .multiset: return try tagged("multiset", 1, into: &values)
    case .record:
      _ = try value(into: &values)
      return try value(into: &values)
    case .operation: return try tagged("jepsen.history.Op", 7, into: &values)
    case .unknown(let name):
      guard !isStrict else {
        throw error("found the tag “\(name)”, whose values plumbline does not know", at: start)
      }
      return try tagged(name, fields, into: &values)
    case .longs, .doubles, .booleans, .ints, .floats, .objects:
      return values.intern(list: try array(of: tag, into: &values))
    case .uuid, .bigint, .bigdec, .inst, .character, .ratio:
      return try scalar(tag, from: start, into: &values)
    }
  }

  private mutating func scalar(
    _ tag: FressianTag, from start: Int, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    switch tag {
    case .uuid: return values.intern(string: FressianTag.uuid(try octets()))
    case .inst: return values.intern(string: FressianTag.instant(try integer()))
    case .character:
      let code = try integer()
      guard let scalar = UInt32(exactly: code).flatMap({ UnicodeScalar($0) }) else {
        throw error("found the character \(code)", at: start)
      }
      return values.intern(string: String(Character(scalar)))
    case .ratio:
      let over = try value(into: &values)
      let under = try value(into: &values)
      guard let ratio = Ratio(digits(over, values) + "/" + digits(under, values)) else {
        throw error("found a ratio of no integers", at: start)
      }
      return ratio.intern(into: &values)
    default:
      let whole = try octets()
      guard whole.count <= longestInteger else {
        throw error(
          "found an integer of \(whole.count) bytes, expected at most \(longestInteger)", at: start)
      }
      var text = FressianTag.digits(whole)
      if tag == .bigdec { text += "e\(try -count(signed: true))" }
      guard let id = values.intern(number: text) else {
        throw error("found the number \(text), whose exponent is too large", at: start)
      }
      return id
    }
  }

  /// The digits of an integer of any size that was read.
  private func digits(_ id: ValueID, _ values: ValueTable) -> String {
    values.integer(id).map { String($0) } ?? String(decoding: values.utf8(id), as: UTF8.self)
  }

  /// A count, or a scale that may be negative.
  private mutating func count(signed: Bool) throws(ScanError) -> Int {
    let start = position
    guard let number = Int32(exactly: try integer()), number > Int32.min else {
      throw error("found a scale that is too large", at: start)
    }
    return Int(number)
  }

  /// A keyword or a symbol: its namespace, which may be null, and its name.
  private mutating func name(
    _ isKeyword: Bool, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    let start = position
    let space = try value(into: &values)
    let name = try value(into: &values)
    guard let text = values.string(name), space == ValueTable.null || values.string(space) != nil
    else {
      throw error(
        "found \(values.describe(space)) and \(values.describe(name)), expected a name", at: start)
    }
    let full = values.string(space).map { $0 + "/" + text } ?? text
    guard isKeyword, Keyword.canName(full.utf8) else { return values.intern(string: full) }
    return Array(full.utf8).withUnsafeBytes { values.intern(.keyword, bytes: $0) }
  }

  /// The list in which a map or set keeps its parts; null is empty.
  mutating func partList() throws(ScanError) -> List {
    let code = try byte()
    return code == 0xF7 ? .counted(0) : try list(code)
  }

  private mutating func map(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position - 1
    let parts = try parts(of: try partList(), into: &values)
    guard parts.count % 2 == 0 else {
      throw error("found a map with a key that has no value", at: start)
    }
    var names: Set<ValueID> = []
    var entries: [(key: ValueID, value: ValueID)] = []
    for place in stride(from: 0, to: parts.count, by: 2) {
      guard names.insert(parts[place]).inserted else {
        throw error("found \(values.describe(parts[place])) twice in one map", at: start)
      }
      entries.append((parts[place], parts[place + 1]))
    }
    return values.intern(map: entries)
  }

  private mutating func set(into values: inout ValueTable) throws(ScanError) -> ValueID {
    values.intern(set: try parts(of: try partList(), into: &values))
  }

  /// Fields as a list behind the name of their tag, `["#tag",field,…]`.
  private mutating func tagged(
    _ tag: String, _ fields: Int, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    var list = [values.intern(string: "#" + tag)]
    for _ in 0..<fields { list.append(try value(into: &values)) }
    return values.intern(list: list)
  }

  private mutating func array(
    of tag: FressianTag, into values: inout ValueTable
  ) throws(ScanError) -> [ValueID] {
    var list: [ValueID] = []
    for _ in 0..<(try count()) {
      switch tag {
      case .longs, .ints: list.append(values.intern(integer: try integer()))
      case .doubles, .floats: list.append(values.intern(float: try number(try byte())))
      default: list.append(try value(into: &values))
      }
    }
    return list
  }
}
