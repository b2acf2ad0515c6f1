import Histories

/// `bag-late-takes`, `priority-queue-late-takes`: a bag or a priority queue whose elements may be
/// put in more than once, with pending puts and takes, as a search in which nothing takes effect
/// before it must.
///
/// Call a take of one element *blocked* by what must not be in: the lesser elements of a priority
/// queue, none of a bag, and all for a take that found nothing.
///
/// **Claim.** If there is an order, there is one in which
///
/// - every completed put takes effect just before its element is taken out, or when it completes;
/// - every pending put does just before its element is taken out, or never;
/// - every take does when it completes, or just before a take that its element blocks, or just
///   before a put completes and its element blocks this take;
/// - every pending take does just before a completed take that its element blocks, or never.
///
/// *Proof:* move an operation of an order to the right as long as it is none of these. A put can be
/// exchanged with every operation but the take of its own element: all others find less in their
/// way. A take of `v` can be exchanged with what does not put in what blocks it and is not blocked
/// by `v`; with pairs that put something in and take it out again it is exchanged as a whole. What
/// a pending take would take at the end can as well stay.
///
/// **What is left to choose.** Of operations of one kind and element the one that completes first
/// is taken, by exchange; an element that is in is taken out rather than one that could be put in
/// at once (it can be put in after that as well); what is in the way is taken out by completed
/// takes rather than by pending ones, which can still do then what the others would have done. So
/// the only choice is which takes come first when a put completes that blocks them, one an element.
///
/// **The search.** Depth first over the completions as ``DepthFirst`` does, with ``Memo``: a
/// configuration is the event, what is taken of the open operations, and how often each element is
/// in; one that used fewer pending operations of each kind dominates. Takes that found nothing are
/// taken at once whenever nothing is in.
///
/// The bounds of Z. Lee and U. Mathur, “Fixed parameter tractable linearizability monitoring”,
/// arXiv:2509.05586, are for completed operations alone: O(2^k k n log n) for `k` processes.
enum LateTakes {
  static let bag = Rung("bag-late-takes", bytesPerCall: 640) { (task) throws(CheckError) in
    decide(LateParts(task, puts: .enqueue, isOrdered: false), "bag-late-takes")
  }
  static let priorityQueue = Rung("priority-queue-late-takes", bytesPerCall: 640) {
    (task) throws(CheckError) in
    decide(LateParts(task, puts: .insert, isOrdered: true), "priority-queue-late-takes")
  }

  private static func decide(_ parts: LateParts?, _ name: String) -> RungAnswer {
    guard let parts else { return .pass }
    if parts.lacksPuts { return parts.task.impasse }
    return LateSearch.decide(parts.task, name) { LateSearch(parts, $0) }
  }
}
