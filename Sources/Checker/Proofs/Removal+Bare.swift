import Histories

extension Removal {
  /// A certificate whose reads show nothing that is about calls outside it, nil when they do not in
  /// any case: what those put in goes with them, as a piece does. What nobody ever put in stays.
  ///
  /// Without this a read could be refused for what is not there to explain it.
  ///
  /// - Complexity: O(n) in the number of calls of the whole, and of elements that are shown.
  func bare(_ certificate: Reduction.Proof, of whole: KeyTask) -> Reduction.Proof? {
    switch self {
    case .member, .unread: break
    default: return nil
    }
    guard let initial = whole.settings.initial else { return nil }
    var shown: Set<ValueID> = []
    for call in certificate.calls where call.function == .read && call.end == .ok {
      shown.formUnion(whole.values.parts(of: call.output))
    }
    for call in certificate.calls where call.function != .read { shown.remove(call.input) }
    shown.subtract(whole.values.parts(of: initial))
    var others: Set<ValueID> = []
    for call in whole.calls where call.function != .read && shown.contains(call.input) {
      others.insert(call.input)
    }
    var bare = certificate
    let rests = certificate.calls.without(others, &bare.values)
    for (call, output) in rests { bare.calls[call].output = output }
    bare.isAbridged = true
    return rests.isEmpty ? nil : bare
  }
}
