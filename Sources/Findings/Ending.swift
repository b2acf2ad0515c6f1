import Base
import Checker

/// How something ended: a claim, a run, a file, or a command over several of them.
///
/// The one lattice of the house: ``merged(with:)`` keeps the worse of two, and whatever a command
/// ends with is the worst of its parts. A violation outranks everything, because it is certain
/// whatever else went wrong; then what is wrong with us; then an interruption, because what was not
/// looked at may be anything; then what nobody could read or reach; then what is not known.
public enum Ending: Hashable, Sendable {
  /// Everything asked for holds.
  case holds
  /// No violation, but too little was exercised or checked for that to mean anything.
  case inconclusive
  /// A budget ran out, and no violation was found.
  case undecided
  /// There is no verdict: input, system or defect.
  case failed(ExitCode)
  /// A signal ended the work early.
  case interrupted(Int32)
  /// Something asked for does not hold.
  case violation

  /// The ending of a verdict that nothing else is known about.
  public init(_ verdict: Verdict) {
    switch verdict {
    case .holds: self = .holds
    case .violation: self = .violation
    case .undecided: self = .undecided
    }
  }

  /// The ending of a verdict for whoever asks whether it means anything: a pass that rests on too
  /// little is none.
  public init(_ verdict: Verdict, lacks: [String]) {
    self.init(verdict)
    if self == .holds, !lacks.isEmpty { self = .inconclusive }
  }

  /// The ending of work that a signal ended, or of work that none did.
  public init(signal: Int32?) { self = signal.map { .interrupted($0) } ?? .holds }

  /// The exit code of the contract.
  public var exitCode: ExitCode {
    switch self {
    case .holds: .success
    case .inconclusive: .inconclusive
    case .undecided: .undecided
    case .failed(let code): code
    case .interrupted(let signal): signal == 15 ? .terminated : .interrupted
    case .violation: .violation
    }
  }

  /// The word in JSON and on the page where it is no promise's: `violation`.
  public var word: String {
    switch self {
    case .holds: "holds"
    case .inconclusive: "inconclusive"
    case .undecided: "undecided"
    case .failed: "error"
    case .interrupted: "interrupted"
    case .violation: "violation"
    }
  }

  /// The worse of two.
  public func merged(with other: Ending) -> Ending { other.rank > rank ? other : self }

  /// Keeps the worse.
  public mutating func merge(_ other: Ending) { self = merged(with: other) }

  private static let failures: [ExitCode] = [
    .unavailable, .usage, .missingInput, .badInput, .cannotCreate, .inputOutput,
  ]

  private var rank: Int {
    switch self {
    case .holds: 0
    case .inconclusive: 1
    case .undecided: 2
    case .failed(.defect): 101
    case .failed(let code): 10 + (Ending.failures.firstIndex(of: code) ?? 0)
    case .interrupted: 100
    case .violation: 102
    }
  }
}
