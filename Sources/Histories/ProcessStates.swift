/// What is known of each process while a history is built.
///
/// A small value of its own, so that a look at one process copies nothing of the history.
struct ProcessStates: Sendable {
  enum State {
    case idle
    /// The operation that it has open.
    case open(Int)
    /// Ended by an `info` on that line.
    case retired(line: Int)
  }

  /// Processes below ``limit``, by number; the others are in ``large``.
  private var small: [State] = []
  private var large: [Int64: State] = [:]
  private static let limit: Int64 = 65_536

  subscript(_ process: Int64) -> State {
    @inline(__always)
    get {
      if process >= 0, process < Int64(small.count) { return small[Int(process)] }
      return large.isEmpty ? .idle : large[process] ?? .idle
    }
    @inline(__always)
    set {
      if process >= 0, process < Int64(small.count) {
        small[Int(process)] = newValue
      } else {
        insert(process, newValue)
      }
    }
  }

  @inline(never)
  private mutating func insert(_ process: Int64, _ state: State) {
    guard process < 0 || process >= ProcessStates.limit else {
      while small.count <= process { small.append(.idle) }
      small[Int(process)] = state
      return
    }
    // Who has nothing open is as good as new.
    if case .idle = state {
      large[process] = nil
    } else {
      large[process] = state
    }
  }

  /// What so many processes more may take for a moment, in bytes, while the table grows.
  func growth(_ more: Int) -> Int {
    large.count + more > large.capacity ? 80 * max(large.count, 1) : 0
  }
}
