import Base
import Histories
import TestSupport
import Testing

/// A container: how it is used and what a faultless one takes out.
struct ContainerKind: Sendable, CustomTestStringConvertible {
  var model: String
  var rung: String
  var put: String
  var take: String
  /// Whether its rung passes when elements are lost and takes pending; rarely, then.
  var mayPass = false
  /// The place of what is taken out among what is in, in the order in which it was put in.
  var next: @Sendable ([Int], inout SplitMix64) -> Int
  var testDescription: String { rung }

  /// The four containers, each with the rung that is tried.
  static func all(queue: String, bag: String, stack: String, priorityQueue: String) -> [Self] {
    [
      Self(model: "queue", rung: queue, put: "enqueue", take: "dequeue") { _, _ in 0 },
      Self(model: "bag", rung: bag, put: "enqueue", take: "dequeue") { $1.draw(0..<$0.count) },
      Self(model: "stack", rung: stack, put: "push", take: "pop", mayPass: true) { inside, _ in
        inside.count - 1
      },
      Self(
        model: "priority-queue", rung: priorityQueue, put: "insert", take: "delete-min",
        mayPass: true
      ) { inside, _ in inside.indices.min { inside[$0] < inside[$1] } ?? 0 },
    ]
  }

  /// What a faultless one did where the operations take effect in the order of their points: a
  /// share of them puts in what `element` says.
  func faultless(
    _ intervals: Intervals, puts: Double, _ points: [Int], _ random: inout SplitMix64,
    element: (Int, inout SplitMix64) -> Int
  ) -> [Label] {
    var labels = [Label](repeating: Label(take), count: points.count)
    var inside: [Int] = []
    for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
      let happens = !intervals.isPending[operation] || random.chance(0.5)
      if random.chance(puts) {
        let element = Int64(element(operation, &random))
        labels[operation] = Label(put, .integer(element), .integer(element))
        if happens { inside.append(Int(element)) }
      } else if !inside.isEmpty {
        let place = next(inside, &random)
        labels[operation].output = .integer(Int64(inside[place]))
        if happens { inside.remove(at: place) }
      }
    }
    return labels
  }
}
