import Base

/// What became of the consistent cuts of a run, or of many.
public struct CutCounts: Sendable, Equatable {
  /// Cuts that were begun.
  public var begun = 0
  /// Cuts that came to their end, on links that kept the order of messages all the while: each is a
  /// moment that could have been, exactly.
  public var claimed = 0
  /// Cuts that came to their end although messages overtook each other or came twice, or after a
  /// disk was wiped: nothing is claimed of them.
  public var unclaimed = 0
  /// Cuts that did not come to their end: a marker was lost, or met a node that was down or ended.
  public var abandoned: Int { begun - claimed - unclaimed }
  /// Messages that were under way in those that are claimed.
  public var underWay = 0
  /// Those that are claimed in which an invariant does not hold.
  public var broken = 0
  /// Those that are not claimed in which an invariant does not hold, which proves nothing.
  public var hints = 0
  /// What does not hold in the first of those.
  public var hint: String?

  /// None was begun.
  public init() {}

  /// Takes those of one more run.
  package mutating func add(_ other: CutCounts) {
    begun += other.begun
    claimed += other.claimed
    unclaimed += other.unclaimed
    underWay += other.underWay
    broken += other.broken
    hints += other.hints
    hint = hint ?? other.hint
  }

  /// `412 completed (1208 messages under way), 31 not claimed, 57 not completed`.
  public var words: String {
    "\(claimed) completed (\(underWay) messages under way), \(unclaimed) not claimed, "
      + "\(abandoned) not completed"
      + (broken > 0 ? "; \(broken) of those completed are wrong" : "")
  }

  /// What those that are not claimed hint at, or nil.
  public var hintWords: String? {
    hint.map { "\(hints) of those not claimed look wrong, which proves nothing; the first: \($0)" }
  }

  /// Reads what ``json`` says.
  ///
  /// - Throws: ``ExitCode/badInput`` that names the member.
  init(_ reader: MemberReader) throws(Failure) {
    claimed = try reader.count("completed")
    unclaimed = try reader.count("notClaimed")
    begun = claimed + unclaimed + (try reader.count("notCompleted"))
    underWay = try reader.count("underWay")
    broken = try reader.count("broken")
    hints = try reader.count("hints")
    hint = try reader.optional("hint", \.string)
  }

  /// All of it.
  public var json: JSON {
    [
      "completed": JSON(claimed), "notClaimed": JSON(unclaimed), "notCompleted": JSON(abandoned),
      "underWay": JSON(underWay), "broken": JSON(broken), "hints": JSON(hints),
      "hint": hint.map { .string($0) } ?? .null,
    ]
  }
}
