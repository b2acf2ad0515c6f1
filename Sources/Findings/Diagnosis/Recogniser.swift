/// What recognises the stories of a family of models. A model without a row is told in its own
/// words and by the anomaly that its monitor names.
struct Recogniser: Sendable {
  /// The models whose stories it knows, by their names.
  let models: Set<String>
  /// The story of a violation, if it is one that it knows.
  let find: @Sendable (Scene) -> Finding?

  /// The table.
  static let all = [
    Recogniser(models: ["register", "cas-register"]) { RegisterWords($0).finding() },
    Recogniser(models: ["queue", "bag", "stack", "priority-queue"]) {
      CollectionWords($0).finding()
    },
    Recogniser(models: ["set"]) { SetWords($0).finding() },
    Recogniser(models: ["lock", "reentrant-lock", "semaphore", "fenced-lock"]) {
      LockWords($0).finding()
    },
    Recogniser(models: ["counter"]) { CounterWords(scene: $0).finding() },
    Recogniser(models: ["append-log"]) { LogWords($0).finding() },
    Recogniser(models: ["text"]) { TextWords($0).finding() },
    Recogniser(models: ["unique-ids"]) { IdentifierWords(scene: $0).finding() },
    Recogniser(models: ["multi-register"]) { TransactionWords($0).finding() },
  ]
}
