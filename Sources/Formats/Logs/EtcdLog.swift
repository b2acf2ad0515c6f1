import Base
import Histories

/// Operation logs of etcd's robustness tests, `client-N/operations.json`.
///
/// JSON objects one after another, each an operation: `ClientId`, `Input` (the request), `Call` and
/// `Return` (nanoseconds), `Output` (the response or an error). A log holds one client, and a
/// history needs them all: `cat report/client-*/operations.json | plumbline check -`.
///
/// Keys become registers: a put is a `write`, a deletion a `write` of null, a range a `read` of
/// each key that it returned, or of its one key. What a register cannot say is left out so that the
/// history claims less, never more, and no violation is made up: conditions of transactions are not
/// checked; the parts of a transaction count as concurrent, each under a process of its own; a
/// revoked lease may have deleted each key that was ever put under it; reads at an old revision,
/// reads without an answer, compactions, defragmentations and new leases say nothing.
public struct EtcdLog: HistoryFormat {
  /// `etcd`.
  public let name = "etcd"
  /// What the format is.
  public let summary = "etcd's robustness tests: operations.json of all clients, concatenated"
  /// `json`.
  public let extensions = ["json"]

  /// Makes the format.
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

/// What the operations of a log did to single keys, to be sorted by time.
private struct EtcdEvents {
  /// What an operation did to one key.
  private struct Part {
    var key: String
    /// The value written or read.
    var value: JSON
    var isWrite: Bool
    var isKnown = true
    var revision: Int64?
  }

  private struct Moment {
    var time: Int64
    var isCompletion: Bool
    var part: Int
  }

  private var parts: [(part: Part, client: Int64, isFirst: Bool, line: Int, error: String?)] = []
  private var moments: [Moment] = []
  private var leased: [Int64: [String]] = [:]
  private var revoked: [(lease: Int64, client: Int64, call: Int64, line: Int)] = []
  private var lastClient: Int64 = 0
  private var warnings: [String] = []
  private var transactions = 0

  mutating func warn(_ message: String) { warnings.append(message) }

  /// Takes an operation; what it lacks is returned.
  mutating func add(_ operation: JSON, line: Int) -> String? {
    guard let client = operation["ClientId"]?.integer, let input = operation["Input"],
      let call = operation["Call"]?.integer, let output = operation["Output"],
      let end = operation["Return"]?.integer
    else { return "expected an operation with “ClientId”, “Input”, “Call”, “Output” and “Return”" }
    lastClient = max(lastClient, client)
    let error = [output["Error"]?.string, output["ClientError"]?.string]
      .compactMap { $0 }.first { !$0.isEmpty }
    let isUnknown =
      error != nil || output["Persisted"]?.bool == true || output["PartialResponse"]?.bool == true
    var found: [Part] = []
    switch input["Type"]?.string {
    case "range":
      guard let range = input["Range"] else { return "found a range without “Range”" }
      if !isUnknown, range["Revision"]?.integer ?? 0 == 0 {
        found = reads(range, answer: output["Range"] ?? .null)
      }
    case "txn":
      guard let request = input["Txn"] else { return "found a transaction without “Txn”" }
      found = writes(request, output: output, isUnknown: isUnknown)
    case "leaseRevoke":
      let lease = input["LeaseRevoke"]?["LeaseID"]?.integer
      if let lease { revoked.append((lease, client, call, line)) }
    case "leaseGrant", "defragment", "compact": break
    case let type:
      return "found “\(type ?? "nothing")” as the type of a request, expected “range” or “txn”"
    }
    for (index, part) in found.enumerated() {
      moments.append(Moment(time: call, isCompletion: false, part: parts.count))
      if end >= call { moments.append(Moment(time: end, isCompletion: true, part: parts.count)) }
      parts.append((part, client, index == 0, line, error))
    }
    return nil
  }

  /// What a range saw: its one key, or each key that it returned.
  private func reads(_ range: JSON, answer: JSON) -> [Part] {
    guard answer != .null else { return [] }
    let pairs = answer["KVs"]?.array ?? []
    if pairs.isEmpty, range["End"]?.string ?? "" == "", let key = range["Start"]?.string {
      return [Part(key: key, value: .null, isWrite: false)]
    }
    return pairs.compactMap { pair in
      pair["Key"]?.string.map { key in
        Part(
          key: key, value: EtcdEvents.value(pair["Value"]), isWrite: false,
          revision: pair["ModRevision"]?.integer)
      }
    }
  }

  /// What a transaction did, or may have done when its outcome is unknown.
  private mutating func writes(_ request: JSON, output: JSON, isUnknown: Bool) -> [Part] {
    let success = request["OperationsOnSuccess"]?.array ?? []
    let failure = request["OperationsOnFailure"]?.array ?? []
    let answer = output["Txn"] ?? .null
    let isUnknown = isUnknown || answer == .null
    for operation in success + failure {
      if let lease = operation["Put"]?["LeaseID"]?.integer, lease != 0,
        let key = operation["Put"]?["Key"]?.string
      {
        leased[lease, default: []].append(key)
      }
    }
    if !(request["Conditions"]?.array ?? []).isEmpty || success.count > 1 { transactions += 1 }
    let done =
      isUnknown ? success + failure : answer["Failure"]?.bool == true ? failure : success
    let results = answer["Results"]?.array ?? []
    var parts: [Part] = []
    for (index, operation) in done.enumerated() {
      switch operation["Type"]?.string {
      case "put-operation":
        guard let put = operation["Put"], let key = put["Key"]?.string else { continue }
        parts.append(
          Part(
            key: key, value: EtcdEvents.value(put["Value"]), isWrite: true, isKnown: !isUnknown,
            revision: isUnknown ? nil : output["Revision"]?.integer))
      case "delete-operation":
        guard let key = operation["Delete"]?["Key"]?.string else { continue }
        parts.append(Part(key: key, value: .null, isWrite: true, isKnown: !isUnknown))
      case "range-operation" where !isUnknown && index < results.count:
        parts += reads(operation["Range"] ?? .null, answer: results[index])
      default: continue
      }
    }
    return parts
  }

  /// A value: its text, or the hash that stands for a long one.
  private static func value(_ json: JSON?) -> JSON {
    if let hash = json?["Hash"]?.integer, hash != 0 { return .integer(hash) }
    return .string(json?["Value"]?.string ?? json?.string ?? "")
  }

  /// The history of all operations, in the order of time; an invocation comes before a completion
  /// of the same instant, which claims less.
  mutating func history(_ file: String) throws(FormatError) -> History {
    for revoke in revoked {
      var keys: Set<String> = []
      for key in leased[revoke.lease] ?? [] where keys.insert(key).inserted {
        moments.append(Moment(time: revoke.call, isCompletion: false, part: parts.count))
        let part = Part(key: key, value: .null, isWrite: true, isKnown: false)
        parts.append((part, revoke.client, false, revoke.line, nil))
      }
    }
    moments.sort {
      ($0.time, $0.isCompletion ? 1 : 0, $0.part) < ($1.time, $1.isCompletion ? 1 : 0, $1.part)
    }
    var builder = HistoryBuilder()
    builder.header = ["plumbline": 1, "model": "register"]
    for warning in warnings { builder.warn(warning) }
    if parts.isEmpty { builder.warn("the file holds no events") }
    if transactions > 0 {
      builder.warn(
        "transactions with conditions or several operations, whose parts count as concurrent and "
          + "whose conditions are not checked: \(transactions)")
    }
    noteStrangers(in: &builder)
    var processes = [Int64](repeating: 0, count: parts.count)
    var busy: Set<Int64> = []
    for moment in moments {
      let (part, client, isFirst, line, error) = parts[moment.part]
      if !moment.isCompletion {
        let isFree = isFirst && !busy.contains(client)
        if !isFree { lastClient += 1 }
        processes[moment.part] = isFree ? client : lastClient
        busy.insert(processes[moment.part])
      } else if part.isKnown {
        busy.remove(processes[moment.part])
      }
      let isRead = !part.isWrite && !moment.isCompletion
      let key = builder.values.intern(string: part.key)
      let value = isRead ? ValueTable.null : builder.values.intern(part.value)
      if moment.isCompletion, let revision = part.revision {
        builder.keep("revision", builder.values.intern(integer: revision))
      }
      if moment.isCompletion, let error {
        builder.keep("error", builder.values.intern(string: error))
      }
      do throws(HistoryError) {
        try builder.add(
          Event(
            moment.isCompletion ? (part.isKnown ? .ok : .info) : .invoke,
            process: .client(processes[moment.part]),
            function: builder.function(part.isWrite ? "write" : "read"), key: key, value: value,
            time: moment.time, line: line))
      } catch {
        throw FormatError(file: file, error)
      }
    }
    return builder.build()
  }

  /// Warns when a value was read that no operation wrote: other clients' logs are missing then.
  private func noteStrangers(in builder: inout HistoryBuilder) {
    var written: Set<String> = []
    for entry in parts where entry.part.isWrite {
      written.insert("\(entry.part.key)\n\(entry.part.value)")
    }
    let stranger = parts.first { entry in
      !entry.part.isWrite && entry.part.value != .null
        && !written.contains("\(entry.part.key)\n\(entry.part.value)")
    }
    guard let stranger else { return }
    builder.warn(
      "line \(stranger.line): read \(stranger.part.value) from “\(stranger.part.key)”, which no "
        + "operation here wrote; a verdict needs the operations.json of all clients in one file")
  }
}
