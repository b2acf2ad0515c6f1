import Base
import Formats
import Histories
import TestSupport
import Testing

/// Logs of other recorders, in every notation, against the history that they were made of.
@Suite struct MappedFormatTests {
  /// An operation of a random log: unique times, so that one order is right.
  private struct Operation {
    var client: String
    var function: String
    var key: String
    var value: Int
    var start: Int
    var end: Int?
    var outcome: String
  }

  private static func random(_ random: inout SplitMix64) -> [Operation] {
    var times = Array(1...80).shuffled(using: &random)
    var all: [Operation] = []
    for client in ["alice", "bob", "carol"].prefix(Int.random(in: 1...3, using: &random)) {
      let count = Int.random(in: 1...4, using: &random)
      let own = (0..<2 * count).map { _ in times.removeLast() }.sorted()
      for place in 0..<count {
        let outcome = ["ok", "ok", "ok", "failed", "timeout"].randomElement(using: &random)!
        all.append(
          Operation(
            client: client, function: ["get", "set"].randomElement(using: &random)!,
            key: ["x", "y"].randomElement(using: &random)!,
            value: Int.random(in: 0...3, using: &random), start: own[2 * place],
            end: outcome == "timeout" ? nil : own[2 * place + 1], outcome: outcome))
      }
    }
    return all.shuffled(using: &random)
  }

  /// The events in the order of their times, without clients: those are known by their order.
  private static func expected(_ operations: [Operation]) -> [String] {
    var events: [(time: Int, text: String)] = []
    for operation in operations {
      let isRead = operation.function == "get"
      let call = "\(isRead ? "read" : "write") \(operation.key)"
      events.append((operation.start, "invoke \(call) \(isRead ? "null" : "\(operation.value)")"))
      guard let end = operation.end else { continue }
      events.append(
        (end, operation.outcome == "ok" ? "ok \(call) \(operation.value)" : "fail \(call)"))
    }
    return events.sorted { $0.time < $1.time }.map(\.text)
  }

  private static func found(_ history: History) -> [String] {
    history.steps().compactMap { step in
      switch step {
      case .nemesis: return nil
      case .invocation(let operation):
        return "invoke \(call(operation, history)) "
          + history.values.json(history.input[operation]).description
      case .completion(let operation):
        switch history.outcome[operation] {
        case .ok:
          return "ok \(call(operation, history)) "
            + history.values.json(history.output[operation]).description
        case .fail: return "fail \(call(operation, history))"
        case .indeterminate: return "info"
        }
      }
    }
  }

  private static func call(_ operation: Int, _ history: History) -> String {
    let key = history.values.string(history.key[operation]) ?? "?"
    return "\(history.functionName(operation)) \(key)"
  }

  /// The log in a notation.
  private static func log(_ operations: [Operation], _ notation: FieldMap.Notation) -> String {
    func rows(_ separator: String) -> String {
      let rows = operations.map { operation in
        [
          operation.client, operation.function, operation.key, "\(operation.value)",
          "\(operation.start)", operation.end.map { "\($0)" } ?? "", operation.outcome,
        ].joined(separator: separator)
      }
      let header = ["client", "op", "key", "value", "start", "end", "outcome"]
      return ([header.joined(separator: separator)] + rows).joined(separator: "\n") + "\n"
    }
    switch notation {
    case .csv: return rows(",")
    case .tsv: return rows("\t")
    case .json:
      return operations.map { operation in
        #"{"client":"\#(operation.client)","op":"\#(operation.function)","#
          + #""key":"\#(operation.key)","value":\#(operation.value),"start":\#(operation.start),"#
          + #""end":\#(operation.end.map { "\($0)" } ?? "null"),"outcome":"\#(operation.outcome)"}"#
      }.joined(separator: "\n") + "\n"
    case .logfmt:
      return operations.map { operation in
        "client=\(operation.client) op=\(operation.function) key=\"\(operation.key)\" "
          + "value=\(operation.value) start=\(operation.start)"
          + (operation.end.map { " end=\($0)" } ?? "") + " outcome=\(operation.outcome)"
      }.joined(separator: "\n") + "\n"
    case .otlp:
      let spans = operations.enumerated().map { place, operation in
        let end = operation.end.map { #","endTimeUnixNano":"\#($0)""# } ?? ""
        let attributes = [
          ("client", operation.client), ("op", operation.function), ("key", operation.key),
          ("outcome", operation.outcome),
        ].map { #"{"key":"\#($0.0)","value":{"stringValue":"\#($0.1)"}}"# }
        return #"{"spanId":"\#(place)","startTimeUnixNano":"\#(operation.start)"\#(end),"#
          + #""attributes":[\#(attributes.joined(separator: ",")),"#
          + #"{"key":"value","value":{"intValue":"\#(operation.value)"}}]}"#
      }
      return #"{"resourceSpans":[{"scopeSpans":[{"spans":["# + spans.joined(separator: ",\n")
        + "]}]}]}\n"
    }
  }

  @Test(arguments: FieldMap.Notation.allCases)
  func everyNotationSaysTheSame(notation: FieldMap.Notation) throws {
    var random = SplitMix64(seed: 5)
    let prefix = notation == .otlp ? "attributes." : ""
    let (start, end) =
      notation == .otlp ? ("startTimeUnixNano", "endTimeUnixNano") : ("start", "end")
    let map = try FieldMap.parse(
      Array(
        """
        { records: "\(notation.rawValue)", shape: "intervals", // who, what, when
          fields: { process: "\(prefix)client", f: "\(prefix)op", key: "\(prefix)key",
                    value: "\(prefix)value", start: "\(start)", end: "\(end)",
                    outcome: "\(prefix)outcome" } }
        """.utf8), file: "m")
    var unknown = 0
    for round in 0..<trials(400) {
      let operations = Self.random(&random)
      var options = ReadOptions()
      options.map = map
      let history = try read(Self.log(operations, notation), options)
      #expect(Self.found(history) == Self.expected(operations), "round \(round)")
      unknown += history.outcome.count { $0 == .indeterminate }
      // What is read is a history: it is written and read as one.
      #expect(written(try read(written(history))) == written(history))
      guard notation != .otlp else { continue }
      // Without a map the names say it.
      let bytes = Array(Self.log(operations, notation).utf8)
      let guessed = try bytes.withUnsafeBytes { all throws(FormatError) in
        try MapGuess(all, file: "h")
      }
      if operations.contains(where: { $0.end != nil }) || notation != .logfmt {
        #expect(guessed.doubts == [], "round \(round): \(guessed.map.text())")
        options.map = guessed.map
        #expect(
          written(try read(Self.log(operations, notation), options)) == written(history),
          "round \(round)")
      }
    }
    #expect(unknown > trials(100))
  }

  /// A map that is written is the map that is read.
  @Test func mapsAreReadAsTheyAreWritten() throws {
    let text = """
      {
        records: "json",
        shape: "events",
        fields: { process: "a.b", type: "t", f: "op", result: "swapped", time: "ts" },
        where: { msg: "kv" },
        functions: { "odd name": "read" },
        outcomes: { "1": "ok", late: "info" },
        swaps: { "0": false, done: true },
        times: "rfc3339",
        values: "number",
        keys: "text",
        empty: "absent",
        model: "cas-register",
        initial: [1,"x"],
      }

      """
    #expect(try FieldMap.parse(Array(text.utf8), file: "m").text() == text)
  }

  @Test(arguments: [
    (
      "{ fields: {}, }",
      "m: no fields.process, fields.type, fields.f, which the shape “events” needs"
    ),
    ("[]", "m: found an array for a map, expected an object"),
    ("{ field: {} }", "m: “field” is no member of a map; did you mean fields? (known: "),
    ("{ fields: { proces: 'x' } }", "m: “proces” is no member of fields; did you mean process?"),
    ("{ shape: 'intervall' }", "m: shape is “intervall”; did you mean intervals?, expected one of"),
    ("{ times: 3 }", "m: found a number for times, expected a string"),
    ("{ outcomes: { x: 'good' } }", "m: outcomes.x is “good”"),
    ("{ swaps: { no: 'false' } }", "m: found a string for swaps.no, expected true or false"),
    ("{ initial: 'unknown' }", "m: initial is “unknown”; what the first read fixes is said with "),
    ("{ fields: ", "m:1:11: "),
  ])
  func badMapsAreRefused(text: String, words: String) {
    do throws(Failure) {
      _ = try FieldMap.parse(Array(text.utf8), file: "m")
      Issue.record("it was read")
    } catch {
      #expect(error.code == .badInput)
      #expect(error.message.hasPrefix(words), "\(error.message)")
    }
  }
}
