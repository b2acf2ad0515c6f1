import Histories

/// Which faults may have to do with a violation: those that were on when the effect came about that
/// is missing or wrong, else those between that and the first answer that shows it.
///
/// A fault that was on only when somebody noticed is not named in place of one that was on when it
/// happened.
public struct FaultWords {
  private let scene: Scene
  private let spans: [FaultSpan]
  /// At most that many faults are named.
  private static let most = 3

  init(_ scene: Scene) {
    self.scene = scene
    spans = scene.history.faultSpans()
  }

  /// What was on meanwhile, in sentences; none when the history names no fault at all.
  ///
  /// - Complexity: O(faults).
  func sentences(_ cause: Finding.Cause) -> [Sentence] {
    guard !spans.isEmpty else { return [] }
    let (operation, answer) = (cause.operation, cause.answer)
    let begin = scene.begin(operation)
    let end = scene.history.lastRank(operation)
    let covering = spans.filter { !$0.isInstant && $0.covers(begin, end) }
    if !covering.isEmpty {
      return [
        Sentence(faults(covering), were(covering), " on during all of ", named(operation), ".")
          .given(covering.map { .faultCovers($0.begin, $0.end, operation) }).capitalized
      ]
    }
    let last = max(end, scene.history.lastRank(answer))
    let active = spans.filter { $0.meets(begin, last) }
    guard !active.isEmpty else { return [quiet(operation, answer)] }
    let lasting = active.filter { !$0.isInstant }
    let instants = active.filter(\.isInstant)
    let facts = { (spans: [FaultSpan]) -> [Fact] in
      spans.map { .faultMeets($0.begin, $0.end, operation, answer) }
    }
    var sentences: [Sentence] = []
    if !lasting.isEmpty {
      sentences.append(
        Sentence(
          faults(lasting), were(lasting), " on for a time ", window(operation, answer), "."
        ).given(facts(lasting)).capitalized)
    }
    if !instants.isEmpty {
      sentences.append(
        Sentence(list(instants), " came ", window(operation, answer), ".").given(facts(instants)))
    }
    return sentences
  }

  /// That nothing was on, and what was last.
  private func quiet(_ operation: Int, _ answer: Int) -> Sentence {
    let none = Sentence("No fault was on ", window(operation, answer))
      .given(.noFault(operation, answer))
    let begin = scene.begin(operation)
    guard let last = spans.filter({ $0.end < begin }).max(by: { $0.end < $1.end }) else {
      return Sentence(none, ", and none had been made by then.").given(.noFaultYet(answer))
    }
    let when: Sentence =
      last.endTime == Event.noTime ? "" : Sentence(" at \(Scene.instant(last.endTime))", [])
    return Sentence(
      none, "; the last one before that, ", name(last), last.isInstant ? ", came" : ", had ended",
      when, "."
    ).given(
      .lastFault(last.begin, last.end, operation),
      .fault(last.name, last.value, last.begin, last.end))
  }

  /// `between client 1’s write of 46 (lines 7–9) and the answer to client 3’s read (lines 12–13)`.
  private func window(_ operation: Int, _ answer: Int) -> Sentence {
    guard operation != answer else { return "while \(named(operation)) was under way" }
    return "between \(named(operation)) and the answer to \(named(answer))"
  }

  private func named(_ operation: Int) -> Sentence {
    "\(scene.deed(operation)) (\(scene.lines(operation)))"
  }

  private func were(_ spans: [FaultSpan]) -> Sentence { spans.count == 1 ? " was" : " were" }

  private func faults(_ spans: [FaultSpan]) -> Sentence {
    Sentence(spans.count == 1 ? "the fault " : "the faults ", list(spans))
  }

  /// `“kill” (n1, from 2.004 s to 6.051 s) and 2 more`.
  private func list(_ spans: [FaultSpan]) -> Sentence {
    let rest = spans.count - FaultWords.most
    let told = spans.prefix(FaultWords.most).map { Sentence(name($0), detail($0)) }
    return Sentence.list(told + (rest > 0 ? [Sentence("\(rest) more", [])] : []))
  }

  private func name(_ span: FaultSpan) -> Sentence {
    Sentence(
      "“\(Legible.text(span.name, limit: 32))”",
      [.fault(span.name, span.value, span.begin, span.end)])
  }

  /// ` (isolate n3, from 2.004 s to 6.051 s)`.
  private func detail(_ span: FaultSpan) -> Sentence {
    var parts: [String] = []
    let value = FaultWords.words(span.value, scene.history.values)
    if !value.isEmpty { parts.append(value) }
    if span.beginTime != Event.noTime {
      let begin = Scene.instant(span.beginTime)
      if span.isInstant {
        parts.append("at \(begin)")
      } else if span.endTime != Event.noTime {
        parts.append("from \(begin) to \(Scene.instant(span.endTime))")
      } else {
        parts.append("from \(begin) on")
      }
    }
    return Sentence(parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))", [])
  }
}

extension FaultWords {
  /// `isolate n3`, `n1 | n2, n3`, or nothing.
  public static func words(_ value: ValueID, _ values: ValueTable) -> String {
    guard value > ValueTable.null else { return "" }
    if let text = values.string(value) { return Legible.text(text, limit: 80) }
    let parts = Array(values.parts(of: value))
    guard !parts.isEmpty else { return ValueText.describe(value, in: values, limit: 80) }
    switch values.kind(of: value) {
    case .map: return map(parts, values)
    case .set: return Legible.text(names(parts, values).joined(separator: ", "), limit: 80)
    default:
      // `[:isolated {"n1" #{"n2"}}]`, Jepsen's word for what it cut.
      let last = parts[parts.count - 1]
      if parts.count == 2, values.kind(of: last) == .map { return words(last, values) }
      let isNested = parts.contains { values.kind(of: $0) == .list }
      let words = parts.map { FaultWords.words($0, values) }.filter { !$0.isEmpty }
      return Legible.text(words.joined(separator: isNested ? " | " : ", "), limit: 80)
    }
  }

  /// Nodes and what was done to each; where that is whom they do not hear, the groups that are
  /// left.
  private static func map(_ parts: [ValueID], _ values: ValueTable) -> String {
    let keys = stride(from: 0, to: parts.count, by: 2).map { parts[$0] }
    let cuts = stride(from: 1, to: parts.count, by: 2).map { Set(values.parts(of: parts[$0])) }
    guard cuts.allSatisfy({ !$0.isEmpty }) else {
      return Legible.text(names(keys, values).joined(separator: ", "), limit: 80)
    }
    let everybody = cuts.reduce(Set(keys)) { $0.union($1) }
    let heard = zip(keys, cuts).map { everybody.subtracting($0.1) }
    var groups: [Set<ValueID>] = []
    for group in heard where !groups.contains(group) { groups.append(group) }
    let isSplit =
      groups.reduce(0) { $0 + $1.count } == everybody.count
      && zip(keys, heard).allSatisfy { $0.1.contains($0.0) }
    let words =
      isSplit
      ? groups.map { names(Array($0), values).joined(separator: ", ") }.sorted()
        .joined(separator: " | ")
      : zip(keys, cuts).map { key, cut in
        "\(names([key], values)[0]) without \(names(Array(cut), values).joined(separator: ", "))"
      }.sorted().joined(separator: "; ")
    return Legible.text(words, limit: 80)
  }

  private static func names(_ nodes: [ValueID], _ values: ValueTable) -> [String] {
    nodes.map { values.string($0) ?? ValueText.describe($0, in: values, limit: 24) }.sorted()
  }
}
