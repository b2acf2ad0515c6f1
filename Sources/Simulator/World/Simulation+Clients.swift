import Base
import Experiments
import Formats
import Histories
import Protocols

/// Clients: their requests and answers take the time of a local connection, and have no faults.
extension Simulation: NodeStates {
  private static var clientNanoseconds: Range<Int> { 20_000..<150_000 }

  func state(_ node: Int) -> NodeState { hosts[node].state }

  /// Does what clients want.
  func carryOut(_ effects: [Clients.Effect]) {
    for effect in effects {
      switch effect {
      case .record(let entry): record(entry)
      case .ask(let asked): ask(asked)
      case .abandon(let slot): open[slot] = nil
      }
    }
    clientsDue = clients.nextDue()
  }

  private func ask(_ asked: Asked) {
    let id = nextRequest
    nextRequest += 1
    let client = "c\(asked.process + 1)"
    open[asked.slot] = Open(
      id: id, client: client, process: asked.process, request: asked.request)
    let request = ClientRequest(
      client: client, id: id, operation: asked.request.operation(key: JSON(asked.key)))
    let takes = Int64(clientRandom[asked.slot].draw(Self.clientNanoseconds))
    let number =
      recorder?.asked(request, by: asked.process, asked.node, at: time)
      ?? MessageRecording.unnumbered
    queue.push(.request(node: asked.node, request, number: number), due: time + takes)
  }

  /// A node's answer is on its way to a client, if that still waits.
  func answer(_ client: String, _ request: Int64, _ reply: Reply, by node: Int) {
    if let evidence = reply.evidence, let name = evidence.leader {
      heard(leader: name, term: evidence.term)
    }
    guard let slot = open.firstIndex(where: { $0?.id == request && $0?.client == client }),
      let asked = open[slot]
    else { return }
    let body = reply.body(answer: asked.request.function + "_ok", to: request)
    let evidence = ["term", "leader", "revision", "acks"].compactMap { name in
      body[name].map { JSON.Member(name, $0) }
    }
    let answered = Answered(
      slot: slot, node: node, completion: Completion(body, to: asked.request),
      evidence: evidence)
    let takes = Int64(clientRandom[slot].draw(Self.clientNanoseconds))
    let number =
      recorder?.answered(reply, by: node, asked.process, at: time) ?? MessageRecording.unnumbered
    queue.push(.answer(answered, id: request, number: number), due: time + takes)
  }
}

extension Request {
  /// What a node is asked for.
  fileprivate func operation(key: JSON) -> Operation {
    switch self {
    case .read: .read(key: key)
    case .write(let value): .write(key: key, value: value)
    case .cas(let from, let to): .compareAndSet(key: key, from: from, to: to)
    }
  }
}
