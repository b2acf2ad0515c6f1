import Base

extension ValueTable {
  /// The id of a JSON value.
  ///
  /// - Complexity: O(size of the value) expected.
  public mutating func intern(_ json: JSON) -> ValueID {
    switch json {
    case .null: return ValueTable.null
    case .bool(let value): return intern(bool: value)
    case .integer(let value): return intern(integer: value)
    case .number(let digits): return intern(number: digits) ?? intern(string: digits)
    case .string(let text): return intern(string: text)
    case .array(let elements):
      var ids: [ValueID] = []
      for element in elements { ids.append(intern(element)) }
      return intern(list: ids)
    case .object(let members):
      var entries: [(key: ValueID, value: ValueID)] = []
      for member in members {
        entries.append((intern(string: member.name), intern(member.value)))
      }
      return intern(map: entries)
    }
  }

  /// The value as JSON. A keyword becomes the string `:name`, a set a list, a map's key its text; a
  /// map whose keys have one text in common becomes a list of pairs.
  public func json(_ id: ValueID) -> JSON {
    guard id >= 0 else { return .null }
    switch kind(of: id) {
    case .null: return .null
    case .bool: return .bool(id == ValueTable.true)
    case .integer: return .integer(integer(id) ?? 0)
    case .decimal: return .number(String(decoding: utf8(id), as: UTF8.self))
    case .string: return .string(String(decoding: utf8(id), as: UTF8.self))
    case .keyword: return .string(":" + String(decoding: utf8(id), as: UTF8.self))
    case .list, .set: return .array(orderedParts(of: id).map { json($0) })
    case .map:
      let entries = orderedParts(of: id)
      let keys = stride(from: 0, to: entries.count, by: 2)
      // `{0 a, "0" b}` has no object: names that are given twice say nothing certain.
      guard Set(keys.map { name(entries[$0]) }).count == keys.underestimatedCount else {
        return .array(keys.map { .array([json(entries[$0]), json(entries[$0 + 1])]) })
      }
      return .object(keys.map { JSON.Member(name(entries[$0]), json(entries[$0 + 1])) })
    }
  }

  /// A map's key as the name of a JSON member: its text, or its JSON when it is no text.
  public func name(_ key: ValueID) -> String {
    let key = json(key)
    return key.string ?? key.description
  }

  /// The parts as everyone writes them, in an order that depends on nothing but the values: a list
  /// as it is, a map by the names of its keys, a set by number, then by text.
  ///
  /// - Complexity: O(n log n) for sets and maps.
  public func orderedParts(of id: ValueID) -> [ValueID] {
    let parts = Array(parts(of: id))
    switch kind(of: id) {
    case .set:
      let numbers = parts.filter { integer($0) != nil }
      let others = parts.filter { integer($0) == nil }.map { (id: $0, text: json($0).description) }
      return numbers.sorted { (integer($0) ?? 0) < (integer($1) ?? 0) }
        + others.sorted { $0.text < $1.text }.map(\.id)
    case .map:
      let entries = stride(from: 0, to: parts.count, by: 2).map { index in
        (key: parts[index], value: parts[index + 1], name: name(parts[index]))
      }
      let sorted = entries.sorted { left, right in
        left.name == right.name
          ? kind(of: left.key).rawValue < kind(of: right.key).rawValue : left.name < right.name
      }
      return sorted.flatMap { [$0.key, $0.value] }
    default: return parts
    }
  }

  /// The value as a person reads it: JSON, with `nil` for null so that it stands out in a sentence.
  public func describe(_ id: ValueID) -> String {
    id <= ValueTable.null ? "nil" : json(id).description
  }
}
