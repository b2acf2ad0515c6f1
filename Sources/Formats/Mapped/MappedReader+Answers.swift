import Base
import Histories

/// What a completion says that was seen.
extension MappedReader {
  /// The value of a completion; nil when nobody knows what was answered.
  mutating func output(
    _ call: inout Call, _ begun: Call?, _ outcome: MapWords.Outcome, _ record: Record
  ) throws(FormatError) -> ValueID? {
    let input = (begun ?? call).input
    guard outcome == .ok else { return input }
    switch call.function {
    case "cas":
      try requireEcho(begun, record)
      if try !swapped(record) { call.extras.append(("swapped", false)) }
      return input
    case "contains": return try contained(input, call, record)
    case "txn", "acquire":
      let value = map.shape == .events ? find(.value, record) : nil
      guard let seen = find(.result, record) ?? value, !(isText && seen == "")
      else { return input }
      return try typed(seen, map.values, record)
    default:
      guard MapWords.asks.contains(call.function) else {
        try requireEcho(begun, record)
        return input
      }
      return try answer(call, record)
    }
  }

  private mutating func answer(_ call: Call, _ record: Record) throws(FormatError) -> ValueID? {
    // An argument of null is no answer where answers have a field of their own.
    var seen = find(.result, record)
    if seen == nil, let value = find(.value, record) {
      if map.fields[.result] == nil || value != .null { seen = value }
    }
    guard let seen, !(isText && seen == "") else { return try nothing(call, record) }
    return try typed(seen, map.values, record)
  }

  /// Whether a compare-and-set that ran has swapped.
  private func swapped(_ record: Record) throws(FormatError) -> Bool {
    for field in [FieldMap.Field.swapped, .result] {
      guard let said = content(field, record) else { continue }
      let word = MapReader.plain(said)
      let plain = MapWords.plain(word)
      if let known = map.swaps[word] ?? (["true": true, "false": false])[plain] { return known }
      if field == .swapped, let known = MapWords.swaps[plain] { return known }
      throw FormatError(
        file: file, line: record.line,
        "\(path(field)) of this cas is “\(word)”, which does not say whether it swapped; say in "
          + "the map (--map) swaps: { \(MapReader.line(.string(word))): true } or false, or give "
          + "another path as fields.swapped")
    }
    // Where no cas says it, its outcome does, as in histories of our own.
    let isSaid = map.fields[.outcome] != nil || map.shape == .events
    if let known = map.swaps[""] { return known }
    guard survey.saysSwaps || !isSaid else { return true }
    let field = map.fields[.swapped] == nil ? FieldMap.Field.result : .swapped
    throw FormatError(
      file: file, line: record.line,
      "\(path(field)) of this cas says nothing, so nobody knows whether it swapped; the map "
        + "(--map) gives in fields.swapped the path to true or false, or says swaps: { \"\": true }"
    )
  }

  /// The element and whether it was there.
  private mutating func contained(
    _ input: ValueID, _ call: Call, _ record: Record
  ) throws(FormatError) -> ValueID? {
    if let said = content(.result, record) {
      let word = MapReader.plain(said)
      if ["true", "false"].contains(word) {
        guard input != ValueTable.none else { return ValueTable.none }
        return builder.values.intern(list: [
          input, word == "true" ? ValueTable.true : ValueTable.false,
        ])
      }
      let seen = try typed(said, map.values, record)
      if builder.values.pair(seen) != nil { return seen }
      throw FormatError(
        file: file, line: record.line,
        "\(path(.result)) of this contains is “\(word)”, expected true or false; the map (--map) "
          + "says in fields.result where that is")
    }
    if map.shape == .events, let said = content(.value, record) {
      let seen = try typed(said, map.values, record)
      if builder.values.pair(seen) != nil { return seen }
    }
    return try nothing(call, record)
  }

  /// What a completed read without a result saw; nil when nobody knows.
  private mutating func nothing(_ call: Call, _ record: Record) throws(FormatError) -> ValueID? {
    switch call.function == "contains" && map.empty != .unknown ? nil : map.empty {
    case .absent: return ValueTable.null
    case .unknown: return nil
    case .text: return builder.values.intern(string: "")
    case nil:
      let choices =
        call.function == "contains"
        ? "\"unknown\"" : "\"absent\" (there was nothing), \"unknown\" or \"text\""
      throw FormatError(
        file: file, line: record.line,
        "this \(call.function) is complete and has no result "
          + "(\(path(map.fields[.result] == nil ? .value : .result))); say in the map (--map) what "
          + "that means: empty: \(choices)")
    }
  }
}
