import Base

@testable import Protocols

/// A client with one operation open; after an unknown outcome it goes on under a new name.
struct TestClient {
  var name: String
  var request: Int64 = 0
  /// The open operation's place in the history.
  var open: Int?
  /// The last value that the client saw of each key.
  var seen: [Int: Int] = [:]
  private var renamed = 0
  private let number: Int

  init(number: Int) {
    self.number = number
    name = "c\(number)"
  }

  mutating func takeNewName() {
    renamed += 1
    name = "c\(number)-\(renamed)"
    request = 0
    open = nil
  }
}

extension World {
  mutating func invoke(_ index: Int) {
    guard clients[index].open == nil else { return }
    let key = clientRandom.draw(0..<options.keys)
    let value = history.operations.count + 1
    let action: ClientHistory.Action
    switch clientRandom.draw(0..<10) {
    case 0..<5: action = .read(nil)
    case 5..<8: action = .write(value)
    default: action = .swap(from: clients[index].seen[key] ?? 0, to: value)
    }
    clients[index].request += 1
    clients[index].open = history.invoke(key: key, action, at: time)
    let name = JSON.string("k\(key)")
    let operation: Operation =
      switch action {
      case .read: .read(key: name)
      case .write(let value): .write(key: name, value: JSON(value))
      case .swap(let from, let to):
        .compareAndSet(key: name, from: JSON(from), to: JSON(to))
      }
    let request = ClientRequest(
      client: clients[index].name, id: clients[index].request, operation: operation)
    queue.insert(.timeout(client: index, request: request.id), at: time + 900_000_000)
    let node = clientRandom.draw(0..<hosts.count)
    queue.insert(
      .arrival(node: node, incarnation: hosts[node].incarnation, .request(request)),
      at: time + 100_000)
  }

  mutating func timeOut(_ index: Int, _ request: Int64) {
    guard clients[index].open != nil, clients[index].request == request else { return }
    clients[index].takeNewName()
    queue.insert(.client(index), at: time + options.thinkNanoseconds)
  }

  mutating func completed(_ name: String, _ request: Int64, _ reply: Reply) {
    guard let index = clients.firstIndex(where: { $0.name == name }),
      clients[index].request == request, let open = clients[index].open
    else { return }
    history.complete(open, reply, at: time)
    let operation = history.operations[open]
    if let value = operation.observed { clients[index].seen[operation.key] = value }
    if operation.outcome == .unknown {
      clients[index].takeNewName()
    } else {
      clients[index].open = nil
    }
    let pause = Int64.random(in: 0...(2 * options.thinkNanoseconds), using: &clientRandom)
    queue.insert(.client(index), at: time + pause)
  }
}
