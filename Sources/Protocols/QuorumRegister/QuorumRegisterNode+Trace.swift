import Base

// What a trace holds: each operation's phases with the quorums that carried them, and every change
// of a replica. The vocabulary is in docs/reference/trace-events.md; nothing here changes the node.

extension QuorumRegisterNode {
  private mutating func note(_ event: String, _ members: [JSON.Member]) {
    effects.append(.trace(.object([.init("event", .string(event))] + members)))
  }

  mutating func traceBoot() {
    guard traces else { return }
    note("config", quorums.traced(members))
  }

  mutating func traceBegin(_ number: Int64, _ request: ClientRequest) {
    guard traces else { return }
    note(
      "op_begin",
      [
        .init("op", name(of: number)), .init("key", request.operation.key),
        .init("kind", .string(request.operation.isRead ? "read" : "write")),
        .init("client", .string(request.client)),
      ])
  }

  mutating func tracePhase(
    _ number: Int64, _ phase: String, _ acks: Set<Int>, _ version: RegisterVersion
  ) {
    guard traces else { return }
    note(
      "phase_end",
      [
        .init("op", name(of: number)), .init("phase", .string(phase)), .init("ep", .integer(0)),
        .init("acks", .array(acks.sorted().map { .string(members[$0]) })),
        .init("version", version.pair),
      ])
  }

  mutating func traceEnd(_ number: Int64, _ coordination: Coordination) {
    guard traces else { return }
    note(
      "op_end",
      [
        .init("op", name(of: number)), .init("result", .string("ok")),
        .init("version", coordination.latest.version.pair),
        .init(
          "valueHash", .integer(traceHash(coordination.latest.value.description))),
      ])
  }

  mutating func traceReplica(_ kept: Kept) {
    guard traces else { return }
    note(
      "replica",
      [
        .init("key", kept.key), .init("version", kept.state.version.pair),
        .init("valueHash", .integer(traceHash(kept.state.value.description))),
        .init("durable", .bool(!bugs.contains(.forgetsVersion))),
      ])
  }

  private func name(of number: Int64) -> JSON { .string("\(name)/\(number)") }
}

extension RegisterVersion {
  /// `[timestamp, writer]`.
  fileprivate var pair: JSON { [.integer(timestamp), .integer(Int64(writer))] }
}
