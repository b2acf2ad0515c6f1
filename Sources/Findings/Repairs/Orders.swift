import Formats
import Histories

/// Another order of the lines: that of the times, of Jepsen's `index`, or of the file.
struct Orders: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    let history = recording.history
    guard history.count <= Repairs.mostOperations else { return [] }
    var changes: [RecordingChange] = []
    switch recording.reading.order {
    case nil, .line:
      if let lines = history.backwards(history.eventTimes) {
        changes.append(
          change(
            .time, "the events happened in the order of their times, not of their lines", lines))
      }
      if let lines = history.backwards(history.eventIndices) {
        changes.append(
          change(
            .index, "the events happened in the order of their “index”, not of their lines",
            lines))
      }
    case .time, .index:
      // Where each event has a line of its own.
      let lines = history.eventLines
      guard Set(lines).count == lines.count, let backwards = history.backwards(lines) else { break }
      changes.append(
        change(.line, "the events happened in the order of their lines", backwards))
    }
    return changes
  }

  private func change(_ order: EventOrder, _ sentence: String, _ lines: [Int]) -> RecordingChange {
    RecordingChange(
      repair: Repair(
        kind: "order", sentence: sentence, option: "--order \(order.rawValue)", lines: lines)
    ) { history, _ in
      order == .line ? history.retold(byLine: true) : history.retold(order: order)
    }
  }
}

extension History {
  /// The time of each event, by rank; nil where one has none.
  fileprivate var eventTimes: [Int64]? {
    let times = byRank(
      invocation: { invokedTime[$0] }, completion: { completedTime[$0] },
      nemesis: { nemesis[$0].time })
    return times.contains(Event.noTime) ? nil : times
  }

  /// The line of each event, by rank.
  fileprivate var eventLines: [Int64] {
    byRank(
      invocation: { Int64(line[$0]) }, completion: { Int64(completedLine[$0]) },
      nemesis: { Int64(nemesis[$0].line) })
  }

  /// The `index` of each event, by rank; nil where one has none, or another has the same.
  fileprivate var eventIndices: [Int64]? {
    func index(_ rank: Int32) -> Int64 {
      extra("index", at: rank).flatMap { values.integer($0) } ?? Int64.min
    }
    let first = byRank(
      invocation: { index(invoked[$0]) }, completion: { index(completed[$0]) },
      nemesis: { index(nemesis[$0].rank) })
    return first.contains(Int64.min) || Set(first).count < first.count ? nil : first
  }

  private func byRank(
    invocation: (Int) -> Int64, completion: (Int) -> Int64, nemesis: (Int) -> Int64
  ) -> [Int64] {
    steps().map { step in
      switch step {
      case .invocation(let operation): invocation(operation)
      case .completion(let operation): completion(operation)
      case .nemesis(let event): nemesis(event)
      }
    }
  }

  /// The lines of the first events that come after one with a greater number; nil where none does.
  fileprivate func backwards(_ numbers: [Int64]?) -> [Int]? {
    guard let numbers else { return nil }
    let places = numbers.indices.dropFirst().filter { numbers[$0] < numbers[$0 - 1] }
    guard !places.isEmpty else { return nil }
    let lines = eventLines
    return places.prefix(3).map { Int(lines[$0]) }.sorted()
  }
}
