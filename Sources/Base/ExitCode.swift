/// How a command ends: the closed table that scripts rely on (`docs/reference/exit-codes.md`).
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Everything asked for holds.
  case success = 0
  /// A violation was found, or the gate says no; outranks every other finding.
  case violation = 1
  /// A time or memory budget ran out and no violation was found.
  case undecided = 2
  /// No violation, but the run did not exercise what it must to mean anything.
  case inconclusive = 3
  /// Unknown or contradictory options, an impossible plan.
  case usage = 64
  /// Input that cannot be read as a history, plan or policy.
  case badInput = 65
  /// A file is missing or unreadable.
  case missingInput = 66
  /// The cluster under test could not be started or reached.
  case unavailable = 69
  /// A defect of plumbline itself.
  case defect = 70
  /// Output cannot be created.
  case cannotCreate = 73
  /// An input or output error.
  case inputOutput = 74
  /// Interrupted by SIGINT.
  case interrupted = 130
  /// Interrupted by SIGTERM.
  case terminated = 143
}

/// An ending that is nobody's verdict: your input, your system, or our defect.
public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The exit code that the ending has.
  public var code: ExitCode
  /// What happened and what to do about it, in a sentence or two for a person.
  public var message: String

  /// Ends a command with that code; the message tells a person what happened and what to do about
  /// it.
  public init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// The message for people and for JSON. What is wrong with a file may quote megabytes of it: then
  /// the beginning, which has the place, and the end, which says what was expected, are kept.
  public var shown: String {
    guard code == .badInput, message.utf8.count > 1500 else { return message }
    return message.prefix(300) + " … " + message.suffix(300)
  }
}
