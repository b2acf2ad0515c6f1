import Histories

/// `stack-windows`: a stack whose elements may be put in more than once, with pending pushes and
/// pops, as a search for pops in which no push has a place before it must.
///
/// **The idea.** While an element is in, from its push to its pop, nothing else may be pushed that
/// stays longer. Call that its *window*. A push that nobody popped yet needs no place: it must only
/// have one left in its interval that no window of what was popped covers. So what is in is a set
/// of pushes, each with the places that are left, and the order of those that overlap is never
/// guessed.
///
/// Places are the completions: everything takes effect just before one (``DepthFirst``). The window
/// of a push before completion `s` and a pop before `t` covers the places `s + 1 ..< t`; before `s`
/// itself another push may still come first, before `t` after it.
///
/// **Claim.** There is an order iff completed pops can be given elements, one after the other, such
/// that every completed push that was not popped has a place left after each of them. When one is
/// popped it was pushed at the last place that it had left: the window is the smallest. *Proof:* of
/// an order, these are true. Conversely let each push have its place, pushes at one place in the
/// reverse order of their pops and after the pops there: then whatever was pushed after an element
/// and before its pop was popped before, or its place would be covered.
///
/// **When.** As in ``LateTakes``, a completed pop takes effect when it completes, or just before
/// another one whose window would leave its element no place, or just before a push completes; a
/// pending one just before a completed one whose window would leave its element no place; a pending
/// push just before its pop. A pop that found nothing has a window from the beginning.
///
/// **What is left to choose**: the element of a pop, of those that have its value, and which pops
/// come before a push completes. Of pops of one value the one that completes first is taken, and of
/// two open pushes that may be popped at once not the one that has less to lose. A configuration is
/// the event, what is taken of the open operations, what is in with its places, and the covered
/// places of open pushes; one that used fewer pending operations of each kind dominates.
///
/// Z. Lee and U. Mathur, “Fixed parameter tractable linearizability monitoring”, arXiv:2509.05586,
/// have O(2^(3k) k n³) for `k` processes where all operations completed.
///
/// Depth first; what is tried first takes turns (``Turn``).
///
/// A push has the last 64 places of its interval; when one had more, no order is no proof, and the
/// rung passes.
enum StackWindows {
  static let rung = Rung("stack-windows", bytesPerCall: 640) { (task) throws(CheckError) in
    guard let parts = LateParts(task, puts: .push, isOrdered: false) else { return .pass }
    if parts.lacksPuts { return task.impasse }
    return StackWindowSearch.decide(task, "stack-windows") { StackWindowSearch(parts, $0) }
  }
}
