import Findings
import Histories

/// Where each operation goes in a drawing: processes are rows, ranks are columns, compressed so
/// that only the order of the drawn events remains.
///
/// An operation that completed before another was invoked ends left of the other's beginning, and
/// bars overlap exactly when the operations were concurrent. A bar without an end is an operation
/// whose outcome is unknown: it may take effect at any later time.
public struct DrawingPlan: Sendable, Equatable {
  /// One operation.
  public struct Bar: Sendable, Equatable {
    /// Its index in the history.
    public var operation: Int
    /// Its row, from 0.
    public var row: Int
    /// Its first column.
    public var start: Int
    /// Its last column.
    public var end: Int
    /// Whether it has no end: the outcome is unknown.
    public var isOpen: Bool
    /// Whether it is the one that cannot be explained.
    public var isCulprit: Bool
    /// What it did.
    public var label: String
  }

  /// The process of each row.
  public private(set) var rows: [Int64] = []
  /// The operations by the order of their invocations.
  public private(set) var bars: [Bar] = []
  /// Columns in all.
  public private(set) var width = 0
  /// Operations that did not fit.
  public private(set) var omitted = 0

  /// The most rows and the most operations that a drawing may have.
  private static let mostRows = 24
  private static let mostBars = 40

  /// Lays out the operations; those farthest from the culprit's completion give way when the
  /// drawing would be wider than `width`.
  ///
  /// - Complexity: O(n log n) in the operations handed in.
  public init(
    _ operations: [Int], culprit: Int, of history: History, width: Int, text: OperationText
  ) {
    let valid = history.processes.indices
    var known = Set(operations.filter(valid.contains))
    if valid.contains(culprit) { known.insert(culprit) }
    let centre = valid.contains(culprit) ? history.lastRank(culprit) : 0
    var nearest = known.sorted { left, right in
      if left == culprit || right == culprit { return left == culprit && right != culprit }
      let near = history.distance(left, to: centre)
      let far = history.distance(right, to: centre)
      return near == far ? left < right : near < far
    }
    nearest = DrawingPlan.limited(Array(nearest.prefix(DrawingPlan.mostBars)), history)
    for limit in [text.valueLimit, 12, 6] where limit <= text.valueLimit {
      var writer = text
      writer.valueLimit = limit
      place(nearest, culprit, history, writer)
      if self.width <= width { break }
    }
    var writer = text
    writer.valueLimit = min(text.valueLimit, 6)
    while self.width > width, nearest.count > 1 {
      nearest.removeLast()
      place(nearest, culprit, history, writer)
    }
    omitted = known.count - bars.count
  }

  /// The longest prefix that needs no more rows than allowed.
  private static func limited(_ operations: [Int], _ history: History) -> [Int] {
    var rows: Set<Int64> = []
    return operations.filter { operation in
      if rows.contains(history.processes[operation]) { return true }
      guard rows.count < mostRows else { return false }
      rows.insert(history.processes[operation])
      return true
    }
  }

  private mutating func place(
    _ chosen: [Int], _ culprit: Int, _ history: History, _ text: OperationText
  ) {
    rows = []
    bars = []
    for operation in chosen.sorted() {
      let process = history.processes[operation]
      let row = rows.firstIndex(of: process) ?? rows.count
      if row == rows.count { rows.append(process) }
      bars.append(
        Bar(
          operation: operation, row: row, start: 0, end: 0,
          isOpen: history.returned(operation) == History.never, isCulprit: operation == culprit,
          label: text.label(operation, of: history)))
    }
    spread(history)
  }

  /// Gives every event its column, in the order of the ranks.
  private mutating func spread(_ history: History) {
    var events: [(rank: Int32, bar: Int, isStart: Bool)] = []
    for (index, bar) in bars.enumerated() {
      events.append((history.invoked[bar.operation], index, true))
      if !bar.isOpen { events.append((history.completed[bar.operation], index, false)) }
    }
    events.sort { $0.rank < $1.rank }
    var column = -1
    var afterEnd = false
    for event in events {
      if event.isStart {
        column += column < 0 || !afterEnd ? 1 : 2
        bars[event.bar].start = column
      } else {
        column = max(column + 1, bars[event.bar].start + bars[event.bar].leastWidth - 1)
        bars[event.bar].end = column
      }
      afterEnd = !event.isStart
    }
    let lastOpen = bars.filter(\.isOpen).map { $0.start + $0.leastWidth }.max() ?? 0
    let last = max(column + (lastOpen > 0 ? 2 : 0), lastOpen)
    for index in bars.indices where bars[index].isOpen { bars[index].end = last }
    width = bars.isEmpty ? 0 : last + 1
  }
}

extension DrawingPlan.Bar {
  /// `├─ label ─┤`.
  fileprivate var leastWidth: Int { Legible.width(label) + 6 }
}

extension History {
  /// The rank of an operation's last event.
  fileprivate func lastRank(_ operation: Int) -> Int32 {
    completed[operation] == History.never ? invoked[operation] : completed[operation]
  }

  /// How far an operation is from a rank; 0 when its interval touches it.
  fileprivate func distance(_ operation: Int, to rank: Int32) -> Int32 {
    if invoked[operation] > rank { return invoked[operation] - rank }
    return max(0, rank - lastRank(operation))
  }
}
