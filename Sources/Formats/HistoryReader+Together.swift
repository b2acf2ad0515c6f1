import Base
import Histories

extension HistoryReader {
  /// Reads the logs of several clients as one history, in the order of their times.
  ///
  /// Each file is read by itself, whatever its format, so that each may have its own header and its
  /// own processes: a number that is in two files is two clients. The times must be of one clock,
  /// which nobody can see; files that have no moment in common are told.
  ///
  /// - Throws: as ``read(path:options:)``, and ``Failure`` with ``ExitCode/badInput`` for headers
  ///   that contradict each other and for files of which only some have keys.
  /// - Complexity: O(bytes + events · log events).
  public static func read(
    together paths: [String], options: ReadOptions = ReadOptions()
  ) throws(Failure) -> History {
    var options = options
    options.order = .time
    options.isPart = true
    var meeting = Meeting()
    for path in paths {
      try meeting.add(try read(path: path, options: options), named: path)
      try options.requireMemory(meeting.bytes, of: path)
    }
    return try meeting.history(options)
  }
}

/// Events of several files that become one history.
private struct Meeting {
  private var builder = HistoryBuilder(order: .time)
  private var events: [(event: Event, extras: [(field: Int32, value: ValueID)])] = []
  private var used: Set<Int64> = []
  private var nextProcess: Int64 = 0
  private var spans: [(path: String, first: Int64, last: Int64)] = []
  private var unchecked: [String: Int] = [:]
  private var keyed: (path: String, isKeyed: Bool)?

  /// What the events take in memory, in bytes.
  var bytes: Int { builder.bytes + 3 * events.count * MemoryLayout<Event>.stride }

  mutating func add(_ history: History, named path: String) throws(Failure) {
    try join(history.header, path)
    for warning in history.warnings { builder.warn("\(path): \(warning)") }
    for (kind, count) in history.unchecked { unchecked[kind, default: 0] += count }
    guard history.eventCount > 0 else { return }
    if history.count > 0 {
      if let keyed, keyed.isKeyed != history.isKeyed {
        let (with, without) = keyed.isKeyed ? (keyed.path, path) : (path, keyed.path)
        throw Failure(
          .badInput,
          "the operations of \(with) have keys and those of \(without) have none; say --keyed or "
            + "--not-keyed if values are read as what they are not")
      }
      keyed = (path, history.isKeyed)
    }
    let numbers = numbers(of: history, path)
    var span = (path: path, first: Int64.max, last: Int64.min)
    for step in history.steps() {
      let view = EventView.make(of: step, in: history)
      var event = Event(
        view.kind, process: view.process, function: builder.function(view.function),
        key: builder.values.intern(view.key, of: history.values),
        value: builder.values.intern(view.value, of: history.values), time: view.time,
        line: line(of: step, history))
      if case .client(let number) = view.process { event.process = .client(numbers[number] ?? 0) }
      let extras = history.extraFields(at: view.rank).map { extra in
        (builder.field(extra.name), builder.values.intern(extra.value, of: history.values))
      }
      events.append((event, extras))
      span.first = min(span.first, view.time)
      span.last = max(span.last, view.time)
    }
    spans.append(span)
  }

  /// The history of all files.
  consuming func history(_ options: ReadOptions) throws(Failure) -> History {
    tellApart()
    // Dates become times from the start.
    let first = spans.map(\.first).min() ?? 0
    let start = first > 100_000_000_000_000_000 ? first : 0
    let names = spans.map(\.path).joined(separator: ", ")
    do throws(HistoryError) {
      for (event, extras) in events {
        var event = event
        event.time -= start
        for extra in extras { builder.keep(extra.field, extra.value) }
        try builder.add(event)
      }
      try builder.putInOrder()
    } catch {
      throw FormatError(file: names, error).failure
    }
    if events.isEmpty { builder.warn("the files hold no events") }
    var history = builder.build()
    for (kind, count) in unchecked { history.unchecked[kind] = count }
    var whole = options
    whole.isPart = false
    // Tuples were taken apart, or there are keys beside the values.
    if history.isKeyed { whole.keyed = false }
    do throws(FormatError) {
      return try Keyed.apply(whole, to: history, file: names)
    } catch {
      throw error.failure
    }
  }

  /// The numbers of a file's processes among those of all files.
  private mutating func numbers(of history: History, _ path: String) -> [Int64: Int64] {
    var numbers: [Int64: Int64] = [:]
    let own = Set(history.processes)
    for process in history.processes where numbers[process] == nil {
      var number = process
      if used.contains(process) {
        while used.contains(nextProcess) || own.contains(nextProcess) { nextProcess += 1 }
        number = nextProcess
      }
      used.insert(number)
      numbers[process] = number
    }
    let moved = numbers.filter { $0.key != $0.value }.sorted { $0.key < $1.key }
    if let one = moved.first {
      builder.warn(
        "\(moved.count) of the processes of \(path) have numbers that another file has, and count "
          + "as clients of their own: its process \(one.key) is \(one.value) here")
    }
    return numbers
  }

  /// Joins the headers: what one says no other may contradict.
  private mutating func join(_ header: JSON?, _ path: String) throws(Failure) {
    guard let header else { return }
    guard let known = builder.header else {
      builder.header = header
      return
    }
    var members = known.members ?? []
    for member in header.members ?? [] where member.name != "unchecked" {
      guard let other = members.first(where: { $0.name == member.name }) else {
        members.append(member)
        continue
      }
      guard other.value == member.value else {
        throw Failure(
          .badInput,
          "the header of \(path) says that “\(member.name)” is \(member.value), and that of a file "
            + "before it is \(other.value)")
      }
    }
    builder.header = .object(members.filter { $0.name != "unchecked" })
  }

  /// Warns of files that have no moment in common with the others.
  private mutating func tellApart() {
    let sorted = spans.sorted { $0.first < $1.first }
    for (place, span) in sorted.enumerated() where sorted.count > 1 {
      let before = sorted[..<place].map(\.last).max() ?? Int64.min
      let after = place + 1 < sorted.count ? sorted[place + 1].first : Int64.max
      guard before < span.first, span.last < after else { continue }
      builder.warn(
        "\(span.path) has no moment in common with the other files: are its times of the same "
          + "clock?")
    }
  }

  private func line(of step: History.Step, _ history: History) -> Int {
    switch step {
    case .invocation(let operation): Int(history.line[operation])
    case .completion(let operation): Int(history.completedLine[operation])
    case .nemesis(let index): history.nemesis[index].line
    }
  }
}
