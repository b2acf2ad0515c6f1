import Histories

extension Removal {
  /// The calls that alone brought what some calls saw, and are not among them.
  ///
  /// A proof may do without them, since what is seen proves that they happened. A person asks where
  /// it came from.
  ///
  /// - Complexity: O(n) in the number of calls of the whole.
  func sources(of proof: Reduction.Proof, in whole: Reduction.Proof) -> [Int] {
    switch self {
    case .register, .element, .transaction: break
    default: return []
    }
    var missing: Set<Effect> = []
    for call in proof.calls where call.end == .ok {
      missing.formUnion(Effect.all(of: call, whole.values).seen)
    }
    for call in proof.calls {
      missing.subtract(Effect.all(of: call, whole.values).brought)
    }
    guard !missing.isEmpty else { return [] }
    var bringers: [Effect: [Int]] = [:]
    for (place, call) in whole.calls.enumerated() {
      for effect in Effect.all(of: call, whole.values).brought where missing.contains(effect) {
        bringers[effect, default: []].append(place)
      }
    }
    return Set(bringers.values.filter { $0.count == 1 }.joined()).sorted()
  }
}

/// A value that something held: a register, the one of a key, or a container.
private struct Effect: Hashable {
  var key = ValueTable.none
  var value: ValueID

  /// What a call may have brought, and what its answer shows that it did not bring itself.
  static func all(of call: Call, _ values: ValueTable) -> (brought: [Self], seen: [Self]) {
    let input = [Self(value: call.input)]
    switch call.function {
    case .write, .enqueue, .push, .insert: return (input, [])
    case .read, .dequeue, .pop, .deleteMin:
      return ([], call.output > ValueTable.null ? [Self(value: call.output)] : [])
    case .cas:
      guard let (old, new) = values.pair(call.input) else { return ([], []) }
      let seen = old == ValueTable.null ? [] : [Self(value: old)]
      return call.end == .mismatch ? ([], []) : (old == new ? [] : [Self(value: new)], seen)
    case .txn:
      let isAnswered = call.end == .ok && call.output != ValueTable.none
      let parts = try? MicroOperation.all(
        of: call, isAnswered ? call.output : call.input, values)
      var (brought, seen): ([Self], [Self]) = ([], [])
      for part in parts ?? [] {
        let effect = Self(key: part.key, value: part.value)
        if part.isWrite {
          brought.append(effect)
        } else if part.value > ValueTable.null, !brought.contains(effect) {
          seen.append(effect)
        }
      }
      return (brought, seen)
    default: return ([], [])
    }
  }
}
