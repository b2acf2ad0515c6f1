/// A client, or an operation that outlives its client's patience.
struct Slot {
  /// What the slot's next moment brings.
  enum Phase {
    /// The client asks for something.
    case idle
    /// The operation takes effect.
    case effect
    /// The client hears of it, or gives up.
    case completion
    /// The operation takes effect although nobody waits for it any more.
    case lateEffect
  }

  /// What the client will hear.
  enum Ending {
    case ok
    case fail
    case info
    /// Nothing, not even that nobody knows: no line at all.
    case silence
  }

  var phase = Phase.idle
  var ending = Ending.ok
  var operation = SimulatedOperation()
  var holding = Holding()
  /// The client's process; another one after each operation whose outcome nobody knows.
  var process: Int64 = 0
  /// When the client hears of it.
  var completion: Int64 = 0
  /// How often it was refused.
  var refusals: Int32 = 0
  /// The step of the script, or -1.
  var step: Int32 = -1
  /// When it takes effect after the client has given up, or -1.
  var late: Int64 = -1
  /// Whether it takes effect at all while its client waits.
  var isEffective = true
  /// Whether it puts the script's ordinary mark in.
  var isMarked = false
}

/// How far the script of an injected violation is.
struct Script {
  /// Where it stands.
  enum State {
    /// Not begun: the run is not that far.
    case waiting
    /// Clients are being found, and marks put in by others awaited.
    case gathering
    case running
    /// Done, or there never was one.
    case over
  }

  let steps: [Step]
  let needs: InjectedAnomaly.Needs
  /// The number of operations after which it begins.
  let start: Int
  let actorCount: Int
  var state: State
  var next = 0
  var isBusy = false
  var actors: [Int32] = []
  var key: Int32 = 0
  var marks: [Int64] = []
  /// The answer of the step before.
  var previous = SimulatedOperation.null
  /// How many operations are open that put the ordinary mark in.
  var openMarks = 0

  init(_ kind: InjectedAnomaly?, _ options: GeneratorOptions) {
    steps = kind?.steps(options.permits) ?? []
    needs = kind?.needs ?? []
    actorCount = kind?.actors(permits: options.permits) ?? 0
    start = min(Int(Double(options.operations) * options.errorAt), options.operations - steps.count)
    state = kind == nil ? .over : .waiting
    if needs.contains(.markIsOrdinary), options.values > 0 { marks = [Int64(options.values) - 1] }
  }

  /// How many operations are set aside for steps to come.
  var reserve: Int { state == .over ? 0 : steps.count - next }

  /// The mark that others put in as well, or -1.
  var ordinaryMark: Int64 { needs.contains(.markIsOrdinary) ? marks.first ?? -1 : -1 }

  /// The most marks a script has.
  static let markCount = 5
}
