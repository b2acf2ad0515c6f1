import Base

@testable import Protocols

/// What a nemesis may do.
enum FaultKind: CaseIterable {
  case partition, kill, pause, weather
}

/// A fault that has been made and must be healed.
struct Fault {
  var kind: FaultKind
  var nodes: [Int] = []
}

extension World {
  mutating func makeFault() {
    guard time < faultsEnd, !options.faults.isEmpty else { return }
    let kind = options.faults[random.draw(0..<options.faults.count)]
    var fault = Fault(kind: kind)
    switch kind {
    case .partition: partition()
    case .kill:
      fault.nodes = targets()
      for node in fault.nodes { kill(node) }
    case .pause:
      fault.nodes = targets()
      for node in fault.nodes { hosts[node].isPaused = true }
    case .weather:
      network.loss = random.chance(0.6) ? 0.15 : 0
      network.repetition = random.chance(0.6) ? 0.2 : 0
      network.slowness = random.chance(0.6) ? 0.3 : 0
    }
    let length = Int64(random.draw(50..<1_400)) * options.faultIntervalNanoseconds / 1_000
    queue.insert(.heal(fault), at: time + length)
    let gap = options.faultIntervalNanoseconds
    queue.insert(.fault, at: time + (options.overlaps ? gap / 2 : length + gap))
  }

  mutating func heal(_ fault: Fault) throws {
    switch fault.kind {
    case .partition: network.join()
    case .kill: for node in fault.nodes { try boot(node) }
    case .pause: for node in fault.nodes { resume(node) }
    case .weather:
      network.loss = 0
      network.repetition = 0
      network.slowness = 0
    }
  }

  var leaders: [Int] { hosts.indices.filter { hosts[$0].node?.role == .leader } }

  /// One, a minority, a majority, all, or the leader.
  private mutating func targets() -> [Int] {
    let shuffled = Array(hosts.indices).shuffled(using: &random)
    let majority = hosts.count / 2 + 1
    switch random.draw(0..<5) {
    case 0: return Array(shuffled.prefix(1))
    case 1: return Array(shuffled.prefix(hosts.count - majority))
    case 2: return Array(shuffled.prefix(majority))
    case 3: return shuffled
    default: return leaders.isEmpty ? Array(shuffled.prefix(1)) : leaders
    }
  }

  private mutating func partition() {
    let shuffled = Array(hosts.indices).shuffled(using: &random)
    switch random.draw(0..<5) {
    case 0: split(Array(shuffled.prefix(hosts.count / 2)))
    case 1: split(Array(shuffled.prefix(1)))
    case 2: split(Array(leaders.prefix(1)))
    case 3:
      for i in hosts.indices {
        for j in hosts.indices where i != j {
          let distance = abs(i - j)
          if min(distance, hosts.count - distance) > hosts.count / 4 {
            network.cut(from: shuffled[i], to: shuffled[j])
          }
        }
      }
    default:
      for other in hosts.indices { network.cut(from: shuffled[0], to: other) }
    }
  }

  private mutating func split(_ side: [Int]) {
    for left in hosts.indices where side.contains(left) {
      for right in hosts.indices where !side.contains(right) {
        network.cut(from: left, to: right)
        network.cut(from: right, to: left)
      }
    }
  }
}
