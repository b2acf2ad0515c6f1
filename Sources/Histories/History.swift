import Base

/// What became of an operation. There are three outcomes, not two.
public enum Outcome: UInt8, Sendable {
  /// It took effect between its invocation and its completion.
  case ok
  /// It certainly did not take effect, and never will.
  case fail
  /// Nobody knows: it may take effect at any time after its invocation, or never.
  case indeterminate
}

/// What clients observed: one entry an operation, in columns, in the order of the invocations.
///
/// **Why intervals are closed.** An operation is concurrent with every other whose interval it
/// touches. Take `write 1` invoked at rank 0 and completed at 3, `read → 1` invoked at 1 and
/// completed at 2: the write may take effect anywhere from 0 to 3, so the read is right, although
/// it ended first. Only `completed(a) < invoked(b)` puts `a` before `b`; every event has a rank
/// of its own, the order of lines in the file, and `time` is for people.
///
/// **What is open stays open.** An operation whose outcome is unknown never precedes anything: a
/// write that timed out may land after all that follows, and its interval has no end.
///
/// A history is made by ``HistoryBuilder`` alone, so it always keeps the contract's rules.
public struct History: Sendable {
  /// The rank that stands for “never”.
  public static let never = Int32.max

  /// The header line of the file, `{"plumbline":1,…}`, or nil.
  public var header: JSON?
  /// What a reader should know: a torn last line was dropped, …
  public var warnings: [String] = []
  /// What a reader found in the file and could not put into the terms of a model, how often by
  /// kind: `["watch": 12]`. A pass says nothing of it, so with any of it there is no pass.
  public var unchecked: [String: Int] = [:]
  /// Every value of the history.
  public var values = ValueTable()
  /// The functions by their ids.
  public internal(set) var functions: [String] = []

  /// The client of each operation.
  public internal(set) var processes: [Int64] = []
  /// The function of each operation.
  public internal(set) var function: [FunctionID] = []
  /// The key of each operation, or ``ValueTable/none``.
  public internal(set) var key: [ValueID] = []
  /// The value of each invocation; ``ValueTable/null`` when the line had none.
  public internal(set) var input: [ValueID] = []
  /// The value of each completion; ``ValueTable/none`` when there is none.
  public internal(set) var output: [ValueID] = []
  /// What became of each operation.
  public internal(set) var outcome: [Outcome] = []
  /// The rank of each invocation.
  public internal(set) var invoked: [Int32] = []
  /// The rank of each completion of any kind, or ``never``.
  public internal(set) var completed: [Int32] = []
  /// The time of each invocation in nanoseconds, or ``Event/noTime``.
  public internal(set) var invokedTime: [Int64] = []
  /// The time of each completion in nanoseconds, or ``Event/noTime``.
  public internal(set) var completedTime: [Int64] = []
  /// The line of each invocation, from 1.
  public internal(set) var line: [Int32] = []
  /// The line of each completion, from 1; 0 when there is none.
  public internal(set) var completedLine: [Int32] = []
  /// What the nemesis did, in order.
  public internal(set) var nemesis: [NemesisEvent] = []
  /// What is known of faults from elsewhere (a run's `faults.jsonl`) where the history itself names
  /// none. Placed by time: the rank is that of the next event, for the end of a fault that of the
  /// last event before; the line is 0.
  public private(set) var faultsBeside: [NemesisEvent] = []
  /// How many events there are, the nemesis's included: ranks go from 0 to here.
  public internal(set) var eventCount: Int = 0
  /// Fields beyond the contract's own, in the order of events.
  var extras: [Extra] = []
  var extraNames: [String] = []

  /// One field of one event that is kept as it came.
  struct Extra: Sendable {
    var rank: Int32
    var name: Int32
    var value: ValueID
  }

  init() {}

  /// Takes over what the header says was left unchecked when it was written.
  mutating func takeUnchecked() {
    for member in header?["unchecked"]?.members ?? [] where unchecked[member.name] == nil {
      unchecked[member.name] = member.value.integer.map { Int(clamping: $0) }
    }
  }

  /// Makes room for that many operations in every column.
  mutating func reserve(_ operations: Int) {
    processes.reserveCapacity(operations)
    function.reserveCapacity(operations)
    key.reserveCapacity(operations)
    input.reserveCapacity(operations)
    output.reserveCapacity(operations)
    outcome.reserveCapacity(operations)
    invoked.reserveCapacity(operations)
    completed.reserveCapacity(operations)
    invokedTime.reserveCapacity(operations)
    completedTime.reserveCapacity(operations)
    line.reserveCapacity(operations)
    completedLine.reserveCapacity(operations)
  }

  /// How many operations there are.
  public var count: Int { processes.count }

  /// The rank after which an operation can no longer take effect, or ``never``.
  public func returned(_ operation: Int) -> Int32 {
    outcome[operation] == .indeterminate ? History.never : completed[operation]
  }

  /// What the history takes in memory, in bytes, without spare room: its columns and its values.
  public var bytes: Int {
    let operation =
      MemoryLayout<FunctionID>.stride + 3 * MemoryLayout<ValueID>.stride
      + MemoryLayout<Outcome>.stride + 4 * MemoryLayout<Int32>.stride
      + 3 * MemoryLayout<Int64>.stride
    return count * operation + extras.count * MemoryLayout<Extra>.stride + values.bytes
  }

  /// The name of an operation's function.
  public func functionName(_ operation: Int) -> String {
    functions[Int(function[operation])]
  }

  /// Whether a line of the file named a key.
  public var isKeyed: Bool { key.contains { $0 != ValueTable.none } }

  /// A further field of an operation's completion (`node`, `acks`, `term`, …), or nil.
  ///
  /// - Complexity: O(log fields).
  public func evidence(_ name: String, of operation: Int) -> ValueID? {
    completed[operation] == History.never ? nil : extra(name, at: completed[operation])
  }

  /// A further field of the event with that rank, or nil.
  public func extra(_ name: String, at rank: Int32) -> ValueID? {
    extraFields(at: rank).first { $0.name == name }?.value
  }

  /// All further fields of the event with that rank, in the order of the file.
  public func extraFields(at rank: Int32) -> [(name: String, value: ValueID)] {
    var low = 0
    var high = extras.count
    while low < high {
      let middle = (low + high) / 2
      if extras[middle].rank < rank { low = middle + 1 } else { high = middle }
    }
    return extras[low...].prefix { $0.rank == rank }.map { (extraNames[Int($0.name)], $0.value) }
  }
}

/// Something that the nemesis did.
public struct NemesisEvent: Sendable {
  /// What its line says: `invoke` or `info`; both halves of a fault may be `info`.
  public var kind: Event.Kind
  /// What it did: `start-partition`, `stop-partition`, `kill`, …
  public var function: String
  /// To whom or what, or ``ValueTable/none``.
  public var value: ValueID
  /// Nanoseconds from the start of the run, or ``Event/noTime``.
  public var time: Int64
  /// The line in the file, from 1.
  public var line: Int
  /// Its place among all events.
  public var rank: Int32

  /// Takes one line of the nemesis as it stands: lines count from 1, `rank` is its place among all
  /// events of the history, and the value is of the same history.
  public init(
    kind: Event.Kind, function: String, value: ValueID, time: Int64, line: Int, rank: Int32
  ) {
    self.kind = kind
    self.function = function
    self.value = value
    self.time = time
    self.line = line
    self.rank = rank
  }
}

extension History {
  /// Notes faults that the history does not name; their ranks are found from their times.
  ///
  /// - Complexity: O(events + faults log events).
  public mutating func note(faultsBeside faults: [NemesisEvent]) {
    guard nemesis.isEmpty else { return }
    var times = [Int64](repeating: Event.noTime, count: eventCount)
    for operation in processes.indices {
      times[Int(invoked[operation])] = invokedTime[operation]
      if completed[operation] != History.never {
        times[Int(completed[operation])] = completedTime[operation]
      }
    }
    let known = times.indices.filter { times[$0] != Event.noTime }
    faultsBeside = faults.sorted { $0.time < $1.time }.compactMap { fault in
      guard !known.isEmpty, fault.time != Event.noTime else { return nil }
      var (low, high) = (0, known.count)
      while low < high {
        let middle = (low + high) / 2
        if times[known[middle]] <= fault.time { low = middle + 1 } else { high = middle }
      }
      var placed = fault
      if fault.function.hasPrefix("stop-") {
        placed.rank = low == 0 ? -1 : Int32(known[low - 1])
      } else {
        placed.rank = low == known.count ? Int32(eventCount) : Int32(known[low])
      }
      return placed
    }
  }
}
