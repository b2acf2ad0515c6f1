import Base
import Histories

/// What was asked.
extension MappedReader {
  /// The call that a record says by itself, with its argument.
  mutating func call(_ record: Record) throws(FormatError) -> Call {
    var call = try named(record, nil)
    try requireKey(of: call, record)
    call.input = try argument(of: call, record)
    return call
  }

  /// The call of a completion, which may leave out what its invocation said.
  ///
  /// Where the invocation is missing, what was asked is what the completion says; that it is
  /// missing is for the builder to refuse.
  mutating func completed(_ record: Record, _ begun: Call?) throws(FormatError) -> Call {
    var call = try named(record, begun)
    guard begun == nil else { return call }
    let isAsked = MapWords.needsArgument(call.function) && !call.isDeletion
    call.input = isAsked ? try said(of: call.function, record) ?? ValueTable.none : ValueTable.null
    return call
  }

  private mutating func named(_ record: Record, _ begun: Call?) throws(FormatError) -> Call {
    var call = begun ?? Call(function: "", line: record.line)
    if let word = find(.f, record), word != .null {
      call.function = try function(MapReader.plain(word), record)
      call.isDeletion = call.function == "delete"
    } else if begun == nil {
      throw missing(.f, record)
    }
    if let key = find(.key, record), key != .null {
      call.key = try typed(key, map.keys, record)
    }
    if call.isDeletion { call.function = "write" }
    call.extras = []
    for (field, name) in [(FieldMap.Field.node, "node"), (.error, "error")] {
      if let found = content(field, record) { call.extras.append((name, found)) }
    }
    if let client = find(.process, record), let name = name(of: client) {
      call.extras.append(("client", .string(name)))
    }
    return call
  }

  /// The function that a word stands for; a mistyped one in the map is told with its place.
  private func function(_ word: String, _ record: Record) throws(FormatError) -> String {
    guard let named = map.functions[word] else {
      return MapWords.function(word, appendsTexts: survey.appendsTexts)
    }
    let known = MapWords.known.sorted()
    let hint = Suggestion.hint(for: named, among: known)
    guard !known.contains(named), !hint.isEmpty else { return named }
    throw FormatError(
      file: file, line: record.line,
      "\(path(.f)) is “\(word)”, which the map (--map) calls “\(named)” in its functions\(hint) "
        + "(known: \(known.joined(separator: ", ")))")
  }

  private mutating func argument(
    of call: Call, _ record: Record
  ) throws(FormatError) -> ValueID {
    guard MapWords.needsArgument(call.function), !call.isDeletion else {
      let isNamed = find(.value, record).map { $0 != "" } ?? false
      let isNone = MapWords.known.contains(call.function) || !isNamed
      return isNone ? ValueTable.null : try said(of: call.function, record) ?? ValueTable.null
    }
    if let said = try said(of: call.function, record) { return said }
    throw lacksArgument(call.function, record)
  }

  /// The argument as a record says it; nil when it says none.
  mutating func said(
    of function: String, _ record: Record
  ) throws(FormatError) -> ValueID? {
    guard function == "cas" else { return try typed(given(.value, record), record) }
    let (from, to) = (given(.from, record), given(.to, record))
    if from == nil, to == nil { return try typed(given(.value, record), record) }
    guard let from = try typed(from, record), let to = try typed(to, record) else { return nil }
    return builder.values.intern(list: [from, to])
  }

  /// Refuses an operation on nobody knows which object.
  private func requireKey(of call: Call, _ record: Record) throws(FormatError) {
    let found = find(.key, record)
    guard survey.hasKeys, found == nil || isText && found == "" && map.keys != .text else { return }
    throw FormatError(
      file: file, line: record.line,
      found == nil
        ? "found no \(path(.key)) in this record, the key of this \(call.function), and others "
          + "have one; the map (--map) says in fields.key where it is, and “where” can leave "
          + "records out"
        : "\(path(.key)) of this \(call.function) is empty, and others are not; if that is the "
          + "key, the map (--map) says keys: \"text\"")
  }

  /// What an argument's field holds; an empty cell holds something only where values are text.
  private func given(_ field: FieldMap.Field, _ record: Record) -> JSON? {
    guard let found = find(field, record), !isText || found != "" || map.values == .text else {
      return nil
    }
    return found
  }

  private mutating func typed(_ json: JSON?, _ record: Record) throws(FormatError) -> ValueID? {
    guard let json else { return nil }
    return try typed(json, map.values, record)
  }

  private func lacksArgument(_ function: String, _ record: Record) -> FormatError {
    let isCas = function == "cas"
    let pair = isCas ? "fields.from and fields.to, or " : ""
    let words: String
    if map.fields[.value] == nil, !isCas || map.fields[.from] == nil || map.fields[.to] == nil {
      words =
        "this \(function) needs an argument, and nothing says where it is; the map (--map) says it "
        + "in \(pair)fields.value"
    } else if find(.value, record) == "", !isCas {
      words =
        "\(path(.value)) of this \(function) is empty; if that is the value, the map (--map) says "
        + "values: \"text\""
    } else {
      let those = isCas && map.fields[.from] != nil ? [FieldMap.Field.from, .to] : [.value]
      words =
        "found no \(those.map(path).joined(separator: " and ")) in this record, the argument of "
        + "this \(function); the map (--map) says in \(pair)fields.value where it is"
    }
    return FormatError(file: file, line: record.line, words)
  }

  /// Refuses a completion whose argument is another than its invocation's.
  ///
  /// A map that gives the same path as fields.result says that a completion holds an answer there.
  mutating func requireEcho(_ begun: Call?, _ record: Record) throws(FormatError) {
    guard map.shape == .events, let begun, !begun.isDeletion,
      map.fields[.value] != map.fields[.result], MapWords.needsArgument(begun.function),
      let said = try said(of: begun.function, record), said > ValueTable.null,
      said != begun.input
    else { return }
    let (values, isPair) = (builder.values, begun.function == "cas" && map.fields[.from] != nil)
    throw FormatError(
      file: file, line: record.line,
      "\(path(isPair ? .from : .value)) of this \(begun.function) is \(values.describe(said)), but "
        + "its invocation on line \(begun.line) says \(values.describe(begun.input)); where a "
        + "completion holds an answer, the map (--map) gives the same path as fields.result")
  }
}
