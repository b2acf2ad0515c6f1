import Histories

/// An anomaly that can be injected into one model: the few operations that make it.
///
/// One client, or two, do the steps of a script one after another, each invoked after the one
/// before has completed, while the others go on. The script is short and its values are its own
/// (marks), so that whatever the others do, and whatever becomes of operations that nobody hears
/// of again, no order explains what the script saw: the argument stands beside each kind.
public struct InjectedAnomaly: Sendable {
  /// What the checker and the diagnosis call it; its name is the one on the command line.
  public let anomaly: Anomaly
  /// What it is, in a line without a full stop.
  public let help: String
  /// The steps in order; the permits are those of a semaphore.
  let steps: @Sendable (_ permits: Int) -> [Step]
  let needs: Needs

  /// What a kind's argument rests on beside its steps.
  struct Needs: OptionSet, Sendable {
    let rawValue: Int
    /// The first mark is one of the domain, if there is one. Until the script has ended, whoever
    /// puts it in completes; from the script's turn on nobody else does so, and the script waits
    /// until all who did have completed.
    static let markIsOrdinary = Needs(rawValue: 1)
    /// Until the script has ended, whoever takes an element completes.
    static let takesComplete = Needs(rawValue: 2)
  }

  init(
    _ anomaly: Anomaly, _ help: String, needs: Needs = [],
    steps: @escaping @Sendable (_ permits: Int) -> [Step]
  ) {
    self.anomaly = anomaly
    self.help = help
    self.needs = needs
    self.steps = steps
  }

  init(_ anomaly: Anomaly, _ help: String, needs: Needs = [], _ steps: [Step]) {
    self.init(anomaly, help, needs: needs, steps: { _ in steps })
  }

  /// The anomaly's name.
  public var name: String { anomaly.name }

  /// How many clients do the steps.
  func actors(permits: Int) -> Int { Int(steps(permits).map(\.actor).max() ?? 0) + 1 }
}

/// One operation of a script.
struct Step: Sendable {
  var code: Int32
  /// Which of the script's clients.
  var actor: Int32
  var input: Operand
  var second: Operand
  /// Whether it is a transaction over two objects.
  var isPair: Bool
  var forgery: Forgery

  init(
    _ code: Int32, _ input: Operand = .null, _ second: Operand = .null, by actor: Int32 = 0,
    isPair: Bool = false, answered forgery: Forgery = .honest
  ) {
    self.code = code
    self.actor = actor
    self.input = input
    self.second = second
    self.isPair = isPair
    self.forgery = forgery
  }
}

/// What a step asks for.
enum Operand: Sendable {
  case null
  /// One of the script's own values.
  case mark(Int)
  /// A value as everybody's.
  case ordinary
}

/// What a step is answered.
enum Forgery: Sendable {
  /// The truth.
  case honest
  /// What was asked for, with no effect on the object.
  case acknowledged
  /// One of the script's own values, or null, with no effect on the object.
  case answer(Operand)
  /// That the element is in.
  case present
  /// Two of the script's own values, one an object.
  case pair(Int, Int)
  /// Nothing but these of the script's own values.
  case pieces([Int])
  /// The truth, and further elements.
  case appended([Int])
  /// The previous step's answer and a difference.
  case previous(Int64)
  /// Less than the completed additions make, or more than all do that were invoked.
  case tooLow, tooHigh
}
