/// Raft's row in the table of protocols.
extension ProtocolDescription {
  static let raft = ProtocolDescription(
    name: "raft",
    summary: "Raft (Ongaro and Ousterhout 2014) with ReadIndex reads, serving a key-value map",
    bugs: RaftBug.allCases.map {
      NamedBug(
        name: $0.rawValue, summary: $0.summary, source: $0.source, isRare: $0.isRare,
        schedule: $0.schedule)
    },
    hasCompareAndSet: true, hasVotes: false, hasOperators: true,
    knobs: [
      ProtocolKnob(
        "compaction", "applied entries after which a snapshot replaces them", usual: "4096",
        drawn: ["10", "60", "400", "4096"]),
      ProtocolKnob(
        "reads", "index: a round of heartbeats for each; lease: none while a lease holds",
        usual: "index", drawn: ["index", "index", "lease"]),
      ProtocolKnob(
        "pre-vote", "whether a node asks before it opens a new term: on, off", usual: "on",
        drawn: ["on", "on", "off"]),
      ProtocolKnob(
        "check-quorum", "whether a leader that hears no quorum steps down: on, off", usual: "on",
        drawn: ["on", "on", "off"]),
      ProtocolKnob("heartbeat", "how often a leader lets itself be heard", usual: "30ms"),
      ProtocolKnob(
        "election", "the least time without a leader before an election; the most is twice that",
        usual: "150ms",
        drawn: ["150ms", "150ms", "150ms", "40ms"]),
      ProtocolKnob(
        "membership", "how members change: single, one at a time; joint, by joint consensus",
        usual: "single", drawn: ["single", "joint"]),
      ProtocolKnob(
        "snapshot-chunk", "how many bytes of a snapshot go into one message", usual: "65536",
        drawn: ["65536", "65536", "200"]),
    ],
    // A lease lasts nine tenths of what its voters wait: less than (1 / 0.9), one clock to another.
    clockLimit: { $0["reads"] == "lease" ? 1.05 : nil },
    branches: RaftBranch.allCases.map(\.rawValue), branchFaults: RaftBranch.faults,
    canary: RaftBug.staleReads.rawValue,
    node: RaftNode.self)
}
