import Base
import Testing

@testable import Checker

@Suite struct PathTreeTests {
  /// Dropping what leads nowhere leaves every way that is kept as it was.
  @Test func keptWaysStay() throws {
    var random = SplitMix64(seed: 6)
    var tree = PathTree(Ledger(Budget()))
    var kept: [Int32] = [-1]
    var ways: [[Int32]] = [[]]
    for round in 0..<400 {
      for _ in 0..<10 {
        let place = random.draw(0..<kept.count)
        let operation = Int32(random.draw(0..<100))
        let node = tree.add(operation, operation + 1, under: kept[place])
        kept.append(try #require(node))
        ways.append(ways[place] + [operation])
      }
      if kept.count > 20 {
        let chosen = kept.indices.shuffled(using: &random).prefix(5)
        (kept, ways) = (chosen.map { kept[$0] }, chosen.map { ways[$0] })
      }
      guard round % 20 == 19 else { continue }
      let numbers = tree.keep(kept)
      let numbered = try #require(numbers)
      kept = kept.map { $0 < 0 ? $0 : numbered[Int($0)] }
      for (node, way) in zip(kept, ways) {
        var walked: [Int32] = []
        var node = node
        while node >= 0 {
          #expect(tree.state(node) == tree.operation(node) + 1)
          walked.append(tree.operation(node))
          node = tree.parent(node)
        }
        #expect(walked.reversed() == way)
      }
    }
    #expect(tree.count < 4000)
  }
}
