import Base
import Checker
import Formats
import Histories

/// Everything that happened in the time that a counterexample is about.
struct SpaceTimeItems {
  let lanes: [SpaceTime.Lane]
  private(set) var items: [SpaceTimeItem] = []
  /// What nodes were like, and from when on.
  private(set) var states: [(time: Int64, order: Int, lane: Int, state: SpaceTime.State)] = []
  private let scope: SpaceTimeScope
  private let history: History
  private let laneOf: [SpaceTime.Lane: Int]
  private let text = OperationText()
  private let asked: SpaceTimeRequests

  /// More nodes than these are not drawn.
  private static let mostNodes = 9

  init(_ scope: SpaceTimeScope, _ log: MessageLog, of history: History) {
    self.scope = scope
    self.history = history
    var clients: [Int64] = []
    for operation in scope.operations where !clients.contains(history.processes[operation]) {
      clients.append(history.processes[operation])
    }
    lanes =
      clients.map { .client($0) } + log.nodes.prefix(Self.mostNodes).map { .node($0) }
    laneOf = Dictionary(
      lanes.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    asked = SpaceTimeRequests(scope.operations, log, history)
    add(log)
    addOperations()
    addFaults()
    items.sort { $0.precedes($1) }
    join()
  }

  private mutating func add(
    _ row: SpaceTime.Row, _ order: Int, _ rank: SpaceTimeItem.Rank, _ name: String
  ) {
    items.append(
      SpaceTimeItem(
        row: row, order: order, rank: rank, distance: scope.distance(row.time, history), name: name)
    )
  }

  // MARK: messages and nodes

  private mutating func add(_ log: MessageLog) {
    var said: [Link: String] = [:]
    var context: (row: SpaceTime.Row, order: Int)?
    for (place, entry) in log.entries.enumerated() {
      switch entry {
      case .happening(let happening):
        guard let lane = laneOf[.node(happening.node)], happening.time <= scope.end else {
          continue
        }
        if let state = happening.state {
          states.append((happening.time, place, lane, SpaceTime.State(state)))
        }
        let row = SpaceTime.Row(
          kind: .node, time: happening.time, marks: [lane], words: happening.event)
        if happening.time >= scope.start {
          add(row, place, .fault, "event")
          // A fault's row says it already.
          items[items.count - 1].isHit = happening.state == .down || happening.state == .paused
        } else if happening.state == nil {
          context = (row, place)
        }
      case .message(let message):
        guard case .node = message.from, case .node = message.to, message.time <= scope.end else {
          continue
        }
        let link = Link(message)
        let isNew = said.updateValue(message.words, forKey: link) != message.words
        guard message.time >= scope.start else { continue }
        add(message, place, isNew: isNew)
      }
    }
    // Who leads, or whatever else was said of a node last.
    if let context { add(context.row, context.order, .fault, "event") }
    states.sort { ($0.time, $0.order) < ($1.time, $1.order) }
  }

  private struct Link: Hashable {
    var from: MessageLog.End
    var to: MessageLog.End
    var name: String

    init(_ message: MessageLog.Message) {
      (from, to, name) = (message.from, message.to, message.name)
    }
  }

  private mutating func add(
    _ message: MessageLog.Message, _ place: Int, isNew: Bool
  ) {
    var rank = SpaceTimeItem.Rank.repeated
    // What is not drawn is counted all the same.
    let (from, to) = (lane(message.from), lane(message.to))
    if from != nil, to != nil, isNew || message.isCopy {
      rank = asked.rank(of: message.body)
    }
    let words = message.words.isEmpty ? message.name : "\(message.name)  \(message.words)"
    add(
      SpaceTime.Row(
        kind: .message, time: message.time, until: message.fate.time,
        from: from, to: to, words: message.isCopy ? words + " (a copy)" : words,
        fate: SpaceTime.Fate(message.fate)),
      place, rank, message.name)
  }

  // MARK: operations

  private mutating func addOperations() {
    for operation in scope.operations {
      let lane = laneOf[.client(history.processes[operation])]
      let request = asked.requests[operation]
      var row = SpaceTime.Row(
        kind: .begins, time: history.invokedTime[operation], from: lane,
        words: text.asked(operation, of: history), operation: operation)
      row.to = request.flatMap { self.lane($0.message.to) }
      row.fate = (request?.message.fate).map { SpaceTime.Fate($0) }
      row.until = request?.message.fate.time
      add(row, request?.place ?? -1, .operation, "operation")
      let time = history.completedTime[operation]
      guard history.completed[operation] != History.never, time != Event.noTime, time <= scope.end
      else { continue }
      row = SpaceTime.Row(
        kind: .ends, time: time, to: lane, words: ending(operation), operation: operation)
      row.from = asked.answers[operation].flatMap { self.lane($0.from) } ?? node(operation)
      add(row, .max, .operation, "operation")
    }
  }

  private func ending(_ operation: Int) -> String {
    let label = text.label(operation, of: history)
    return label == text.asked(operation, of: history) ? label + ": ok" : label
  }

  /// The lane of the node that answered, as the history has it.
  private func node(_ operation: Int) -> Int? {
    history.evidence("node", of: operation).flatMap { history.values.string($0) }
      .flatMap { laneOf[.node($0)] }
  }

  private func lane(_ end: MessageLog.End) -> Int? {
    switch end {
    case .client(let process): laneOf[.client(process)]
    case .node(let name): laneOf[.node(name)]
    }
  }

  // MARK: faults

  private mutating func addFaults() {
    for span in history.faultSpans() {
      let detail = FaultWords.words(span.value, history.values)
      let name = detail.isEmpty ? span.name : "\(span.name) (\(detail))"
      for (time, words) in [
        (span.beginTime, span.isInstant ? name : "\(name) begins"), (span.endTime, "\(name) ends"),
      ] where time != Event.noTime && time >= scope.start && time <= scope.end {
        guard !span.isInstant || time == span.beginTime else { continue }
        add(SpaceTime.Row(kind: .fault, time: time, words: words), -2, .fault, "fault")
      }
    }
  }

  /// What happens to several nodes at one moment is one row, and so is a fault with what it does.
  private mutating func join() {
    var joined: [SpaceTimeItem] = []
    for item in items {
      if item.row.kind == .node,
        let place = joined.lastIndex(where: {
          $0.time == item.time && ($0.row.kind == .fault && item.isHit || $0.isSame(as: item))
        })
      {
        joined[place].row.marks += item.row.marks
      } else {
        joined.append(item)
      }
    }
    items = joined
  }
}

extension SpaceTime.State {
  fileprivate init(_ state: MessageLog.State) {
    switch state {
    case .up: self = .up
    case .paused: self = .paused
    case .down: self = .down
    }
  }
}

extension SpaceTime.Fate {
  fileprivate init(_ fate: MessageLog.Fate) {
    switch fate {
    case .arrived: self = .arrived
    case .down: self = .down
    case .lost: self = .lost
    case .cut: self = .cut
    case .underWay: self = .underWay
    }
  }
}
