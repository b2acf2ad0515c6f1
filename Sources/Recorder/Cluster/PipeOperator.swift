import Base
import Experiments
import Glibc
import Protocols

/// The operator of a cluster of embedded nodes: tells all of them what is to be, and reads from
/// their answers what is.
final class PipeOperator: MemberChanging, LeadershipChanging {
  /// Who was taken out.
  private enum Absence {
    /// Its process is ending, and its disk is still there.
    case leaving
    case out
    /// Its process is to be started as soon as it is out.
    case returning
  }

  private unowned let cluster: PipeCluster
  private var wanted = Operator()
  private var settled: SettledMembers?
  private var leading: Set<Int> = []
  private var absent: [Int: Absence] = [:]
  /// Nodes that came back: they are to be told whom they are among.
  private(set) var joined: Set<Int> = []
  private var nextPress: Int64 = 0

  init(_ cluster: PipeCluster) { self.cluster = cluster }

  /// Whether something is wanted that is not so.
  var isWorking: Bool { !wanted.wishes.isEmpty || !absent.values.allSatisfy { $0 == .out } }

  /// Whether a node is out, or on its way out or back.
  func isAbsent(_ index: Int) -> Bool { absent[index] != nil }

  // MARK: facets

  func removeMember(_ index: Int) { _ = wanted.want(.remove(cluster.name(index))) }

  func isRemoved(_ index: Int) -> Bool { absent[index] == .out }

  func addMember(_ index: Int) {
    if absent[index] != nil { absent[index] = .returning }
    _ = wanted.want(.add(cluster.name(index)))
  }

  func isMember(_ index: Int) -> Bool {
    cluster.state(index) == .up && absent[index] == nil && wanted.wishes.isEmpty
  }

  func transferLeadership(to index: Int) {
    leading = []
    _ = wanted.want(.lead(cluster.name(index)))
  }

  /// What nodes said of themselves gets old once nobody asks any more.
  func leaveLeadership() {
    leading = []
    wanted.leaveLeadership()
  }

  func isLeading(_ index: Int) -> Bool {
    leading.contains(index) && cluster.state(index) == .up
  }

  // MARK: nodes

  /// Takes what a node says to have come of it.
  func take(_ body: JSON, from index: Int) {
    guard body["type"]?.string == "operator_ok" else { return }
    if body["leads"]?.bool ?? false { leading.insert(index) } else { leading.remove(index) }
    guard let names = body["members"]?.array?.compactMap(\.string),
      let request = body["request"]?.integer, request >= settled?.request ?? 0
    else { return }
    settled = SettledMembers(names: names, request: request)
  }

  /// Asks again, and lets those go who are out.
  func advance(at time: Int64) throws(Failure) {
    let leaders = leading.filter(isLeading).map { cluster.name($0) }
    for request in wanted.take(settled, leads: leaders.contains) {
      guard case .remove(let name) = request.wish,
        let index = (0..<cluster.count).first(where: { cluster.name($0) == name })
      else { continue }
      cluster.end(index, by: SIGKILL)
      absent[index] = .leaving
    }
    for index in absent.keys.sorted() where absent[index] != .out && cluster.isGone(index) {
      let returns = absent[index] == .returning
      try cluster.emptyData(of: index)
      joined.insert(index)
      absent[index] = returns ? nil : .out
      if returns { try cluster.start(index) }
    }
    guard time >= nextPress else { return }
    nextPress = time + Operator.patience
    for request in wanted.wishes {
      for index in 0..<cluster.count where cluster.state(index) == .up {
        cluster.tell(index, request.body)
      }
    }
  }
}
