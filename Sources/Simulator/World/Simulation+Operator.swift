import Experiments
import Protocols

/// The operator of a simulated operatorWork.
extension Simulation {
  /// Asks for something from now on.
  func want(_ wish: OperatorRequest.Wish) { press(operatorWork.want(wish).number) }

  /// Asks for what is wanted and not so.
  func press(_ number: Int64) {
    guard operatorWork.wants(number) else { return }
    let settled = hosts.compactMap { $0.node?.settledMembers }.max { $0.request < $1.request }
    let leads = { (name: String) in
      zip(self.names, self.hosts).contains { $0 == name && $1.node?.leads ?? false }
    }
    for request in operatorWork.take(settled, leads: leads) { granted(request) }
    guard let wish = operatorWork.wishes.first(where: { $0.number == number }) else { return }
    for index in hosts.indices where hosts[index].state == .up { deliver(.ask(wish), to: index) }
    queue.push(.press(number), due: time + Operator.patience)
  }

  /// Who is no member any more ends, and what it had is gone: if it comes back, then as a new node.
  private func granted(_ request: OperatorRequest) {
    guard case .remove(let name) = request.wish, let index = names.firstIndex(of: name) else {
      return
    }
    kill(index)
    hosts[index].disk.wipe()
    wasWiped = true
    hosts[index].isOut = true
    hosts[index].joins = true
    recorder?.happened(index, "out of the cluster, wiped", at: time)
  }

  /// Brings a node back that was out.
  func add(_ index: Int) {
    hosts[index].isOut = false
    start(index)
    want(.add(names[index]))
  }
}
