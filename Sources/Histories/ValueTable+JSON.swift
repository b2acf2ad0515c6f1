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

  /// The value as JSON. A keyword becomes the string `:name`, a set a list, a map's key its text.
  public func json(_ id: ValueID) -> JSON {
    guard id >= 0 else { return .null }
    switch kind(of: id) {
    case .null: return .null
    case .bool: return .bool(id == ValueTable.true)
    case .integer: return .integer(integer(id) ?? 0)
    case .decimal: return .number(String(decoding: utf8(id), as: UTF8.self))
    case .string: return .string(String(decoding: utf8(id), as: UTF8.self))
    case .keyword: return .string(":" + String(decoding: utf8(id), as: UTF8.self))
    case .list, .set: return .array(parts(of: id).map { json($0) })
    case .map:
      let entries = Array(parts(of: id))
      return .object(
        stride(from: 0, to: entries.count, by: 2).map { index in
          let key = json(entries[index])
          return JSON.Member(key.string ?? key.description, json(entries[index + 1]))
        })
    }
  }

  /// The value as a person reads it: JSON, with `nil` for null so that it stands out in a sentence.
  public func describe(_ id: ValueID) -> String {
    id <= ValueTable.null ? "nil" : json(id).description
  }
}
