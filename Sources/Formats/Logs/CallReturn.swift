import Base
import Histories

/// Logs of calls and returns, as the tools of the monitoring papers write them.
///
/// ```
/// # @object atomic-queue
/// [1] call enq(5)
/// [2] call deq
/// [1] return
/// [2] return 5
/// ```
///
/// The number is the process. `enq` and `deq` become `enqueue` and `dequeue`, a removal that
/// returns nothing or `empty` found nothing, one that is called with a value (`call pop(5)`)
/// returns it, and the object names the model. A process that calls again before it returned gave
/// the first call up: nobody knows what became of that, and the process goes on under a new
/// number, with a warning.
public struct CallReturn: HistoryFormat {
  /// `call-return`.
  public let name = "call-return"
  /// What the format is.
  public let summary = "calls and returns: [1] call push(5), [1] return"
  /// `hist`, `log`.
  public let extensions = ["hist", "log"]
  /// The lines: they have no times.
  public let orders: [EventOrder] = [.line]

  /// Has no settings: all instances are alike. What can be chosen is in the ``ReadOptions`` of a
  /// reading.
  public init() {}

  /// Looks for `[N] call`.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    for line in Lines(prefix) {
      let text = String(decoding: line.bytes, as: UTF8.self)
      switch CallReturn.parse(text) {
      case .blank: continue
      case .comment: continue
      case .object: return .likely
      case .call: return .certain
      case .return, .unreadable: return .no
      }
    }
    return .no
  }

  /// Reads a history.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    var reader = Reader(bytes)
    for line in Lines(bytes) {
      let isText = UTF8Check.firstInvalid(line.bytes) == nil
      let text = String(decoding: line.bytes, as: UTF8.self)
      switch isText ? CallReturn.parse(text) : .unreadable {
      case .blank, .comment: continue
      case .object(let object): reader.note(object)
      case .call(let process, let function, let arguments):
        try reader.call(process, function, arguments, line.number, file)
      case .return(let process, let result):
        try reader.return(process, result, line.number, file)
      case .unreadable where !line.isWhole:
        reader.builder.warn("line \(line.number), the last, is torn and was dropped")
      case .unreadable:
        throw FormatError(
          file: file, line: line.number,
          "found \(isText ? "“\(text.prefix(40))”" : "bytes that are not UTF-8"), expected "
            + "“[N] call FUNCTION(VALUE)” or “[N] return VALUE”")
      }
    }
    if reader.builder.eventCount == 0 { reader.builder.warn("the file holds no events") }
    return try Keyed.apply(options, to: reader.builder.build(), file: file)
  }
}

// MARK: - Lines

extension CallReturn {
  /// What a line says.
  private enum Statement {
    case blank
    case comment
    /// `# @object NAME`.
    case object(String)
    case call(Int64, String, [Substring])
    case `return`(Int64, Substring?)
    case unreadable
  }

  private static func parse(_ line: String) -> Statement {
    let text = trim(line[...])
    guard let first = text.first else { return .blank }
    if first == "#" {
      let words = text.dropFirst().split(whereSeparator: \.isWhitespace)
      return words.count == 2 && words[0] == "@object" ? .object(String(words[1])) : .comment
    }
    guard first == "[", let bracket = text.firstIndex(of: "]"),
      let process = Int64(text[text.index(after: text.startIndex)..<bracket])
    else { return .unreadable }
    let rest = trim(text[text.index(after: bracket)...])
    let verb = rest.prefix { !$0.isWhitespace }
    let object = trim(rest.dropFirst(verb.count))
    switch verb {
    case "return": return .return(process, object.isEmpty ? nil : object)
    case "call":
      let name = object.prefix { $0 != "(" && !$0.isWhitespace }
      guard !name.isEmpty, let values = arguments(trim(object.dropFirst(name.count))) else {
        return .unreadable
      }
      return .call(process, String(name), values)
    default: return .unreadable
    }
  }

  /// The values of `(a, b)`, `a b` or nothing; nil when a parenthesis is open.
  private static func arguments(_ text: Substring) -> [Substring]? {
    guard text.first == "(" else { return text.split(whereSeparator: \.isWhitespace) }
    guard text.last == ")", text.count > 1 else { return nil }
    return text.dropFirst().dropLast().split(separator: ",").map(trim)
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

// MARK: - Events

extension CallReturn {
  /// Knows what each process called, since a return does not say it.
  private struct Reader {
    var builder = HistoryBuilder()
    /// What each process has called and not returned from.
    private var called: [Int64: Call] = [:]
    /// The numbers under which processes go on that gave a call up.
    private var aliases: [Int64: Int64] = [:]
    private var nextAlias: Int64
    private static let names = ["enq": "enqueue", "deq": "dequeue"]
    private static let removals: Set<String> = [
      "dequeue", "pop", "delete-min", "take", "get", "remove", "peek",
    ]
    private static let objects = [
      "atomic-queue": "queue", "atomic-stack": "stack", "atomic-register": "register",
      "atomic-set": "set", "atomic-priority-queue": "priority-queue", "atomic-bag": "bag",
    ]

    private struct Call {
      var function: String
      /// What it returns if its return does not say.
      var result: ValueID
      var line: Int
    }

    /// Finds the highest process of the log, beyond which numbers are free.
    init(_ bytes: UnsafeRawBufferPointer) {
      nextAlias = 0
      for line in Lines(bytes) {
        let digits = line.bytes.drop { $0 != UInt8(ascii: "[") }.dropFirst()
        let number = Int64(String(decoding: digits.prefix(while: Words.isDigit), as: UTF8.self))
        if let number, number < Int64.max / 2 { nextAlias = max(nextAlias, number + 1) }
      }
    }

    /// Takes the model from the object's name where there is one.
    mutating func note(_ object: String) {
      guard let model = Reader.objects[object] else { return }
      builder.header = ["plumbline": 1, "model": .string(model)]
    }

    mutating func call(
      _ process: Int64, _ name: String, _ arguments: [Substring], _ line: Int, _ file: String
    ) throws(FormatError) {
      let function = Reader.names[name] ?? name
      if let open = called[process] {
        builder.warn(
          "line \(line): process \(process) calls “\(function)” before its “\(open.function)” of "
            + "line \(open.line) returned; what became of that counts as unknown")
        aliases[process] = nextAlias
        nextAlias += 1
      }
      var values: [ValueID] = []
      for argument in arguments { values.append(value(argument)) }
      let argument =
        values.isEmpty
        ? ValueTable.null : values.count == 1 ? values[0] : builder.values.intern(list: values)
      let isRemoval = Reader.removals.contains(function)
      try add(
        .invoke, process, function, isRemoval ? ValueTable.null : argument, line, file)
      called[process] = Call(
        function: function, result: isRemoval ? argument : ValueTable.none, line: line)
    }

    mutating func `return`(
      _ process: Int64, _ result: Substring?, _ line: Int, _ file: String
    ) throws(FormatError) {
      // Of what a return without a call is, it does not say.
      guard let call = called.removeValue(forKey: process) else {
        throw FormatError(
          file: file, line: line,
          "process \(process) completes “return” (ok) but has no operation open; an invoke must "
            + "come first")
      }
      let function = call.function
      var output = call.result
      if let result {
        let isNothing = result == "empty" && Reader.removals.contains(function)
        output = isNothing ? ValueTable.null : value(result)
      }
      try add(.ok, process, function, output, line, file)
    }

    private mutating func value(_ text: Substring) -> ValueID {
      switch text {
      case "true": return ValueTable.true
      case "false": return ValueTable.false
      case "null", "nil": return ValueTable.null
      default:
        return builder.values.intern(number: text) ?? builder.values.intern(string: String(text))
      }
    }

    private mutating func add(
      _ kind: Event.Kind, _ process: Int64, _ function: String, _ value: ValueID, _ line: Int,
      _ file: String
    ) throws(FormatError) {
      do throws(HistoryError) {
        try builder.add(
          Event(
            kind, process: .client(aliases[process] ?? process),
            function: builder.function(function), value: value,
            line: line))
      } catch {
        throw FormatError(file: file, error)
      }
    }
  }
}
