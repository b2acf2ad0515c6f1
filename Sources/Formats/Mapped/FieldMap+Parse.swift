import Base

extension FieldMap {
  /// The map that JSON5 describes; `file` is used in errors.
  ///
  /// - Throws: ``Failure`` (`badInput`) that names the member, what it is and what was expected.
  public static func parse(_ text: [UInt8], file: String) throws(Failure) -> FieldMap {
    let json: JSON
    do throws(JSONError) { json = try JSONParser.parse(text, relaxed: true) } catch {
      throw Failure(.badInput, "\(file):\(error)")
    }
    return try FieldMap(json, file: file)
  }

  /// The map that a value describes.
  ///
  /// - Throws: as ``parse(_:file:)``.
  public init(_ json: JSON, file: String) throws(Failure) {
    self.init()
    origin = file
    let reader = MapReader(file: file)
    for member in try reader.members(json, "a map", of: MapReader.members) {
      switch member.name {
      case "records": notation = try reader.choice(member)
      case "shape": shape = try reader.choice(member)
      case "times": times = try reader.choice(member)
      case "values": values = try reader.choice(member)
      case "keys": keys = try reader.choice(member)
      case "empty": empty = try reader.choice(member)
      case "model": model = try reader.text(member.value, "model")
      case "initial": initial = try reader.initial(member.value)
      case "fields":
        for entry in try reader.members(member.value, "fields", of: Field.allCases.map(\.rawValue))
        {
          guard let field = Field(rawValue: entry.name) else { continue }
          fields[field] = FieldPath(try reader.text(entry.value, "fields.\(entry.name)"))
        }
      case "functions":
        for entry in try reader.members(member.value, "functions") {
          functions[entry.name] = try reader.text(entry.value, "functions.\(entry.name)")
        }
      case "outcomes":
        for entry in try reader.members(member.value, "outcomes") {
          outcomes[entry.name] = try reader.choice(
            JSON.Member("outcomes.\(entry.name)", entry.value))
        }
      case "swaps":
        for entry in try reader.members(member.value, "swaps") {
          swaps[entry.name] = try reader.truth(entry.value, "swaps.\(entry.name)")
        }
      default:
        for entry in try reader.members(member.value, "where") {
          conditions[FieldPath(entry.name)] = MapReader.plain(entry.value)
        }
      }
    }
    try require(reader)
  }

  private func require(_ reader: MapReader) throws(Failure) {
    let needed: [Field] = shape == .events ? [.process, .type, .f] : [.f, .start, .end]
    let missing = needed.filter { fields[$0] == nil }.map { "fields.\($0.rawValue)" }
    guard missing.isEmpty else {
      throw reader.error(
        "no \(missing.joined(separator: ", ")), which the shape “\(shape.rawValue)” needs")
    }
  }

  /// The map as it is written, with comments after members that are not certain.
  public func text(unsure: [String] = []) -> String {
    func quoted(_ text: String) -> String { MapReader.line(.string(text)) }
    func name(_ text: String) -> String {
      let isPlain = !text.isEmpty && text.utf8.allSatisfy { Words.isLetter($0) || $0 == 0x5F }
      return isPlain ? text : quoted(text)
    }
    func object(_ entries: [(String, String)]) -> String {
      "{ " + entries.map { "\(name($0.0)): \($0.1)" }.joined(separator: ", ") + " }"
    }
    var lines = unsure.map { "  // not sure: \($0)" }
    if let notation { lines.append("  records: \(quoted(notation.rawValue)),") }
    lines.append("  shape: \(quoted(shape.rawValue)),")
    let found = Field.allCases.compactMap { field in
      fields[field].map { (field.rawValue, quoted($0.text)) }
    }
    lines.append("  fields: \(object(found)),")
    if !conditions.isEmpty {
      let sorted = conditions.sorted { $0.key.text < $1.key.text }
      lines.append("  where: \(object(sorted.map { ($0.key.text, quoted($0.value)) })),")
    }
    if !functions.isEmpty {
      let sorted = functions.sorted { $0.key < $1.key }
      lines.append("  functions: \(object(sorted.map { ($0.key, quoted($0.value)) })),")
    }
    if !outcomes.isEmpty {
      let sorted = outcomes.sorted { $0.key < $1.key }
      lines.append("  outcomes: \(object(sorted.map { ($0.key, quoted($0.value.rawValue)) })),")
    }
    if !swaps.isEmpty {
      let sorted = swaps.sorted { $0.key < $1.key }
      lines.append("  swaps: \(object(sorted.map { ($0.key, "\($0.value)") })),")
    }
    if let times { lines.append("  times: \(quoted(times.rawValue)),") }
    if values != .auto { lines.append("  values: \(quoted(values.rawValue)),") }
    if keys != .auto { lines.append("  keys: \(quoted(keys.rawValue)),") }
    if let empty { lines.append("  empty: \(quoted(empty.rawValue)),") }
    if let model { lines.append("  model: \(quoted(model)),") }
    if let initial { lines.append("  initial: \(MapReader.line(initial)),") }
    return "{\n" + lines.joined(separator: "\n") + "\n}\n"
  }
}

/// Reads the members of a map.
struct MapReader {
  let file: String

  static let members = [
    "records", "shape", "fields", "where", "functions", "outcomes", "swaps", "times", "values",
    "keys", "empty", "model", "initial",
  ]

  func error(_ message: String) -> Failure { Failure(.badInput, "\(file): \(message)") }

  /// The members of an object, of some names only.
  func members(
    _ json: JSON, _ what: String, of names: [String]? = nil
  ) throws(Failure) -> [JSON.Member] {
    guard let members = json.members else {
      throw error("found \(json.kind) for \(what), expected an object")
    }
    for member in members {
      guard let names, !names.contains(member.name) else { continue }
      throw error(
        "“\(member.name)” is no member of \(what)\(Suggestion.hint(for: member.name, among: names))"
          + " (known: \(names.joined(separator: ", ")))")
    }
    return members
  }

  func text(_ json: JSON, _ name: String) throws(Failure) -> String {
    guard let text = json.string, !text.isEmpty else {
      throw error("found \(json.kind) for \(name), expected a string")
    }
    return text
  }

  func truth(_ json: JSON, _ name: String) throws(Failure) -> Bool {
    guard let value = json.bool else {
      throw error("found \(json.kind) for \(name), expected true or false")
    }
    return value
  }

  /// The word “unknown” is an option's and no value, unless a person says that it is one.
  func initial(_ json: JSON) throws(Failure) -> JSON {
    guard json == "unknown" else { return json }
    throw error(
      "initial is “unknown”; what the first read fixes is said with --initial unknown, and a text "
        + "of that name with --initial '\"unknown\"'")
  }

  func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ member: JSON.Member
  ) throws(Failure) -> Choice {
    let word = try text(member.value, member.name)
    if let choice = Choice(rawValue: word) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    throw error(
      "\(member.name) is “\(word)”\(Suggestion.hint(for: word, among: names)), expected one of "
        + names.joined(separator: ", "))
  }

  /// A scalar as a CSV or a log would write it.
  static func plain(_ json: JSON) -> String {
    json.string ?? line(json)
  }

  /// A value as JSON on one line.
  static func line(_ json: JSON) -> String {
    var writer = ByteWriter()
    writer.write(json)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
