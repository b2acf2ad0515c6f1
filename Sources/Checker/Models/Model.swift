import Base
import Histories

/// What an object is supposed to do: a name, its functions, and how one key is decided.
public struct Model: Sendable {
  /// One function of a model.
  public struct Function: Sendable {
    /// The name in a history.
    public let name: String
    /// Value invoked → value completed.
    public let values: String

    init(_ name: String, _ values: String) {
      self.name = name
      self.values = values
    }
  }

  /// The name in `--model` and in a file's header.
  public let name: String
  /// The model in one line.
  public let summary: String
  /// Its functions, each with what is invoked and completed.
  public let functions: [Function]
  /// A short history that the model allows, its events separated by `; `.
  public let legal: String
  /// A short history that it does not allow.
  public let illegal: String
  /// What is asked before the search, cheapest first.
  let rungs: [Rung]
  /// Searches one key.
  let solve: @Sendable (KeyTask) throws(CheckError) -> KeyAnswer
  /// Accepts or rejects an order by the plain sequential model.
  let verify: @Sendable (Claim) -> String?
  /// Watches one key while its history is written.
  let stream: @Sendable (Settings, ValueTable, _ limit: Int) -> any KeyStream
  /// Refuses the first call of a stretch whose values are not the model's.
  let requireForms: @Sendable ([Call], Settings, ValueTable) throws(CheckError) -> Void
  /// Decides a small history by exhaustion.
  let referee: @Sendable ([Call], Settings, ValueTable) -> Bool
  /// Which operations can be left out together without making a violation.
  let removal: Removal

  init<M: Machine, S: Sequential>(
    _ name: String, _ summary: String, _ functions: [Function], legal: String, illegal: String,
    machine: M.Type, sequential: S.Type, removal: Removal = .pureOnly, rungs: [Rung] = []
  ) {
    self.name = name
    self.summary = summary
    self.functions = functions
    self.legal = legal
    self.illegal = illegal
    self.removal = removal
    self.rungs = rungs
    stream = { settings, values, limit in
      let initial = settings.initial.flatMap { values.integer($0) } ?? 0
      return FrontierKey(
        S(settings: settings, values: values), isRegister: machine is RegisterMachine.Type,
        limit: limit, reach: machine is CounterMachine.Type ? initial.magnitude : nil)
    }
    requireForms = { (calls, settings, values) throws(CheckError) in
      var machine = try M(values: values, settings: settings, ledger: Ledger(Budget()))
      for call in calls { _ = try machine.form(of: call) }
    }
    solve = { (task) throws(CheckError) in try solveKey(machine, task) }
    verify = { WitnessVerifier.rejection(of: $0, sequential) }
    referee = { Referee.isLinearizable($0, S(settings: $1, values: $2), $2) }
  }
}
