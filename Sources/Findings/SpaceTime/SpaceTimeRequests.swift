import Base
import Formats
import Histories

/// The messages between clients and nodes that are the operations of a counterexample.
struct SpaceTimeRequests {
  /// The request of each operation, with its place in the log.
  private(set) var requests: [Int: (place: Int, message: MessageLog.Message)] = [:]
  /// The answer that each operation ended with.
  private(set) var answers: [Int: MessageLog.Message] = [:]

  /// Finds them by client and time.
  ///
  /// - Complexity: O(entries × operations).
  init(_ operations: [Int], _ log: MessageLog, _ history: History) {
    for (place, entry) in log.entries.enumerated() {
      guard case .message(let message) = entry else { continue }
      for operation in operations {
        let client = MessageLog.End.client(history.processes[operation])
        if message.from == client, message.time == history.invokedTime[operation] {
          requests[operation] = (place, message)
        } else if message.to == client, message.fate.time == history.completedTime[operation] {
          answers[operation] = message
        }
      }
    }
  }

  /// What a new message between nodes has to do with the operations: a protocol's body says
  /// `client` and `id` of the request that it carries, and the `key` that it is about.
  func rank(of body: JSON) -> SpaceTimeItem.Rank {
    var rank = SpaceTimeItem.Rank.new
    for (_, message) in requests.values {
      let request = message.body
      if let client = request["client"], let id = request["id"],
        body.holds({ $0["client"] == client && $0["id"] == id })
      {
        return .own
      }
      if let key = request["key"], body.holds({ $0["key"] == key }) { rank = .key }
    }
    return rank
  }
}

extension JSON {
  /// Whether it is an object of that kind, or holds one at any depth.
  fileprivate func holds(_ isMeant: (JSON) -> Bool) -> Bool {
    if let array { return array.contains { $0.holds(isMeant) } }
    guard let members else { return false }
    return isMeant(self) || members.contains { $0.value.holds(isMeant) }
  }
}
