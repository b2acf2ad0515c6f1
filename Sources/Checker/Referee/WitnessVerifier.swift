import Histories

/// An order that a rung or a search proposes: it explains one key if the verifier accepts it.
struct ProposedOrder {
  /// Positions in ``calls``, in the claimed order.
  var order: [Int32]
  /// The result that each is claimed to have had where the model has a choice; empty when it never
  /// has.
  var results: [ValueID]
  /// Everything of the key that may have happened.
  var calls: [Call]
  var settings: Settings
  var values: ValueTable
}

/// Accepts an order only if it proves linearizability; short, and shares no code with the search.
enum WitnessVerifier {
  /// Why the order proves nothing, or nil when it does.
  ///
  /// - Complexity: O(n) steps of the sequential model.
  static func rejection<S: Sequential>(of claim: ProposedOrder, _: S.Type) -> String? {
    var isPlaced = [Bool](repeating: false, count: claim.calls.count)
    var latestInvocation = Int32.min
    var object = S(settings: claim.settings, values: claim.values)
    let hasResults = !claim.results.isEmpty
    guard !hasResults || claim.order.count == claim.results.count else { return "it is malformed" }
    for (place, position) in claim.order.enumerated() {
      let index = Int(position)
      guard claim.calls.indices.contains(index) else { return "it names an unknown operation" }
      let call = claim.calls[index]
      let result = hasResults ? claim.results[place] : ValueTable.none
      if isPlaced[index] { return "it has the operation of line \(call.line) twice" }
      isPlaced[index] = true
      if call.returned < latestInvocation {
        return "the operation of line \(call.line) comes after one that was invoked later than "
          + "it completed"
      }
      latestInvocation = max(latestInvocation, call.invoked)
      if !object.apply(call, result: result, claim.values) {
        return "the operation of line \(call.line) is impossible in its place"
      }
    }
    for (index, call) in claim.calls.enumerated() where call.end != .pending && !isPlaced[index] {
      return "it leaves out the operation of line \(call.line)"
    }
    return nil
  }
}
