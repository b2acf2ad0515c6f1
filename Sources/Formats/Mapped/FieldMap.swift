import Base

/// How a log that is not ours says what happened: which fields it has, what its words mean.
///
/// Written as JSON5 (``parse(_:file:)``), in a file of its own (`--map FILE`) or as the member
/// `map` of a project's `.plumbline.json5`:
///
/// ```
/// { records: "json", shape: "intervals",
///   fields: { process: "client", f: "op", key: "k", value: "v", start: "start", end: "end" },
///   functions: { get: "read", set: "write" }, outcomes: { timeout: "info" }, times: "ms" }
/// ```
public struct FieldMap: Sendable, Equatable {
  /// What a record stands for.
  public enum Shape: String, Sendable, CaseIterable {
    /// An invocation or a completion.
    case events
    /// A whole operation, with its start and end.
    case intervals
  }

  /// How records are written down.
  public enum Notation: String, Sendable, CaseIterable {
    case json, csv, tsv, logfmt, otlp

    /// What stands between the fields of a row; nil where there are no rows.
    var separator: UInt8? {
      switch self {
      case .csv: UInt8(ascii: ",")
      case .tsv: 0x09
      default: nil
      }
    }
  }

  /// What a field is for.
  public enum Field: String, Sendable, CaseIterable {
    case process, type, f, key, value, result, start, end, time, outcome, error, from, to, swapped
    case node
  }

  /// The unit of times that are numbers.
  public enum TimeUnit: String, Sendable, CaseIterable {
    case ns, us, ms, s
    /// A date and time with an offset: `2026-01-31T12:00:00.5Z`.
    case rfc3339
  }

  /// How a value or key that is text is read.
  public enum Reading: String, Sendable, CaseIterable {
    /// As it stands: text in JSON stays text, and in CSV and logfmt a whole number as computers
    /// write it, `true`, `false`, `null`, and what is a list or an object in JSON is one. Texts
    /// that differ stay different: `1e3` and `1000` are two.
    case auto
    /// Always text.
    case text
    /// Text that is a number is a number.
    case number
    /// Text holds JSON.
    case json
  }

  /// What a completed read without a result saw.
  public enum Empty: String, Sendable, CaseIterable {
    /// That there is nothing.
    case absent
    /// Nobody knows.
    case unknown
    /// The empty text.
    case text
  }

  /// How records are written down; nil goes by the content.
  public var notation: Notation?
  /// What a record stands for.
  public var shape = Shape.events
  /// Where each field is.
  public var fields: [Field: FieldPath] = [:]
  /// What the log's functions are here, beside ``MapWords/functions``.
  public var functions: [String: String] = [:]
  /// What the log's outcomes are here, beside ``MapWords/outcomes``.
  public var outcomes: [String: MapWords.Outcome] = [:]
  /// Which of a log's words say that a compare-and-set swapped, beside ``MapWords/swaps``.
  public var swaps: [String: Bool] = [:]
  /// Only records with all of these are read; the others are counted.
  public var conditions: [FieldPath: String] = [:]
  /// The unit of times; nil goes by the content: text is a date, numbers are nanoseconds.
  public var times: TimeUnit?
  /// How values are read.
  public var values = Reading.auto
  /// How keys are read.
  public var keys = Reading.auto
  /// What an empty or missing result of a read means; nil refuses it.
  public var empty: Empty?
  /// The model of the history.
  public var model: String?
  /// The initial value.
  public var initial: JSON?
  /// The file that it was read from, for errors; nil for a map that was found.
  public internal(set) var origin: String?

  /// Names no field yet: records are events, and their notation and the unit of times go by the
  /// content.
  public init() {}
}

/// The way to a field in a record: names with dots between, numbers in lists.
///
/// A name that has dots itself is found as well: at each place the longest name that is there is
/// taken.
public struct FieldPath: Sendable, Hashable {
  /// As it is written.
  public let text: String
  private let parts: [String]

  /// Takes the path as it is written: `request.key`, `args.0`. Any text is one; whether it leads
  /// anywhere is for each record to say.
  public init(_ text: String) {
    self.text = text
    parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  /// What is there; nil when nothing is.
  public func find(in record: JSON) -> JSON? { find(record, parts[...]) }

  private func find(_ value: JSON, _ rest: ArraySlice<String>) -> JSON? {
    guard !rest.isEmpty else { return value }
    if let elements = value.array {
      guard let first = rest.first, let place = Int(first), elements.indices.contains(place) else {
        return nil
      }
      return find(elements[place], rest.dropFirst())
    }
    for count in stride(from: rest.count, to: 0, by: -1) {
      let name = rest.prefix(count).joined(separator: ".")
      if let member = value[name], let found = find(member, rest.dropFirst(count)) { return found }
    }
    return nil
  }
}
