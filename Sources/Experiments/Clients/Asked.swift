import Base

/// What a client asks of a node; a client has one request open.
package struct Asked {
  /// The client's place among the clients, from 0.
  package var slot: Int
  /// The client's process in the history.
  package var process: Int64
  /// The node's index.
  package var node: Int
  /// The key's number.
  package var key: Int
  package var request: Request

  package init(slot: Int, process: Int64, node: Int, key: Int, request: Request) {
    self.slot = slot
    self.process = process
    self.node = node
    self.key = key
    self.request = request
  }
}

/// What came of it.
package struct Answered {
  package var slot: Int
  /// The node that was asked.
  package var node: Int
  package var completion: Completion
  /// What the answer said besides, for the history.
  package var evidence: [JSON.Member]
  /// Whether the node said something at all, be it an error.
  package var isSpoken = true

  package init(
    slot: Int, node: Int, completion: Completion, evidence: [JSON.Member], isSpoken: Bool = true
  ) {
    self.slot = slot
    self.node = node
    self.completion = completion
    self.evidence = evidence
    self.isSpoken = isSpoken
  }
}
