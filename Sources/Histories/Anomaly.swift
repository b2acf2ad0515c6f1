/// What can go wrong: the one vocabulary of the house.
///
/// A monitor names the anomaly that its certificate shows, the generator injects one, the diagnosis
/// recognises one, ``name`` is `kind` in JSON and the argument of `generate --error`, and the
/// table of the docs is ``all``. A new one is a row here; a monitor that only knows that something
/// is wrong says ``other``.
public struct Anomaly: Sendable, Hashable, CustomStringConvertible {
  /// The name in JSON and on the command line: `stale-read`.
  public let name: String
  /// The heading: `Stale read`.
  public let title: String
  /// Several of them, for counts: `stale reads`.
  public let plural: String
  /// What the system promised and did not keep, in one sentence without its full stop.
  public let promise: String

  /// A row of the table.
  public init(_ name: String, _ title: String, _ plural: String, promise: String) {
    self.name = name
    self.title = title
    self.plural = plural
    self.promise = promise
  }

  /// The name.
  public var description: String { name }

  /// Whether two are the same: names are unique.
  public static func == (one: Anomaly, other: Anomaly) -> Bool { one.name == other.name }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Anomaly {
  private static let acknowledged =
    "once a write has been acknowledged, whoever begins to read later sees it or something newer, "
    + "as if there were a single copy"

  // MARK: - Registers

  /// Stale read.
  public static let staleRead = Anomaly(
    "stale-read", "Stale read", "stale reads",
    promise: acknowledged)
  /// Lost write.
  public static let lostWrite = Anomaly(
    "lost-write", "Lost write", "stale reads",
    promise: acknowledged)
  /// Lost update.
  public static let lostUpdate = Anomaly(
    "lost-update", "Lost update", "lost updates",
    promise: "of two that change what they have read, the second has read what the first left")
  /// Reads went back in time.
  public static let readsGoBack = Anomaly(
    "reads-go-back", "Reads went back in time", "reads that went back in time",
    promise: "once a value has been seen, whoever begins to read later sees it or something newer")
  /// Value out of nowhere.
  public static let neverWritten = Anomaly(
    "never-written", "Value out of nowhere", "reads of a value that nobody wrote",
    promise: "a read returns only what somebody has written")
  /// Failed write was read.
  public static let failedWriteRead = Anomaly(
    "failed-write-read", "Failed write was read", "reads of a write that was refused",
    promise: "a write that was reported as failed never shows")
  /// Read before it was written.
  public static let readBeforeWritten = Anomaly(
    "read-before-written", "Read before it was written", "reads of a value before its write began",
    promise: "a read returns only what somebody had begun to write by then")
  /// Value unknown or long gone.
  public static let forgottenValue = Anomaly(
    "unwritten-or-stale", "Value unknown or long gone",
    "reads of values that were unknown or long gone",
    promise: "a read returns only what somebody has written and nobody has certainly overwritten")
  /// Two compare-and-sets took one value.
  public static let consumedTwice = Anomaly(
    "consumed-twice", "Two compare-and-sets took one value",
    "values that two compare-and-sets took",
    promise:
      "a compare-and-set succeeds only while its old value is there, and then that value is gone")
  /// Compare-and-set of a value that was gone.
  public static let staleSwap = Anomaly(
    "stale-swap", "Compare-and-set of a value that was gone",
    "compare-and-sets of values that were gone",
    promise: "a compare-and-set succeeds only while its old value is there")
  /// Compare-and-sets in a circle.
  public static let cyclicSwaps = Anomaly(
    "cyclic-swaps", "Compare-and-sets in a circle", "circles of compare-and-sets",
    promise: "a compare-and-set succeeds only after the value that it expects has been written")
  /// Compare-and-set refused wrongly.
  public static let wrongMismatch = Anomaly(
    "wrong-mismatch", "Compare-and-set refused wrongly",
    "compare-and-sets that were refused wrongly",
    promise: "a compare-and-set that finds its old value swaps it")
  /// Contradictory order.
  public static let contradictoryOrder = Anomaly(
    "contradictory-order", "Contradictory order", "contradictions",
    promise: "all clients see the writes in one order, and it agrees with real time")
  // MARK: - Collections

  /// Lost element.
  public static let lostElement = Anomaly(
    "lost-element", "Lost element", "lost elements",
    promise: "what was acknowledged as put in stays until somebody takes it out")
  /// Delivered twice.
  public static let duplicated = Anomaly(
    "duplicated", "Delivered twice", "elements delivered twice",
    promise: "what is put in once is taken out once")
  /// Element out of nowhere.
  public static let neverInserted = Anomaly(
    "never-inserted", "Element out of nowhere", "elements that nobody put in",
    promise: "only what somebody has put in is ever seen")
  /// Taken before it was put in.
  public static let takenBeforeInserted = Anomaly(
    "taken-before-inserted", "Taken before it was put in", "elements taken before they were put in",
    promise: "only what somebody had begun to put in by then is ever seen")
  /// Out of order.
  public static let outOfOrder = Anomaly(
    "out-of-order", "Out of order", "pairs out of order",
    promise: "elements come out in their order")
  /// Wrongly empty.
  public static let wrongEmpty = Anomaly(
    "wrong-empty", "Wrongly empty", "answers of “empty” while an element was inside",
    promise: "“empty” is an answer only at a moment when nothing is inside")
  /// Missing element.
  public static let elementMissing = Anomaly(
    "element-missing", "Missing element", "elements missing from a read",
    promise: "what was acknowledged as added is in every later read until it is removed")
  /// Removed element came back.
  public static let elementResurrected = Anomaly(
    "element-resurrected", "Removed element came back", "removed elements that came back",
    promise: "what was acknowledged as removed is in no later read until it is added again")
  // MARK: - Locks, counters, logs, identifiers

  /// Held twice.
  public static let twoHolders = Anomaly(
    "two-holders", "Held twice", "overlapping holders",
    promise: "a lock has at most one holder at a time")
  /// Too many holders.
  public static let tooManyHolders = Anomaly(
    "too-many-holders", "Too many holders", "grants of too many permits",
    promise: "a semaphore never has more holders at once than it has permits")
  /// Released without holding.
  public static let wrongRelease = Anomaly(
    "wrong-release", "Released without holding", "releases by those who held nothing",
    promise: "only who holds a lock releases it")
  /// Token did not grow.
  public static let tokenNotGrowing = Anomaly(
    "token-not-growing", "Token did not grow", "tokens that did not grow",
    promise: "each holder’s token is greater than the tokens of those before")
  /// Token given twice.
  public static let repeatedToken = Anomaly(
    "repeated-token", "Token given twice", "tokens given twice",
    promise: "each holder’s token is greater than the tokens of those before")
  /// Count too low.
  public static let countTooLow = Anomaly(
    "count-too-low", "Count too low", "counts that were too low",
    promise: "a count has every addition that was acknowledged before the read began")
  /// Count too high.
  public static let countTooHigh = Anomaly(
    "count-too-high", "Count too high", "counts that were too high",
    promise: "a count has only additions that had begun before the read was over")
  /// Count that nothing adds up to.
  public static let impossibleCount = Anomaly(
    "impossible-count", "Count that nothing adds up to", "counts that nothing adds up to",
    promise: "a count is the sum of some of the additions")
  /// Reads that diverge.
  public static let divergingReads = Anomaly(
    "diverging-reads", "Reads that diverge", "reads that diverge",
    promise: "all reads see the same history: of any two, one is the beginning of the other")
  /// Identifier given twice.
  public static let repeatedID = Anomaly(
    "repeated-id", "Identifier given twice", "identifiers given twice",
    promise: "each identifier is given once")
  // MARK: - Transactions

  /// Fractured read.
  public static let fracturedRead = Anomaly(
    "fractured-read", "Fractured read", "fractured reads",
    promise: "a transaction reads all its keys at one instant")
  /// Write skew.
  public static let writeSkew = Anomaly(
    "write-skew", "Write skew", "write skews",
    promise:
      "transactions that each write what the other has read do not both go by what was there before"
  )
  /// Long fork.
  public static let longFork = Anomaly(
    "long-fork", "Long fork", "long forks",
    promise: "all transactions see the writes in one order")
  /// Intermediate read.
  public static let intermediateRead = Anomaly(
    "intermediate-read", "Intermediate read", "reads of intermediate values",
    promise: "what a transaction writes and overwrites itself is never seen by others")
  /// Aborted read.
  public static let abortedRead = Anomaly(
    "aborted-read", "Aborted read", "reads of aborted writes",
    promise: "what a transaction wrote that was refused never shows")
  /// Dirty write.
  public static let dirtyWrite = Anomaly(
    "dirty-write", "Dirty write", "dirty writes",
    promise: "the writes of a transaction come all before or all after those of another")
  /// Transaction contradicts itself.
  public static let internalRead = Anomaly(
    "internal-read", "Transaction contradicts itself", "transactions that contradict themselves",
    promise: "a transaction sees what it has written itself")
  /// Transactions that disagree.
  public static let divergingTransactions = Anomaly(
    "diverging-transactions", "Transactions that disagree", "transactions that disagree",
    promise: "all transactions see the writes in one order")
  // MARK: - Whatever else

  /// Violation.
  public static let other = Anomaly(
    "other", "Violation", "violations",
    promise: "some order of all operations, true to real time, explains every answer")

  /// Every row, in the order of the docs’ table.
  public static let all: [Anomaly] = [
    .staleRead, .lostWrite, .lostUpdate, .readsGoBack, .neverWritten, .failedWriteRead,
    .readBeforeWritten, .forgottenValue, .consumedTwice, .staleSwap, .cyclicSwaps,
    .wrongMismatch, .contradictoryOrder, .lostElement, .duplicated, .neverInserted,
    .takenBeforeInserted, .outOfOrder, .wrongEmpty, .elementMissing, .elementResurrected,
    .twoHolders, .tooManyHolders, .wrongRelease, .tokenNotGrowing, .repeatedToken,
    .countTooLow, .countTooHigh, .impossibleCount, .divergingReads, .repeatedID,
    .fracturedRead, .writeSkew, .longFork, .intermediateRead, .abortedRead, .dirtyWrite,
    .internalRead, .divergingTransactions, .other,
  ]

  /// The anomaly of a name, if there is one.
  public static func named(_ name: String) -> Anomaly? { all.first { $0.name == name } }
}
