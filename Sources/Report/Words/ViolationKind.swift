/// What went wrong, recognised from the operations that prove it.
public enum ViolationKind: String, Sendable, CaseIterable {
  // Registers.
  case staleRead = "stale-read"
  case lostWrite = "lost-write"
  case readsGoBack = "reads-go-back"
  case neverWritten = "never-written"
  case failedWriteRead = "failed-write-read"
  case readBeforeWritten = "read-before-written"
  case consumedTwice = "consumed-twice"
  case wrongMismatch = "wrong-mismatch"
  case contradictoryOrder = "contradictory-order"
  // Collections.
  case lostElement = "lost-element"
  case duplicated = "duplicated"
  case neverInserted = "never-inserted"
  case takenBeforeInserted = "taken-before-inserted"
  case outOfOrder = "out-of-order"
  case wrongEmpty = "wrong-empty"
  case elementMissing = "element-missing"
  case elementResurrected = "element-resurrected"
  // Locks, counters, logs, identifiers.
  case twoHolders = "two-holders"
  case tooManyHolders = "too-many-holders"
  case wrongRelease = "wrong-release"
  case tokenNotGrowing = "token-not-growing"
  case countTooLow = "count-too-low"
  case countTooHigh = "count-too-high"
  case divergingReads = "diverging-reads"
  case repeatedID = "repeated-id"
  // Transactions.
  case tornRead = "torn-read"
  case divergingTransactions = "diverging-transactions"
  /// None of the above.
  case other = "other"

  /// The kind as a heading.
  public var title: String { words.title }

  /// What the system promised, in one sentence.
  public var rule: String { words.rule }

  /// Several of them, for counts: `stale reads`.
  public var plural: String { words.plural }

  private var words: (title: String, plural: String, rule: String) {
    switch self {
    case .staleRead, .lostWrite, .readsGoBack, .neverWritten, .failedWriteRead,
      .readBeforeWritten, .consumedTwice, .wrongMismatch, .contradictoryOrder:
      registerWords
    case .lostElement, .duplicated, .neverInserted, .takenBeforeInserted, .outOfOrder,
      .wrongEmpty, .elementMissing, .elementResurrected:
      collectionWords
    default: otherWords
    }
  }

  private static let acknowledged =
    "once a write has been acknowledged, whoever begins to read later sees it or something newer, "
    + "as if there were a single copy"

  private var registerWords: (title: String, plural: String, rule: String) {
    switch self {
    case .staleRead: ("Stale read", "stale reads", Self.acknowledged)
    case .lostWrite: ("Lost write", "stale reads", Self.acknowledged)
    case .readsGoBack:
      (
        "Reads went back in time", "reads that went back in time",
        "once a value has been seen, whoever begins to read later sees it or something newer"
      )
    case .neverWritten:
      (
        "Value out of nowhere", "reads of a value that nobody wrote",
        "a read returns only what somebody has written"
      )
    case .failedWriteRead:
      (
        "Failed write was read", "reads of a write that was refused",
        "a write that was reported as failed never shows"
      )
    case .readBeforeWritten:
      (
        "Read before it was written", "reads of a value before its write began",
        "a read returns only what somebody had begun to write by then"
      )
    case .consumedTwice:
      (
        "Two compare-and-sets took one value", "values that two compare-and-sets took",
        "a compare-and-set succeeds only while its old value is there, and then that value is gone"
      )
    case .wrongMismatch:
      (
        "Compare-and-set refused wrongly", "compare-and-sets that were refused wrongly",
        "a compare-and-set that finds its old value swaps it"
      )
    default:
      (
        "Contradictory order", "contradictions",
        "all clients see the writes in one order, and it agrees with real time"
      )
    }
  }

  private var collectionWords: (title: String, plural: String, rule: String) {
    switch self {
    case .lostElement:
      (
        "Lost element", "lost elements",
        "what was acknowledged as put in stays until somebody takes it out"
      )
    case .duplicated:
      ("Delivered twice", "elements delivered twice", "what is put in once is taken out once")
    case .neverInserted:
      (
        "Element out of nowhere", "elements that nobody put in",
        "only what somebody has put in is ever seen"
      )
    case .takenBeforeInserted:
      (
        "Taken before it was put in", "elements taken before they were put in",
        "only what somebody had begun to put in by then is ever seen"
      )
    case .outOfOrder: ("Out of order", "pairs out of order", "elements come out in their order")
    case .wrongEmpty:
      (
        "Wrongly empty", "answers of “empty” while an element was inside",
        "“empty” is an answer only at a moment when nothing is inside"
      )
    case .elementMissing:
      (
        "Missing element", "elements missing from a read",
        "what was acknowledged as added is in every later read until it is removed"
      )
    default:
      (
        "Removed element came back", "removed elements that came back",
        "what was acknowledged as removed is in no later read until it is added again"
      )
    }
  }

  private var otherWords: (title: String, plural: String, rule: String) {
    switch self {
    case .twoHolders:
      ("Held twice", "overlapping holders", "a lock has at most one holder at a time")
    case .tooManyHolders:
      (
        "Too many holders", "grants of too many permits",
        "a semaphore never has more holders at once than it has permits"
      )
    case .wrongRelease:
      (
        "Released without holding", "releases by those who held nothing",
        "only who holds a lock releases it"
      )
    case .tokenNotGrowing:
      (
        "Token did not grow", "tokens that did not grow",
        "each holder's token is greater than the tokens of those before"
      )
    case .countTooLow:
      (
        "Count too low", "counts that were too low",
        "a count has every addition that was acknowledged before the read began"
      )
    case .countTooHigh:
      (
        "Count too high", "counts that were too high",
        "a count has only additions that had begun before the read was over"
      )
    case .divergingReads:
      (
        "Reads that diverge", "reads that diverge",
        "all reads see the same history: of any two, one is the beginning of the other"
      )
    case .tornRead:
      (
        "Values that were never together", "transactions with such values",
        "a transaction reads all its keys at one instant"
      )
    case .divergingTransactions:
      (
        "Transactions that disagree", "transactions that disagree",
        "all transactions see the writes in one order"
      )
    case .repeatedID:
      ("Identifier given twice", "identifiers given twice", "each identifier is given once")
    default:
      (
        "Violation", "violations",
        "some order of all operations, true to real time, explains every answer"
      )
    }
  }
}
