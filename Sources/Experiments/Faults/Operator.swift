import Protocols

/// What an operator wants of a cluster and does not have yet.
///
/// All nodes are asked, and asked again after ``patience``; who leads does it. Requests have
/// numbers in the order in which they were made, so that a late one undoes nothing.
package struct Operator {
  /// How long it waits before asking again, nanoseconds.
  package static let patience: Int64 = 50_000_000

  /// What was asked for and is not so, oldest first.
  package private(set) var wishes: [OperatorRequest] = []
  private var lastRequest: Int64 = 0

  /// Wants nothing.
  package init() {}

  /// Wants something from now on. Of what it wants of the members only the last counts.
  package mutating func want(_ wish: OperatorRequest.Wish) -> OperatorRequest {
    lastRequest += 1
    let request = OperatorRequest(number: lastRequest, wish)
    if !request.isAboutLeading { wishes.removeAll { !$0.isAboutLeading } }
    wishes.append(request)
    return request
  }

  /// Whoever leads may go on.
  package mutating func leaveLeadership() { wishes.removeAll(where: \.isAboutLeading) }

  /// Whether that is still wanted.
  package func wants(_ number: Int64) -> Bool { wishes.contains { $0.number == number } }

  /// Takes what it has got from its wishes.
  ///
  /// - Parameters:
  ///   - settled: the members, as far as any node knows.
  ///   - leads: whether a node leads.
  /// - Returns: what was granted.
  package mutating func take(
    _ settled: SettledMembers?, leads: (String) -> Bool
  ) -> [OperatorRequest] {
    let granted = wishes.filter { request in
      let holds = settled.map { $0.request >= request.number } ?? false
      switch request.wish {
      case .lead(let name): return leads(name)
      case .add(let name): return holds && settled?.names.contains(name) ?? false
      case .remove(let name): return holds && !(settled?.names.contains(name) ?? true)
      }
    }
    wishes.removeAll(where: granted.contains)
    return granted
  }
}

extension OperatorRequest {
  fileprivate var isAboutLeading: Bool {
    if case .lead = wish { return true }
    return false
  }
}
