/// The operations of one key that are open, by their invocations, each with its process.
///
/// What is closed stays until it is half of all, so that neither closing nor the first of them asks
/// for a look at the others.
struct OpenMoments {
  /// Ascending.
  private var moments: [Int64] = []
  private var processes: [Int64] = []
  private var isClosed: [Bool] = []
  /// The first that is open.
  private var head = 0
  private var closedCount = 0

  /// The first invocation of those that are open; ``StreamCall/never`` when none is.
  var first: Int64 { head < moments.count ? moments[head] : StreamCall.never }

  /// The processes of those that are open, in the order of the invocations.
  var openProcesses: [Int64] { moments.indices.filter { !isClosed[$0] }.map { processes[$0] } }

  /// Adds an operation that was invoked after all that are here.
  ///
  /// - Complexity: O(1) amortised.
  mutating func open(_ moment: Int64, process: Int64) {
    moments.append(moment)
    processes.append(process)
    isClosed.append(false)
  }

  /// Closes the operation of an invocation.
  ///
  /// - Complexity: O(log n) amortised.
  mutating func close(_ moment: Int64) {
    var (low, high) = (head, moments.count)
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] < moment { low = middle + 1 } else { high = middle }
    }
    guard low < moments.count, moments[low] == moment, !isClosed[low] else { return }
    isClosed[low] = true
    closedCount += 1
    while head < moments.count, isClosed[head] { head += 1 }
    if closedCount > 16, closedCount * 2 > moments.count { compact() }
  }

  private mutating func compact() {
    var kept = 0
    for place in head..<moments.count where !isClosed[place] {
      moments[kept] = moments[place]
      processes[kept] = processes[place]
      isClosed[kept] = false
      kept += 1
    }
    moments.removeLast(moments.count - kept)
    processes.removeLast(processes.count - kept)
    isClosed.removeLast(isClosed.count - kept)
    head = 0
    closedCount = 0
  }
}
