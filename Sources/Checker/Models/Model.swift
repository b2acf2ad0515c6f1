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
    /// Whether a history that uses it may be taken for one of this model when nobody says.
    let namesModel: Bool

    init(_ name: String, _ values: String, namesModel: Bool = false) {
      self.name = name
      self.values = values
      self.namesModel = namesModel
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
  /// The model as a plain value: models that share one are about the same objects.
  let sequential: any Sequential.Type
  /// What a completed read of null says when nobody says.
  let nullRead: CheckOptions.NullRead
  /// Searches one key.
  let solve: @Sendable (KeyTask) throws(CheckError) -> KeyAnswer
  /// Accepts or rejects an order by the plain sequential model.
  let verify: @Sendable (ProposedOrder) -> String?
  /// Watches one key while its history is written.
  let stream: @Sendable (Settings, ValueTable, _ limit: Int) -> any KeyStream
  /// Whether a key is one value, so that a stream may watch it by its zones.
  let hasZones: Bool
  /// Reads the calls of a stretch, and refuses those whose values are not the model's.
  let forms: @Sendable (Settings, ValueTable) throws(CheckError) -> any FormReader
  /// Decides a small history by exhaustion.
  let referee: @Sendable ([Call], Settings, ValueTable) -> Bool
  /// Decides one to which others may be added as often as wanted.
  let refereeBesides: @Sendable ([Call], _ copies: [Call], Settings, ValueTable) -> Bool?
  /// Which operations can be left out together without making a violation.
  let removal: Removal
  /// What its objects are, for whoever tells of them.
  let kind: ObjectKind

  init<M: Machine, S: Sequential>(
    _ name: String, _ summary: String, _ functions: [Function], legal: String, illegal: String,
    nullRead: CheckOptions.NullRead = .absent, machine: M.Type, sequential: S.Type,
    kind: ObjectKind = .other, removal: Removal = .pureOnly
  ) {
    self.name = name
    self.summary = summary
    self.functions = functions
    self.legal = legal
    self.illegal = illegal
    self.nullRead = nullRead
    self.removal = removal
    self.kind = kind
    self.sequential = sequential
    hasZones = M.hasZones
    stream = { settings, values, limit in
      FrontierKey<M, S>(S(settings: settings, values: values), limit: limit)
    }
    forms = { (settings, values) throws(CheckError) in
      try MachineForms(machine, values, settings)
    }
    solve = { (task) throws(CheckError) in try solveKey(machine, task) }
    verify = { WitnessVerifier.rejection(of: $0, sequential) }
    referee = { Referee.isLinearizable($0, S(settings: $1, values: $2), $2) }
    refereeBesides = { calls, copies, settings, values in
      Referee.isLinearizable(
        calls, S(settings: settings, values: values), besides: copies, atMost: 2 * calls.count + 2,
        patience: 20_000, values)
    }
  }
}
