/// What single cells say by themselves: an operation that needs a content which certainly is not
/// there, whatever else happened.
///
/// Of those who leave the content and were invoked before the operation completed there are none,
/// and it was not there at first. Or all of them had ended before somebody began who left another
/// one, and who ended before the operation began: then whoever left the content came before that
/// one, and nobody after it.
struct CellBounds {
  /// Somebody who writes a cell: the end, and of all who ended by then the last invocation, with
  /// the content that was left, and the last of those that left another content.
  private struct Writer {
    var end: Int32
    var start: Int32
    var content: Int32
    var otherStart: Int32 = -1
  }

  private let columns: CellColumns
  private let timeline: Timeline
  /// The completed writers of each cell, by their ends.
  private var writers: [[Writer]]

  init(_ columns: CellColumns, _ timeline: Timeline) {
    self.columns = columns
    self.timeline = timeline
    writers = Array(repeating: [], count: columns.initial.count)
    for operation in columns.completing {
      let call = Int(columns.calls[Int(operation)])
      let (start, end) = (timeline.invoked[call], timeline.returned[call])
      for content in columns.leaves[operation] {
        let cell = Int(columns.cell[Int(content)])
        var next = Writer(end: end, start: start, content: content)
        if let last = writers[cell].last {
          if last.content == content {
            next.start = max(start, last.start)
            next.otherStart = last.otherStart
          } else if start > last.start {
            next.otherStart = last.start
          } else {
            next.start = last.start
            next.content = last.content
            next.otherStart = max(start, last.otherStart)
          }
        }
        writers[cell].append(next)
      }
    }
  }

  /// The first event at which an operation completes that needs what is certainly not there.
  ///
  /// - Complexity: O(log n) for each need, and for each supplier of what is needed.
  func firstInVain() -> Int? {
    columns.completing.firstIndex { operation in
      columns.needs[operation].contains { isCertainlyGone($0, for: operation) }
    }
  }

  private func isCertainlyGone(_ content: Int32, for operation: Int32) -> Bool {
    let call = Int(columns.calls[Int(operation)])
    let (start, end) = (timeline.invoked[call], timeline.returned[call])
    let cell = Int(columns.cell[Int(content)])
    let overwritten = lastStart(in: writers[cell], before: start, other: content)
    let isInitial = columns.initial[cell] == content
    if isInitial, overwritten < 0 { return false }
    for pending in columns.pendingSuppliers[content] {
      if timeline.invoked[Int(columns.pendingCalls[Int(pending)])] < end { return false }
    }
    var isLeft = isInitial
    for supplier in columns.suppliers[content].reversed() where supplier != operation {
      let other = Int(columns.calls[Int(supplier)])
      if timeline.invoked[other] > end { continue }
      isLeft = true
      if timeline.returned[other] > overwritten { return false }
    }
    return !isLeft || overwritten >= 0
  }

  /// The last invocation of those who ended before an event and left another content, or -1.
  private func lastStart(in writers: [Writer], before event: Int32, other content: Int32) -> Int32 {
    var low = 0
    var high = writers.count
    while low < high {
      let middle = (low + high) / 2
      if writers[middle].end < event { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return -1 }
    let last = writers[low - 1]
    return last.content == content ? last.otherStart : last.start
  }
}
