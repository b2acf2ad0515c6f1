import Base
import Histories

extension Models {
  /// Whether neither an option nor the header names the model.
  static func isOpen(_ options: CheckOptions, _ header: JSON?) -> Bool {
    options.model == CheckOptions.auto
      && (header?["model"]?.string ?? CheckOptions.auto) == CheckOptions.auto
  }

  /// The model that an option, else the header, else the history names.
  ///
  /// - Throws: ``CheckError`` when there is no such model, or the history can be read as one of
  ///   several: which one is then for a person to say, because another may give another verdict.
  static func choose(
    _ options: CheckOptions, for history: History, among rows: [Row] = rows
  ) throws(CheckError) -> Row {
    if options.model != CheckOptions.auto { return try row(options.model, of: rows) }
    if let header = history.header?["model"] {
      guard let name = header.string else {
        throw CheckError(line: 1, "“model” in the header is \(header.kind); expected a name")
      }
      if name != CheckOptions.auto {
        guard let row = rows.first(where: { $0.model.name == name }) else {
          throw CheckError(
            line: 1,
            "the header names the model “\(name)”, which there is not; there are "
              + rows.map(\.model.name).joined(separator: ", "))
        }
        return row
      }
    }
    return try infer(options, history, rows)
  }

  /// The one model that has all functions, and that one of them names (``Model/Function``). Where
  /// they name several, the values decide: only one of them may have such values.
  private static func infer(
    _ options: CheckOptions, _ history: History, _ rows: [Row]
  ) throws(CheckError) -> Row {
    let used = usedFunctions(of: history)
    if used.isEmpty, let first = rows.first { return first }
    let names = Set(used.map(\.name))
    let able = rows.filter { names.isSubset(of: $0.model.functions.map(\.name)) }
    let named = able.filter { row in
      row.model.functions.contains { $0.namesModel && names.contains($0.name) }
    }
    if named.count == 1 { return named[0] }
    if named.isEmpty, let first = able.first {
      guard let doubt = doubt(of: history, options) else { return first }
      throw unsaid(used, "\(doubt)", able.filter { fits($0.model, history, options) })
    }
    let fitting = named.filter { fits($0.model, history, options) }
    if fitting.count == 1 { return fitting[0] }
    guard !able.isEmpty else {
      throw unsaid(used, ", and none has them all", rows)
    }
    throw unsaid(used, "", fitting.isEmpty ? named : fitting)
  }

  /// Whether every value is of a kind that the model can have.
  ///
  /// - Complexity: O(history), and less when an early value is not.
  static func fits(_ model: Model, _ history: History, _ options: CheckOptions) -> Bool {
    var values = history.values
    do throws(CheckError) {
      let settings = try Settings(
        options, header: history.header, values: &values, model: model.nullRead)
      let columns = CallColumns(history, Call.functions(of: history), settings)
      var forms = try model.forms(settings, values)
      for operation in 0..<history.count {
        if let call = Call(operation, columns) { _ = try forms.traits(of: call) }
      }
      return true
    } catch {
      return false
    }
  }

  /// Why a history whose functions name no model, because they are reads, is not simply taken for
  /// the first one's; nil when it may be.
  ///
  /// A list, set or map may be what an account book or a log holds. A number that was read and
  /// never written is wrong in any object, but for a counter's zero.
  private static func doubt(of history: History, _ options: CheckOptions) -> String? {
    var zeros = 0
    var others = 0
    for operation in 0..<history.count where history.outcome[operation] == .ok {
      let value = history.output[operation]
      guard value > ValueTable.null else { continue }
      switch history.values.kind(of: value) {
      case .list, .set, .map:
        return " whose values are \(history.values.describe(value)) and the like"
      case .integer where history.values.integer(value) == 0: zeros += 1
      default: others += 1
      }
    }
    let isKnown = options.initial != nil || (history.header?["initial"] ?? .null) != .null
    return zeros > 0 && others == 0 && !isKnown ? " that return 0 at most" : nil
  }

  /// Words of other programs that readers of their records know.
  private static let foreign: Set<String> = [
    "get", "put", "set", "del", "delete", "load", "store", "fetch", "update", "enq", "deq", "lock",
    "unlock", "compareAndSet", "compareAndSwap",
  ]

  /// The error that asks for a model.
  private static func unsaid(
    _ used: [(name: String, line: Int)], _ why: String, _ choices: [Row]
  ) -> CheckError {
    let list = used.map { "“\($0.name)”" }.joined(separator: ", ")
    if let workload = ForeignWorkload.of(used.map(\.name)) {
      return CheckError(
        line: used[0].line,
        "the functions \(list) are those of \(workload.words); no model of plumbline's is about it")
    }
    let known = Set(choices.flatMap { $0.model.functions.map(\.name) })
    // Of a word that no model has, or only the model of texts, a map says what it means.
    let words =
      used.first { !known.contains($0.name) }
      ?? used.first { ["get", "put"].contains($0.name) }
    if choices.count == rows.count, let words {
      return CheckError(
        line: words.line,
        "no model follows from the functions \(list)\(why)"
          + Suggestion.hint(for: words.name, among: known.sorted())
          + "; where “\(words.name)” is another program's word, "
          + (foreign.contains(words.name) ? "--format records reads it as such, or " : "")
          + "a map (--map) says in its functions what it means; else name a model with --model: "
          + choices.map(\.model.name).joined(separator: ", "))
    }
    let names = choices.map { "--model \($0.model.name)" }
    let options =
      names.count > 4
      ? "name one with --model: " + choices.map(\.model.name).joined(separator: ", ")
      : "say " + names.dropLast().joined(separator: ", ") + (names.count > 1 ? " or " : "")
        + (names.last ?? "--model NAME")
    return CheckError(
      line: used[0].line, "no model follows from the functions \(list)\(why); \(options)")
  }

  /// A model that does all that another does, on the same objects, and has the history's functions
  /// as well.
  static func richer(than known: Model, for history: History, among rows: [Row] = rows) -> Model? {
    let names = Set(usedFunctions(of: history).map(\.name)).union(known.functions.map(\.name))
    return rows.map(\.model).first {
      $0.sequential == known.sequential && names.isSubset(of: $0.functions.map(\.name))
    }
  }

  /// The functions of a history with the line of each's first use.
  static func usedFunctions(of history: History) -> [(name: String, line: Int)] {
    var isUsed = [Bool](repeating: false, count: history.functions.count)
    var used: [(name: String, line: Int)] = []
    for (operation, function) in history.function.enumerated() where !isUsed[Int(function)] {
      isUsed[Int(function)] = true
      used.append((history.functionName(operation), Int(history.line[operation])))
    }
    return used
  }

  /// Refuses a compare-and-set that says of `swapped` neither yes nor no: whether it took effect
  /// would be a guess.
  static func requirePlainSwaps(of history: History) throws(CheckError) {
    guard history.functions.contains(FunctionName.cas.rawValue),
      let swapped = history.evidence("swapped")
    else { return }
    for (operation, said) in swapped.enumerated()
    where said > ValueTable.true && history.functionName(operation) == FunctionName.cas.rawValue {
      throw CheckError(
        line: Int(history.completedLine[operation]),
        "found \(history.values.describe(said)) as “swapped”, expected true or false")
    }
  }

  /// Refuses a history with a function that the model does not have.
  static func requireFunctions(of history: History, in model: Model) throws(CheckError) {
    let known = model.functions.map(\.name)
    for function in usedFunctions(of: history) where !known.contains(function.name) {
      throw CheckError(
        line: function.line,
        "the model “\(model.name)” has no function “\(function.name)”; it has "
          + known.map { "“\($0)”" }.joined(separator: ", "))
    }
  }
}
