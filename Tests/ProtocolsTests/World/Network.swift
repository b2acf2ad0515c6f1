import Base

/// Links between nodes: each direction may be cut; loss, slowness and repetition hit all of them.
struct Network {
  private var isCut: [[Bool]]
  var loss = 0.0
  var repetition = 0.0
  var slowness = 0.0

  init(nodes: Int) {
    isCut = Array(repeating: Array(repeating: false, count: nodes), count: nodes)
  }

  mutating func cut(from: Int, to: Int) { isCut[from][to] = true }

  mutating func join() {
    isCut = isCut.map { $0.map { _ in false } }
  }

  /// The delays of the copies that arrive; none when the message is lost.
  func delays(from: Int, to: Int, using random: inout SplitMix64) -> [Int64] {
    if isCut[from][to] || random.chance(loss) { return [] }
    let copies = random.chance(repetition) ? 2 : 1
    return (0..<copies).map { _ in
      let longest: Int64 = random.chance(slowness) ? 120_000_000 : 1_500_000
      return Int64.random(in: 300_000...longest, using: &random)
    }
  }
}
