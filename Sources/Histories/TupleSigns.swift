/// What the values of a history say about Jepsen's `[key value]` tuples.
///
/// A tuple cannot be told from a list of two by itself, so this looks for proof in both directions.
///
/// - *Keys*: an operation that asks (a read, a dequeue, …) is invoked as `[k null]`; a
///   compare-and-set as `[k [old new]]` or `[k old new]`; a transaction as `[k [[f x v] …]]`; a
///   look at `v` is answered `[k [v true]]`; or the file tags its tuples as such.
/// - *No keys*: a line names a key; a value is no list of two; a compare-and-set is `[old new]` and
///   `new` no pair; a transaction is a list of micro-operations; a look at `v` is answered
///   `[v true]`; an answer is no tuple, or one of another key.
///
/// A key is a name: neither null nor a collection. A value that is put in (by a write, an
/// addition, …) proves nothing: `[1 2]` may be either. Nor does a read that is invoked with what it
/// will return.
public struct TupleSigns: Sendable {
  /// Where a sign was found.
  public struct Sign: Sendable {
    /// The line, from 1.
    public var line: Int
    /// The function, and its value as the line has it.
    public var words: String
  }

  /// How values are to be read.
  public enum Reading: Sendable {
    case plain, tuples
    /// Nothing decides, or signs contradict each other.
    case unknown
  }

  /// The first sign of keys.
  public private(set) var keys: Sign?
  /// The first sign that there are none.
  public private(set) var noKeys: Sign?
  /// The first operation that can be read both ways.
  public private(set) var either: Sign?
  /// Whether the file tags tuples as such.
  public var isTagged = false

  /// Makes evidence of nothing.
  public init() {}

  /// What follows from all signs.
  public var reading: Reading {
    if isTagged { return .tuples }
    if keys != nil { return noKeys == nil ? .tuples : .unknown }
    return noKeys != nil || either == nil ? .plain : .unknown
  }

  /// Why nothing follows, with the options that decide.
  public var words: String {
    if let keys, let noKeys {
      return "\(keys.words) shows values that are pairs [key value], and \(noKeys.words) on line "
        + "\(noKeys.line) that they are not; say --not-keyed, or --keyed if the latter is a mistake"
    }
    return "\(either?.words ?? "a value") may be a value or a pair [key value] (Jepsen's "
      + "independent keys), and nothing in the file decides; say --keyed or --not-keyed"
  }

  /// The line that ``words`` are about.
  public var line: Int { (keys ?? either)?.line ?? 1 }

  /// Looks at every operation of a history, or of a stretch of one.
  ///
  /// - Complexity: O(operations).
  public mutating func add(_ history: History) {
    let roles = history.functions.map(FunctionRole.init)
    for operation in 0..<history.count {
      let finding = history.finding(operation, roles[Int(history.function[operation])])
      switch finding {
      case .noKeys: if noKeys == nil { noKeys = history.sign(operation) }
      case .keys: if keys == nil { keys = history.sign(operation) }
      case .either: if either == nil { either = history.sign(operation) }
      case .both:
        if keys == nil { keys = history.sign(operation) }
        if noKeys == nil { noKeys = history.sign(operation, isAnswer: true) }
      }
    }
  }
}

/// What an operation says.
private enum Finding {
  case keys, noKeys, either, both
}

extension History {
  @inline(__always)
  fileprivate func finding(_ operation: Int, _ role: FunctionRole) -> Finding {
    let value = input[operation]
    guard value > ValueTable.true, values.kind(of: value) == .list else { return .noKeys }
    return findingOfList(operation, role)
  }

  private func findingOfList(_ operation: Int, _ role: FunctionRole) -> Finding {
    let input = input[operation]
    guard key[operation] == ValueTable.none else { return .noKeys }
    let parts = values.parts(of: input)
    guard let name = parts.first, let value = parts.last, parts.count == 2 else {
      let isFlat = role == .compares && parts.count == 3 && isName(parts[parts.startIndex])
      return isFlat ? .keys : .noKeys
    }
    if parts.allSatisfy(values.isMicroOperation) { return .noKeys }
    let answered = outcome[operation] == .ok && output[operation] != ValueTable.none
    switch role {
    case .puts: return .either
    case .acts: return value == ValueTable.null && isName(name) ? .keys : .either
    case .transacts:
      return isName(name) && values.kind(of: value) == .list
        && values.parts(of: value).allSatisfy(values.isMicroOperation) ? .keys : .either
    case .looks:
      guard answered, let (first, second) = values.pair(output[operation]) else {
        return answered ? .noKeys : .either
      }
      if first == input, values.bool(second) != nil { return .noKeys }
      guard first == name, let (seen, isThere) = values.pair(second) else { return .either }
      return seen == value && values.bool(isThere) != nil ? .keys : .either
    case .compares:
      guard values.pair(value) != nil else { return .noKeys }
      guard isName(name) else { return .either }
      let isOther = output[operation] != input && output[operation] > ValueTable.null
      let isTuple =
        values.pair(output[operation])?.first == name
        || values.parts(of: output[operation]).first == name
      return answered && isOther && !isTuple ? .both : .keys
    case .asks:
      let isKey = value == ValueTable.null && isName(name)
      if answered, values.pair(output[operation])?.first != name {
        return isKey ? .both : .noKeys
      }
      return isKey ? .keys : .either
    }
  }

  /// Whether a value can be the name of a key.
  private func isName(_ id: ValueID) -> Bool {
    guard id != ValueTable.null else { return false }
    switch values.kind(of: id) {
    case .list, .set, .map: return false
    default: return true
    }
  }

  fileprivate func sign(_ operation: Int, isAnswer: Bool = false) -> TupleSigns.Sign {
    let value = isAnswer ? output[operation] : input[operation]
    let line = isAnswer ? completedLine[operation] : line[operation]
    let verb = isAnswer ? " answered " : " of "
    let text = values.describe(value)
    let shown = text.count > 40 ? text.prefix(39) + "…" : text[...]
    return TupleSigns.Sign(
      line: Int(line), words: "“\(functionName(operation))”\(verb)\(shown)")
  }
}
