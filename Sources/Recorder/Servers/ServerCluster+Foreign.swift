import Base
import Drivers
import Experiments
import Glibc

/// Servers that somebody else lays out: what their keys are called, whom they let in, and why a
/// node is late.
extension ServerCluster {
  /// Why a name of the run's own: a history begins with absent keys. Servers that were there,
  /// or that the user's command starts, may hold what an earlier run wrote, or serve another run.
  static func keyPrefix(_ site: Site) -> String {
    guard site.isForeign else { return "" }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return "\(Question.foreignPrefix)\(WallTime().stamp)-\(time.tv_nsec)-"
  }

  /// What a server says that lets nobody in, or nil: waiting for it would be of no use.
  func denial(in heard: Talks.Heard) -> String? {
    guard heard.answer.isDenied, case .refused(let why) = heard.answer.outcome else { return nil }
    guard case .probe(let node) = owners[heard.talk], !why.hasPrefix("\(nodes[node].name): ") else {
      return why
    }
    return "\(nodes[node].name): \(why)"
  }

  /// The end of a run that nobody lets in.
  func refusal(_ denial: String) -> Failure {
    Failure(
      .unavailable,
      "\(driver.name): the servers let nobody in like that (\(denial)); see the knobs for"
        + " credentials in “plumbline drivers \(driver.name)”")
  }

  /// Why a node is not ready, as far as its answers say.
  func lateness(of index: Int) -> String {
    let probe = nodes[index].probe
    let node = site.nodes[index]
    if let status = probe.status { return "\(node.name) is at stage \(status.stage)" }
    let place = way.place(of: index, at: site)
    guard !probe.complaint.isEmpty else { return "\(place) does not answer" }
    // Some drivers begin with the node's name.
    let isNamed = probe.complaint.hasPrefix(node.name + ": ")
    return "\(place): \(probe.complaint.dropFirst(isNamed ? node.name.count + 2 : 0))"
  }
}
