import Drivers

/// A node on its way out of the cluster and back into it, one step after the other.
///
/// A step that was begun is carried through: whether a request took effect whose answer was lost,
/// asking again says, as drivers answer `ok` to what is so already. So a node that is wanted back
/// early goes all the way out first, unless every request so far was certainly refused.
struct MemberChange {
  enum Step: Int {
    /// Another node is asked to take it out.
    case removing
    /// Another node is asked again, and says that it is out.
    case confirming
    /// Its servers end.
    case ending
    /// It is out, and its servers are gone.
    case out
    /// Another node is asked to add it.
    case adding
    /// It is started with empty data, and is yet to answer.
    case joining
  }

  let node: Int
  var step = Step.removing
  /// The node that is asked.
  var via: Int
  var asked: Int64 = 0
  /// Whether a request to take it out may have taken effect although nobody said so.
  var isUncertain = false
  /// What was said last that was no consent, for the log.
  var lastRefusal: Answer.Outcome?
  /// Whether it shall come back.
  var isWantedBack = false

  /// Begins to take a node out.
  init(_ node: Int, of count: Int) {
    self.node = node
    via = (node + 1) % count
  }

  /// Whether the cluster has said twice that it is out, and nothing of it runs.
  var isOut: Bool { step.rawValue >= Step.out.rawValue }

  /// What the others are asked in this step, or nil.
  var question: Question? {
    switch step {
    case .removing, .confirming: .removeMember(node)
    case .adding: .addMember(node)
    default: nil
    }
  }

  /// Another node is asked next: this one did not answer, or could not do it.
  mutating func turnToNext(of count: Int) {
    via = (via + 1) % count
    if via == node { via = (via + 1) % count }
  }
}
