import Base
import Histories

/// Operation logs of etcd's robustness tests, `client-N/operations.json`.
///
/// JSON objects one after another, each an operation: `ClientId`, `Input` (the request), `Call` and
/// `Return` (nanoseconds), `Output` (the response or an error). A log holds one client, and a
/// history needs them all: their folder, or `cat report/client-*/operations.json | plumbline
/// check -`.
///
/// Everything that a request asks and an answer says becomes a claim for the model `etcd`
/// (``EtcdOperation``). What has no place there is counted as unchecked. Where revisions show that
/// the operations of others are missing (``EtcdGaps``), nothing can be checked, and that is said.
public struct EtcdLog: HistoryFormat {
  /// `etcd`.
  public let name = "etcd"
  /// What the format is.
  public let summary = "etcd's robustness tests: operations.json of all clients, concatenated"
  /// `json`.
  public let extensions = ["json"]
  /// The times: a line is a whole operation, and the clients' lines come one after another.
  public let orders: [EventOrder] = [.time]

  /// Has no settings: all instances are alike. What can be chosen is in the ``ReadOptions`` of a
  /// reading.
  public init() {}

  /// Looks for `{"ClientId"`.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    let text = prefix.drop(while: Sniffing.isSpace)
    guard text.first == UInt8(ascii: "{") else { return .no }
    return text.dropFirst().drop(while: Sniffing.isSpace).starts(with: "\"ClientId\"".utf8)
      ? .certain : .no
  }

  /// Reads a history.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    var events = EtcdEvents()
    var place = LineCounter(bytes)
    var scanner = JSONScanner()
    guard let base = bytes.baseAddress else { return try events.history(file) }
    scanner.aim(
      at: base.assumingMemoryBound(to: UInt8.self), from: 0, to: bytes.count,
      readable: bytes.count)
    scanner.endName = "the end of the file"
    scanner.skipSpace()
    while scanner.position < bytes.count {
      let start = scanner.position
      let (line, column) = place.place(of: scanner.position)
      var values = ValueTable()
      let operation: ValueID
      do throws(ScanError) {
        operation = try scanner.value(into: &values)
      } catch {
        if EtcdLog.isLast(bytes[start...]), bytes.last != 0x0A {
          events.warn("the operation of line \(line), the last, is torn and was dropped")
          break
        }
        let (line, column) = place.place(of: error.offset)
        throw FormatError(file: file, line: line, column: column, error.message)
      }
      if let lack = events.add(values.json(operation), line: line) {
        throw FormatError(file: file, line: line, column: column, lack)
      }
      scanner.skipSpace()
    }
    return try events.history(file)
  }

  /// Whether no other operation begins a line after this one.
  private static func isLast(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    !zip(bytes, bytes.dropFirst()).contains { $0 == (0x0A, UInt8(ascii: "{")) }
  }
}

/// The operations of a log, to be sorted by time.
private struct EtcdEvents {
  private struct Moment {
    var time: Int64
    var isCompletion: Bool
    var operation: Int
  }

  private var operations: [EtcdOperation] = []
  private var unchecked: [String: Int] = [:]
  /// The types of requests that the model does not know and that may have changed the map.
  private var strange: [String] = []
  private var warnings: [String] = []

  mutating func warn(_ message: String) { warnings.append(message) }

  /// Takes an operation; what it lacks is returned.
  mutating func add(_ json: JSON, line: Int) -> String? {
    // What a watch saw lies beside the operations.
    if json["ClientId"] == nil, json["Request"] != nil, let responses = json["Responses"] {
      unchecked["watch", default: 0] += max(1, responses.array?.count ?? 0)
      return nil
    }
    let operation: JSON
    do throws(EtcdNumbers.Flaw) { operation = try EtcdNumbers.whole(json) } catch {
      return error.message
    }
    return add(whole: operation, line: line)
  }

  /// Takes an operation whose numbers are numbers; what it lacks is returned.
  private mutating func add(whole json: JSON, line: Int) -> String? {
    guard let client = json["ClientId"]?.integer, let input = json["Input"],
      let call = json["Call"]?.integer, let output = json["Output"],
      let end = json["Return"]?.integer
    else { return "expected an operation with “ClientId”, “Input”, “Call”, “Output” and “Return”" }
    guard let type = input["Type"]?.string else {
      return "found “nothing” as the type of a request, expected “range” or “txn”"
    }
    var operation = EtcdOperation(client: client, call: call, end: end, line: line)
    guard operation.take(type, input, output) else {
      unchecked[type, default: 0] += 1
      if type != "range" { strange.append(type) }
      return nil
    }
    for kind in operation.unchecked { unchecked[kind, default: 0] += 1 }
    if operation.isKnown, end < call {
      return "an operation that returned at \(end), before it was called at \(call)"
    }
    operations.append(operation)
    return nil
  }

  /// The history of all operations, in the order of time; an invocation comes before a completion
  /// of the same instant, which claims less.
  mutating func history(_ file: String) throws(FormatError) -> History {
    var builder = HistoryBuilder()
    builder.header = ["plumbline": 1, "model": "etcd"]
    for warning in warnings { builder.warn(warning) }
    if operations.isEmpty { builder.warn("the file holds no events") }
    for (kind, count) in unchecked.sorted(by: { $0.key < $1.key }) {
      builder.leaveUnchecked(kind, count: count)
    }
    if leaveOut(in: &builder) { return builder.build() }
    var moments: [Moment] = []
    for (place, operation) in operations.enumerated() {
      moments.append(Moment(time: operation.call, isCompletion: false, operation: place))
      if operation.end >= operation.call {
        moments.append(Moment(time: operation.end, isCompletion: true, operation: place))
      }
    }
    moments.sort {
      ($0.time, $0.isCompletion ? 1 : 0, $0.operation)
        < ($1.time, $1.isCompletion ? 1 : 0, $1.operation)
    }
    var processes = [Int64](repeating: 0, count: operations.count)
    var busy: Set<Int64> = []
    var lastClient = operations.map(\.client).max() ?? 0
    for moment in moments {
      let operation = operations[moment.operation]
      if !moment.isCompletion {
        let isFree = !busy.contains(operation.client)
        if !isFree { lastClient += 1 }
        processes[moment.operation] = isFree ? operation.client : lastClient
        busy.insert(processes[moment.operation])
      } else if operation.isKnown {
        busy.remove(processes[moment.operation])
      }
      if moment.isCompletion, let server = operation.server {
        builder.keep("server", builder.values.intern(string: server))
      }
      if moment.isCompletion, let error = operation.error {
        builder.keep("error", builder.values.intern(string: error))
      }
      let value = moment.isCompletion ? operation.answer : operation.request
      do throws(HistoryError) {
        try builder.add(
          Event(
            moment.isCompletion ? (operation.isKnown ? .ok : .info) : .invoke,
            process: .client(processes[moment.operation]),
            function: builder.function(operation.function), value: builder.values.intern(value),
            time: moment.time, line: operation.line))
      } catch {
        throw FormatError(file: file, error)
      }
    }
    return builder.build()
  }

  /// Whether the operations cannot be checked because others are missing that changed the map; then
  /// they are counted, and it is said why.
  private func leaveOut(in builder: inout HistoryBuilder) -> Bool {
    let gaps = EtcdGaps(operations)
    let strangers = EtcdStrangers(operations).found
    if let type = strange.first {
      builder.warn(
        "\(strange.count) requests (“\(type)”) that the model does not know may have changed the "
          + "map, so nothing of it can be checked")
    } else if let words = gaps.words() {
      builder.warn(words)
      builder.leaveUnchecked("missing-revision", count: gaps.count)
    } else if !strangers.isEmpty {
      for stranger in strangers {
        builder.warn(EtcdStrangers.words(stranger.words))
        builder.leaveUnchecked(stranger.kind)
      }
    } else {
      return false
    }
    for operation in operations where operation.isKnown {
      builder.leaveUnchecked(operation.type)
    }
    return true
  }
}
