/// What a plan is, in a few words for people.
extension Plan {
  /// The cluster: `5 nodes, embedded raft, with the bug stale-reads`.
  public var clusterWords: String {
    let program =
      if !cluster.isEmpty {
        ([cluster] + knobs).joined(separator: ", ")
      } else if nodeCommand.isEmpty {
        "\(isSimulated ? "simulated" : "embedded") \(protocolName)"
      } else {
        nodeCommand.joined(separator: " ")
      }
    let bugs = bugs.isEmpty ? "" : ", with the bug \(bugs.joined(separator: ", "))"
    return "\(nodes) \(nodes == 1 ? "node" : "nodes"), \(program)\(bugs)"
  }

  /// What clients do: `read, write and cas on 5 keys`.
  public var workloadWords: String {
    let operations = workload == "register" ? effectiveMix.words : workload
    return "\(operations) on \(keys) \(keys == 1 ? "key" : "keys")"
  }
}
