import Histories

/// One operation as a model sees it.
struct Call: Sendable {
  /// What is known of the call's end.
  enum End: Sendable, Equatable {
    /// It took effect.
    case ok
    /// Nobody knows: it may take effect at any time after its invocation, or never. So is a read
    /// whose result nobody knows.
    case pending
    /// A compare-and-set that ran and found another value than the expected one.
    case mismatch
  }

  var function: FunctionName
  var input: ValueID
  /// ``ValueTable/none`` when the completion has no value.
  var output: ValueID
  var end: End
  /// Whether it may be left out although its answer is known. Why here: beside another byte it
  /// makes no call larger, and there is one for each operation.
  var isOptional = false
  var process: Int64
  private var lineOfInvocation: Int32
  private var lineOfCompletion: Int32
  /// The rank of the invocation.
  var invoked: Int32
  /// The rank after which it can no longer take effect, or ``History/never``.
  var returned: Int32

  /// The line of the invocation.
  var line: Int { Int(lineOfInvocation) }
  /// The line of the completion, or of the invocation when there is none.
  var completedLine: Int { Int(lineOfCompletion == 0 ? lineOfInvocation : lineOfCompletion) }

  /// Reads an operation; nil when it certainly did not happen.
  ///
  /// - Precondition: the history's functions are a model's (`Models.requireFunctions`).
  init?(
    _ operation: Int, of history: History, as functions: [FunctionName], _ settings: Settings
  ) {
    self.init(operation, CallColumns(history, functions, settings))
  }

  /// Reads an operation; nil when it certainly did not happen.
  @inline(__always)
  init?(_ operation: Int, _ columns: borrowing CallColumns) {
    function = columns.functions[Int(columns.function[operation])]
    input = columns.input[operation]
    output = columns.output[operation]
    process = columns.processes[operation]
    lineOfInvocation = columns.line[operation]
    lineOfCompletion = columns.completedLine[operation]
    invoked = columns.invoked[operation]
    returned = columns.completed[operation]
    switch columns.outcome[operation] {
    case .ok:
      end = .ok
      if function == .cas, let swapped = columns.swapped, swapped[operation] == ValueTable.false {
        end = .mismatch
      } else if output == ValueTable.null, columns.dropsNullReads,
        function == .read || function == .get
      {
        end = .pending
        returned = History.never
      }
    case .indeterminate:
      end = .pending
      returned = History.never
    case .fail:
      guard function == .cas, columns.observesFailedCas else { return nil }
      end = .mismatch
    }
  }

  /// Reads an operation as it was invoked, whatever became of it.
  @inline(__always)
  init(invocation operation: Int, _ columns: borrowing CallColumns) {
    function = columns.functions[Int(columns.function[operation])]
    input = columns.input[operation]
    output = ValueTable.none
    end = .pending
    process = columns.processes[operation]
    lineOfInvocation = columns.line[operation]
    lineOfCompletion = 0
    invoked = columns.invoked[operation]
    returned = History.never
  }

  /// The history's functions by their ids; what no model has becomes a read.
  static func functions(of history: History) -> [FunctionName] {
    history.functions.map { FunctionName(rawValue: $0) ?? .read }
  }

  /// Refuses a completion whose value is neither absent, null nor the one that was invoked.
  func requireEcho(_ values: ValueTable) throws(CheckError) {
    guard end == .ok, output > ValueTable.null, output != input else { return }
    throw CheckError(
      line: completedLine,
      "“\(function.rawValue)” of \(values.describe(input)) (line \(line)) completed ok with "
        + "another value, \(values.describe(output)); expected the same value or null")
  }

  /// A compare-and-set as a plain write of its new value, or a read of the one that it saw: both
  /// are possible wherever they are.
  func asWrite(_ values: ValueTable) -> Call {
    var write = self
    if function == .read {
      write.input = output
    } else {
      guard let pair = values.pair(input) else { return self }
      write.input = pair.second
    }
    write.function = .write
    write.output = ValueTable.none
    return write
  }

  /// The call as one that may be left out, or take effect with its answer at any time after its
  /// invocation: less than a pending one may do, more than the call itself.
  var optional: Call {
    var optional = self
    optional.isOptional = true
    optional.returned = History.never
    return optional
  }

  /// The call as it was known before it completed.
  var cut: Call {
    var open = self
    open.end = .pending
    open.returned = History.never
    return open
  }

  /// The value that an `ok` completion must carry.
  func requireOutput(_ what: String) throws(CheckError) -> ValueID {
    guard output != ValueTable.none else {
      throw CheckError(
        line: completedLine,
        "“\(function.rawValue)” of line \(line) completed ok without a value; expected \(what)")
    }
    return output
  }

  /// An error about the value that was invoked or completed.
  func wrong(_ value: ValueID, _ expected: String, _ values: ValueTable) -> CheckError {
    let place = value == output && value != input ? completedLine : line
    return CheckError(
      line: place,
      "“\(function.rawValue)” has the value \(values.describe(value)); expected \(expected)")
  }
}

/// The columns of a history that calls are read from, held so that reading one counts no
/// references.
struct CallColumns {
  let functions: [FunctionName]
  let function: [FunctionID]
  let input: [ValueID]
  let output: [ValueID]
  let outcome: [Outcome]
  let processes: [Int64]
  let line: [Int32]
  let completedLine: [Int32]
  let invoked: [Int32]
  let completed: [Int32]
  /// What each completion says of `swapped`; nil when none says anything.
  let swapped: [ValueID]?
  let observesFailedCas: Bool
  let dropsNullReads: Bool

  init(_ history: History, _ functions: [FunctionName], _ settings: Settings) {
    self.functions = functions
    function = history.function
    input = history.input
    output = history.output
    outcome = history.outcome
    processes = history.processes
    line = history.line
    completedLine = history.completedLine
    invoked = history.invoked
    completed = history.completed
    swapped = functions.contains(.cas) ? history.evidence("swapped") : nil
    observesFailedCas = settings.observesFailedCas
    dropsNullReads = settings.dropsNullReads
  }
}
