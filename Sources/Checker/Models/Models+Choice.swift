import Base
import Histories

extension Models {
  /// What each function says about the model when neither option nor header names one.
  private static let hints: [(functions: [String], model: String)] = [
    (["cas"], "cas-register"), (["txn"], "multi-register"), (["enqueue", "dequeue"], "queue"),
    (["push", "pop"], "stack"), (["insert", "delete-min"], "priority-queue"),
    (["put", "get"], "text"), (["acquire", "release"], "lock"), (["generate"], "unique-ids"),
  ]

  /// The model that an option, else the header, else the functions of a history name.
  static func choose(_ name: String, for history: History) throws(CheckError) -> Model {
    if name != "auto" { return try named(name) }
    if let header = history.header?["model"] {
      guard let name = header.string else {
        throw CheckError(line: 1, "“model” in the header is \(header.kind); expected a name")
      }
      if name != "auto" {
        guard let model = all.first(where: { $0.name == name }) else {
          throw CheckError(
            line: 1,
            "the header names the model “\(name)”, which there is not; there are "
              + all.map(\.name).joined(separator: ", "))
        }
        return model
      }
    }
    return try infer(history)
  }

  /// The rules: `cas` makes a `cas-register`; `txn` a `multi-register`; `enqueue`/`dequeue` a
  /// `queue`; `push`/`pop` a `stack`; `insert`/`delete-min` a `priority-queue`; `put`/`get` `text`;
  /// `acquire`/`release` a `lock`; `generate` `unique-ids`; then whatever remains is a `register`
  /// when there is a `write`, a `set` when there is a `remove` or `contains`, an `append-log` when
  /// there is an `append`. `add` with `read` may be a set or a counter: the first read's value
  /// decides.
  private static func infer(_ history: History) throws(CheckError) -> Model {
    let used = usedFunctions(of: history)
    guard !used.isEmpty else { return .register }
    let names = Set(used.map(\.name))
    let candidates = all.filter { model in names.isSubset(of: model.functions.map(\.name)) }
    var wanted = hints.filter { hint in !names.isDisjoint(with: hint.functions) }.map(\.model)
    if wanted.isEmpty {
      if names.contains("write") {
        wanted = ["register"]
      } else if names.contains("append") {
        wanted = ["append-log"]
      } else if names.contains("remove") || names.contains("contains") {
        wanted = ["set"]
      } else if names.contains("add") {
        wanted = readsList(history).map { [$0 ? "set" : "counter"] } ?? ["set", "counter"]
      } else {
        wanted = ["register"]
      }
    }
    let fitting = candidates.filter { wanted.contains($0.name) }
    if fitting.count == 1, wanted.count == 1 { return fitting[0] }
    let list = used.map { "“\($0.name)”" }.joined(separator: ", ")
    let choices = candidates.isEmpty ? all : candidates
    throw CheckError(
      line: used[0].line,
      "no model follows from the functions \(list)"
        + (candidates.isEmpty ? ", and none has them all" : "")
        + "; name one with --model: " + choices.map(\.name).joined(separator: ", "))
  }

  /// Whether the first completed read with a value returned a list or set; nil when there is none.
  private static func readsList(_ history: History) -> Bool? {
    for operation in 0..<history.count
    where history.outcome[operation] == .ok && history.functionName(operation) == "read" {
      let value = history.output[operation]
      if value == ValueTable.none { continue }
      return [.list, .set].contains(history.values.kind(of: value))
    }
    return nil
  }

  /// The functions of a history with the line of each's first use.
  private static func usedFunctions(of history: History) -> [(name: String, line: Int)] {
    var isUsed = [Bool](repeating: false, count: history.functions.count)
    var used: [(name: String, line: Int)] = []
    for (operation, function) in history.function.enumerated() where !isUsed[Int(function)] {
      isUsed[Int(function)] = true
      used.append((history.functionName(operation), Int(history.line[operation])))
    }
    return used
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
