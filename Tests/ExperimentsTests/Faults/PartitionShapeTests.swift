import Base
import Testing

@testable import Experiments

/// Which links the shapes of partitions cut.
struct PartitionShapeTests {
  func shape(_ kind: PartitionKind, _ count: Int, leader: Int? = nil) -> PartitionShape {
    var random = SplitMix64(seed: 5)
    return PartitionShape(kind, of: count, leader: leader, &random)
  }

  func neighbours(_ shape: PartitionShape, _ count: Int) -> [Set<Int>] {
    (0..<count).map { node in
      Set((0..<count).filter { !shape.links.contains(Link(from: $0, to: node)) })
    }
  }

  @Test(arguments: PartitionKind.allCases, 2...7)
  func everyShapeCutsSomethingAndNobodyFromItself(_ kind: PartitionKind, _ count: Int) {
    let shape = shape(kind, count, leader: 1)
    #expect(!shape.links.isEmpty)
    #expect(shape.links.allSatisfy { $0.from != $0.to })
    #expect(Set(shape.links).count == shape.links.count)
  }

  @Test(arguments: [5, 7]) func inARingAllSeeAMajorityAndNoTwoTheSame(_ count: Int) {
    let seen = neighbours(shape(.majorityRing, count), count)
    #expect(seen.allSatisfy { $0.count > count / 2 && $0.count < count })
    #expect(Set(seen).count == count)
  }

  @Test func aBridgeSeesAllAndTheOthersTheirHalf() {
    #expect(neighbours(shape(.bridge, 5), 5).map(\.count).sorted() == [3, 3, 3, 3, 5])
  }

  @Test func theLeaderIsIsolatedAndWithoutOneANodeIsDrawn() {
    #expect(neighbours(shape(.isolateLeader, 5, leader: 2), 5)[2] == [2])
    #expect(shape(.isolateLeader, 5).note == "isolate-leader (leader unknown, one drawn)")
  }

  @Test func oneWayIsHeardButDoesNotHear() {
    let shape = shape(.oneWay, 5)
    #expect(shape.links.count == 6)
    #expect(shape.links.allSatisfy { !shape.links.contains(Link(from: $0.to, to: $0.from)) })
  }
}
