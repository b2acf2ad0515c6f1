import Base
import Histories

/// Reads that a system answered from one node's own copy because the run asked it to: a stale one
/// is what that setting gives, and nobody needs to look for a lost write.
struct LocalReads {
  private let scene: Scene

  /// What each driver calls reads that ask no other node.
  private static let knobs: [String: Set<String>] = [
    "zookeeper": ["reads=local"], "etcd": ["reads=serializable"], "consul": ["reads=stale"],
    "nats": ["reads=direct"],
  ]
  private static let names = [
    "zookeeper": "ZooKeeper", "etcd": "etcd", "consul": "Consul", "nats": "NATS",
  ]
  private static let kinds: Set<Anomaly> = [.staleRead, .readsGoBack, .elementMissing]

  init(_ scene: Scene) { self.scene = scene }

  /// What is to be said of the read that is explained; nothing where it was no local one.
  func sentences(_ finding: Finding) -> [Sentence] {
    guard LocalReads.kinds.contains(finding.kind), let read = finding.operations.last,
      scene.name(read) == "read", let header = scene.history.header,
      let cluster = header["cluster"]?.string, let known = LocalReads.knobs[cluster],
      let knob = header["knobs"]?.array?.compactMap(\.string).first(where: known.contains)
    else { return [] }
    let system = LocalReads.names[cluster] ?? cluster
    let who = scene.nodeName(read).map { Sentence("node ", $0) } ?? "the node that was asked"
    return [
      Sentence(
        "This was a local read, as ", Sentence(system, [.header("cluster", cluster)]), " ran with ",
        Sentence(knob, [.header("knobs", knob)]), ": ", who,
        " answered from its own copy, which may lag behind the leader’s.")
    ]
  }
}
