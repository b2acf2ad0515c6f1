import Base
import Histories

/// How to read a history and what a check may spend.
public struct CheckOptions: Sendable {
  /// The object's state before the first operation.
  public enum Initial: Sendable, Equatable {
    /// A known value; lists for collections, a string for text.
    case value(JSON)
    /// Nobody knows: the history is right when some initial value explains it, one of each key's
    /// own where there are keys. Registers only.
    case unknown
  }

  /// What a compare-and-set that completed as `fail` says.
  public enum FailedCas: String, Sendable, CaseIterable {
    /// It never ran (Jepsen, Knossos).
    case drops
    /// It ran and saw another value than the expected one (Porcupine's etcd model).
    case observes
  }

  /// What a completed read of null says.
  public enum NullRead: String, Sendable, CaseIterable {
    /// The object was absent.
    case absent
    /// The result is unknown (Knossos).
    case any
  }

  /// The word for a model that the header or the functions are to name.
  public static let auto = "auto"
  /// The model's name, or ``auto``: the header's model, else inferred from the functions.
  public var model = CheckOptions.auto
  /// The initial state; nil takes the header's `initial`, else the model's own.
  public var initial: Initial?
  /// What a failed compare-and-set says; nil takes the header's `failedCas`, else `drops`.
  public var failedCas: FailedCas?
  /// What a read of null says; nil takes the header's `nullRead`, else `absent`.
  public var nullRead: NullRead?
  /// The permits of a semaphore; nil takes the header's `permits`.
  public var permits: Int?
  /// How many threads search keys side by side.
  public var threads = 1
  /// Whether the result carries the accepted orders.
  public var wantsWitness = false
  /// Whether a violation is reduced to a small certificate.
  public var wantsReduction = true
  /// Told after each key how many keys are done and how many there are, from any thread.
  public var progress: (@Sendable (_ done: Int, _ keys: Int) -> Void)?
  /// What the check may spend.
  public var budget: Budget

  /// Spends from that budget, which is shared and whose time runs already; the default one has no
  /// limits. What nothing is said of is left to the history's header and the model.
  public init(budget: Budget = Budget()) {
    self.budget = budget
  }
}

/// A history that the model cannot be asked about, or options that do not fit it.
public struct CheckError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line of the history that is at fault, from 1; nil when it is none.
  public var line: Int?
  /// What was found and what was expected.
  public var message: String
  /// Whose fault it is: `badInput`, `usage` or `defect`.
  public var code: ExitCode

  /// Blames the input unless another code is given, and the whole of it unless a line is (from 1).
  public init(line: Int? = nil, _ message: String, code: ExitCode = .badInput) {
    self.line = line
    self.message = message
    self.code = code
  }

  /// `line: message`.
  public var description: String {
    line.map { "\($0): \(message)" } ?? message
  }
}
