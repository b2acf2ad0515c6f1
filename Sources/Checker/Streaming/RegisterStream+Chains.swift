import Histories

extension RegisterStream {
  /// A value, who installed it and who saw it.
  struct ValueCluster {
    var value: ValueID
    /// Nil for the initial value.
    var installer: StreamCall?
    /// What the installer expected, if it is a compare-and-set.
    var expected: ValueID?
    var first = StreamCall.never
    var last: Int64
    /// Who returned first, and who was invoked last.
    var firstSeen: Box<StreamCall>?
    var lastSeen: Box<StreamCall>?
    var chain: Int
    /// Its number in the chain, counted with the levels that were dropped.
    var number = 0
    var isDead = false
    /// Whether its installer's place behind the expected value is known.
    var isLinked = false
    /// Whether a compare-and-set that took effect expected it.
    var isConsumed = false
  }

  /// Clusters that follow each other at once.
  struct Chain {
    /// Oldest first; empty when the place is free.
    var levels: [Int]
    var first: Int64
    var last: Int64
    /// The one level that stands for those that were dropped.
    var dropped: Box<ValueCluster>?
    /// The number of the first level.
    var base = 0
    /// Its place in ``RegisterStream/seen``, or -1.
    var place = -1
    /// Levels that were seen when none behind them had been, by number; the last is the last level
    /// of all that were seen.
    var records: [Record] = []
  }

  /// A level of a chain and when it was first seen.
  struct Record {
    var number: Int
    var first: Int64
    var cluster: Int
  }
}

extension RegisterStream.ValueCluster {
  /// Who returned first.
  var firstCall: StreamCall? { firstSeen?.value }
  /// Who was invoked last.
  var lastCall: StreamCall? { lastSeen?.value }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    value = name(value)
    expected = expected.map(name)
    installer?.rename(name)
    let isOne = firstSeen === lastSeen
    firstSeen = firstSeen?.renamed { $0.rename(name) }
    lastSeen = isOne ? firstSeen : lastSeen?.renamed { $0.rename(name) }
  }
}

/// A value apart, so that what has none stays small.
final class Box<Value: Sendable>: Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  /// Another with a changed value.
  func renamed(_ change: (inout Value) -> Void) -> Box {
    var changed = value
    change(&changed)
    return Box(changed)
  }
}
