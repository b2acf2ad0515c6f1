import Histories

/// `text-zones`: a text whose gets tell who wrote each of their pieces.
///
/// **Precondition.** No two operations write the same text, none the empty one, and what each get
/// shows can be taken apart in one way only: a text that was put, or the initial one, and then
/// texts that were appended (``TextPieces``).
///
/// **A text is a register.** Then every get names the operations since the last put, in their
/// order. Whoever appended a piece found just what the pieces before it make: as a register, a put
/// is a write of a value of its own, an append that some get shows is a compare-and-set from the
/// value of the operation before it to its own, and a get is a read of the value of its last
/// piece. An append that no get shows is a write of a value that nobody reads: between it and the
/// next put nobody got anything.
/// *An order of the text is one of the register*: before an append that is shown there was what
/// every get that shows it says. *And the other way round*: a value that is read or taken was left
/// by its only installer, which took that of the one before it, so the text is what was got; what
/// is left by an append that nobody shows is not taken, and a put follows, or the end.
/// So ``RegisterZones`` decide. Two gets that show different beginnings before one piece are a
/// contradiction by themselves, and so is one that no parts make.
enum TextZones {
  static let rung = Rung("text-zones", bytesPerCall: 240) { (task) throws(CheckError) in
    let answer = decide(task)
    // The search says more of what is small.
    if case .impasse = answer, task.calls.count <= 200 { return .pass }
    return answer
  }

  /// Decides.
  static func decide(_ task: KeyTask) -> RungAnswer {
    guard let known = task.settings.initial,
      known <= ValueTable.null || task.values.kind(of: known) == .string
    else { return .pass }
    let initial = known <= ValueTable.null ? nil : known
    guard let pieces = TextPieces(task, initial: initial), var columns = TextColumns(task, pieces)
    else { return .pass }
    switch columns.gather() {
    case .unclear: return .pass
    case .contradiction: return impasse(task)
    case .clear: break
    }
    // Nothing is free and nothing a mismatch, so without an order there is a contradiction.
    if case .positions(let order) = RegisterZones.order(task, columns.clusters) {
      return .positions(order)
    }
    return impasse(task)
  }

  /// No order exists. The last get to complete is the culprit: of the shortest prefix in vain it is
  /// the last event, since what else just completed may come after everything.
  private static func impasse(_ task: KeyTask) -> RungAnswer {
    let gets = task.calls.indices.filter {
      task.calls[$0].function == .get && task.calls[$0].end == .ok
    }
    let last = gets.max { task.calls[$0].returned < task.calls[$1].returned }
    guard let last else { return .pass }
    let shown = task.values.describe(task.calls[last].output)
    let refusal = Refusal(
      operation: task.operations[last],
      reason: "can't get \(shown): no order of what it shows fits what was got before")
    return .impasse(
      Impasse(
        culprit: task.operations[last],
        dilemmas: [Dilemma(state: "what was put and appended", path: [], refusals: [refusal])],
        omittedDilemmas: 0, open: [task.operations[last]]))
  }
}

/// The clusters of the register that a text is.
private struct TextColumns {
  enum Outcome { case clear, contradiction, unclear }

  private let task: KeyTask
  private let pieces: TextPieces
  /// For each call, the one that came just before it in the text: a call, -1 for the initial text,
  /// or ``unknown``.
  private var before: [Int32]
  /// What each get shows last: as above.
  private var seen: [Int32]
  private static let unknown: Int32 = -2

  init?(_ task: KeyTask, _ pieces: TextPieces) {
    self.task = task
    self.pieces = pieces
    before = [Int32](repeating: Self.unknown, count: task.calls.count)
    seen = before
  }

  /// Finds out what each get saw and who came before whom.
  mutating func gather() -> Outcome {
    var known = NumberIndex(capacity: task.calls.count)
    var outcome = Outcome.clear
    for (place, call) in task.calls.enumerated() where call.function == .get && call.end == .ok {
      if known.has(call.output) {
        seen[place] = known[call.output]
        continue
      }
      switch pieces.parse(call.output) {
      case .none: outcome = .contradiction
      case .several: return .unclear
      case .one(let start, let appended):
        var last = start
        for piece in appended {
          if before[Int(piece)] == Self.unknown { before[Int(piece)] = last }
          if before[Int(piece)] != last { outcome = .contradiction }
          last = piece
        }
        seen[place] = last
        known[call.output] = last
      }
    }
    return outcome
  }

  /// The clusters: the initial text's first, then one for each call.
  var clusters: RegisterClusters {
    var clusters = [ValueCluster](repeating: ValueCluster(), count: task.calls.count + 1)
    var read = [Int32](repeating: ValueCluster.nobody, count: task.calls.count)
    var pending: [Int32] = []
    var hasSwaps = false
    for (place, call) in task.calls.enumerated() {
      guard call.function == .get else {
        clusters[place + 1].installer = Int32(place)
        clusters[place + 1].invoked = call.invoked
        clusters[place + 1].finished = call.returned
        if before[place] != Self.unknown {
          clusters[place + 1].old = before[place] + 1
          hasSwaps = true
        }
        if call.end == .pending { pending.append(Int32(place) + 1) }
        continue
      }
      if seen[place] == Self.unknown { continue }
      let cluster = Int(seen[place]) + 1
      read[place] = Int32(cluster)
      clusters[cluster].reads += 1
      clusters[cluster].lastRead = max(clusters[cluster].lastRead, call.invoked)
      clusters[cluster].firstRead = min(clusters[cluster].firstRead, call.returned)
    }
    return RegisterClusters(
      clusters: clusters, seen: read, root: 0, free: [], hasSwaps: hasSwaps, pending: pending)
  }
}
