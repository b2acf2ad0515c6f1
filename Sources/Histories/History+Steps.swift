extension History {
  /// One step of the history, for those who walk it in order.
  public enum Step: Sendable, Equatable {
    case invocation(Int)
    case completion(Int)
    /// The index in ``History/nemesis``.
    case nemesis(Int)
  }

  /// Every event in order.
  ///
  /// - Complexity: O(events) for a whole walk, with four bytes of memory an event.
  public func steps() -> Steps { Steps(self) }

  /// The events of a history in order, found while they are walked: invocations and the nemesis'
  /// deeds are stored in their order, so that only completions have to be looked up.
  public struct Steps: Sequence, Sendable {
    private let invoked: [Int32]
    private let nemesis: [NemesisEvent]
    /// The operation that completes at a rank, or -1.
    private let completing: [Int32]

    fileprivate init(_ history: History) {
      invoked = history.invoked
      nemesis = history.nemesis
      var completing = [Int32](repeating: -1, count: history.eventCount)
      for (operation, rank) in history.completed.enumerated() where rank != History.never {
        completing[Int(rank)] = Int32(truncatingIfNeeded: operation)
      }
      self.completing = completing
    }

    /// Begins with the first event.
    public func makeIterator() -> Iterator {
      Iterator(invoked: invoked, nemesis: nemesis, completing: completing)
    }

    /// A place between two events.
    public struct Iterator: IteratorProtocol, Sendable {
      fileprivate let invoked: [Int32]
      fileprivate let nemesis: [NemesisEvent]
      fileprivate let completing: [Int32]
      private var rank = 0
      private var operation = 0
      private var deed = 0

      fileprivate init(invoked: [Int32], nemesis: [NemesisEvent], completing: [Int32]) {
        self.invoked = invoked
        self.nemesis = nemesis
        self.completing = completing
      }

      /// The next event, or nil at the end.
      @inline(__always)
      public mutating func next() -> Step? {
        while rank < completing.count {
          let now = rank
          rank += 1
          if completing[now] >= 0 { return .completion(Int(completing[now])) }
          if operation < invoked.count, Int(invoked[operation]) == now {
            operation += 1
            return .invocation(operation - 1)
          }
          if deed < nemesis.count, Int(nemesis[deed].rank) == now {
            deed += 1
            return .nemesis(deed - 1)
          }
        }
        return nil
      }
    }
  }
}
