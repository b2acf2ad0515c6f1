/// The dense name of a function (`read`, `write`, …) in one history.
public typealias FunctionID = Int32

/// One line of a history as anyone wrote it, its text already interned.
public struct Event: Sendable {
  /// What the line says happened.
  public enum Kind: UInt8, Sendable {
    /// The client was about to send the request.
    case invoke
    /// It took effect at some instant between the invocation and here.
    case ok
    /// It certainly did not take effect, and never will.
    case fail
    /// Nobody knows: it may take effect at any later time, or never.
    case info

    /// The word in a history file.
    public var name: String { ["invoke", "ok", "fail", "info"][Int(rawValue)] }
  }

  /// Who did it.
  public enum Process: Sendable, Hashable {
    /// A logical single-threaded client.
    case client(Int64)
    /// The one who makes the faults.
    case nemesis
  }

  /// What the line says happened.
  public var kind: Kind
  /// Who did it.
  public var process: Process
  /// The function, as ``HistoryBuilder/function(_:)`` named it.
  public var function: FunctionID
  /// The key, or ``ValueTable/none`` when the line has none.
  public var key: ValueID
  /// The value, or ``ValueTable/none`` when the line has none.
  public var value: ValueID
  /// Nanoseconds from the start of the run, or ``noTime``.
  public var time: Int64
  /// The line in the file, from 1.
  public var line: Int

  /// Stands for a line that has no time.
  public static let noTime = Int64.min

  /// Takes a line as it stands, unchecked. Function, key and value are ids of the builder or batch
  /// that the event is added to.
  public init(
    _ kind: Kind, process: Process, function: FunctionID, key: ValueID = ValueTable.none,
    value: ValueID = ValueTable.none, time: Int64 = Event.noTime, line: Int
  ) {
    self.kind = kind
    self.process = process
    self.function = function
    self.key = key
    self.value = value
    self.time = time
    self.line = line
  }
}

/// A history that breaks a rule of the contract; it is an error, never a guess.
public struct HistoryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line, from 1.
  public var line: Int
  /// The column in bytes, from 1, or nil when the line as a whole is at fault.
  public var column: Int?
  /// What was found and what was expected.
  public var message: String

  /// Names the place, counted from 1 with the column in bytes; without a column the whole line is
  /// meant.
  public init(line: Int, column: Int? = nil, _ message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  /// `line:column: message`.
  public var description: String {
    "\(line):\(column.map { "\($0):" } ?? "") \(message)"
  }
}
