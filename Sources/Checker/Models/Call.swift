import Histories

/// One operation as a model sees it.
struct Call: Sendable {
  /// What is known of the call's end.
  enum End: Sendable, Equatable {
    /// It took effect.
    case ok
    /// Nobody knows: it may take effect at any time after its invocation, or never.
    case pending
    /// A compare-and-set that ran and found another value than the expected one.
    case mismatch
  }

  var function: String
  var input: ValueID
  /// ``ValueTable/none`` when the completion has no value.
  var output: ValueID
  var end: End
  var process: Int64
  /// The line of the invocation.
  var line: Int
  /// The line of the completion, or of the invocation when there is none.
  var completedLine: Int
  /// The rank of the invocation.
  var invoked: Int32
  /// The rank after which it can no longer take effect, or ``History/never``.
  var returned: Int32

  /// Reads an operation; nil when it certainly did not happen.
  init?(_ operation: Int, of history: History, _ settings: Settings) {
    function = history.functionName(operation)
    input = history.input[operation]
    output = history.output[operation]
    process = history.processes[operation]
    line = Int(history.line[operation])
    completedLine = Int(history.completedLine[operation])
    if completedLine == 0 { completedLine = line }
    invoked = history.invoked[operation]
    returned = history.returned(operation)
    switch history.outcome[operation] {
    case .ok:
      end = .ok
      if function == "cas", history.evidence("swapped", of: operation) == ValueTable.false {
        end = .mismatch
      }
    case .indeterminate: end = .pending
    case .fail:
      guard function == "cas", settings.observesFailedCas else { return nil }
      end = .mismatch
    }
  }

  /// Refuses a completion whose value is neither absent, null nor the one that was invoked.
  func requireEcho(_ values: ValueTable) throws(CheckError) {
    guard end == .ok, output > ValueTable.null, output != input else { return }
    throw CheckError(
      line: completedLine,
      "“\(function)” of \(values.describe(input)) (line \(line)) completed ok with another value, "
        + "\(values.describe(output)); expected the same value or null")
  }

  /// The value that an `ok` completion must carry.
  func requireOutput(_ what: String) throws(CheckError) -> ValueID {
    guard output != ValueTable.none else {
      throw CheckError(
        line: completedLine,
        "“\(function)” of line \(line) completed ok without a value; expected \(what)")
    }
    return output
  }

  /// An error about the value that was invoked or completed.
  func wrong(_ value: ValueID, _ expected: String, _ values: ValueTable) -> CheckError {
    let place = value == output && value != input ? completedLine : line
    return CheckError(
      line: place,
      "“\(function)” has the value \(values.describe(value)); expected \(expected)")
  }
}
