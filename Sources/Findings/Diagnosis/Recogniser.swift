import Checker

/// What recognises the stories of a kind of objects. A kind without a row is told in its own
/// words and by the anomaly that its monitor names.
struct Recogniser: Sendable {
  /// The kinds of objects whose stories it knows.
  let isOf: @Sendable (ObjectKind) -> Bool
  /// The story of a violation, if it is one that it knows.
  let find: @Sendable (Scene) -> Finding?

  /// The table.
  static let all = [
    Recogniser(.register) { RegisterWords($0).finding() },
    Recogniser {
      if case .collection = $0 { true } else { false }
    } find: {
      CollectionWords($0).finding()
    },
    Recogniser(.set) { SetWords($0).finding() },
    Recogniser {
      if case .lock = $0 { true } else { false }
    } find: {
      LockWords($0).finding()
    },
    Recogniser(.counter) { CounterWords(scene: $0).finding() },
    Recogniser(.log) { LogWords($0).finding() },
    Recogniser(.text) { TextWords($0).finding() },
    Recogniser(.identifiers) { IdentifierWords(scene: $0).finding() },
    Recogniser(.registers) { TransactionWords($0).finding() },
  ]

  private init(
    isOf: @escaping @Sendable (ObjectKind) -> Bool, find: @escaping @Sendable (Scene) -> Finding?
  ) {
    self.isOf = isOf
    self.find = find
  }

  private init(_ kind: ObjectKind, find: @escaping @Sendable (Scene) -> Finding?) {
    self.init(isOf: { $0 == kind }, find: find)
  }
}
