import Histories

/// When which fault was on, from what the nemesis wrote into the history.
///
/// `start-NAME` … `stop-NAME` is a span (that a probe saw it, `verified-NAME`, says nothing of its
/// length); so are the pairs that Jepsen's nemeses use (`partition` … `heal`, `pause` … `resume`,
/// `kill` … `restart`, `start` … `stop`). Anything else is an instant. The two lines of one event
/// (`invoke` and `info`) are one; a span is taken as wide as they allow.
struct FaultSpans {
  /// One fault.
  struct Span: Equatable {
    var name: String
    var value: ValueID
    var begin: Int32
    /// ``History/never`` when nothing ended it; equal to a last rank for an instant.
    var end: Int32
    var beginTime: Int64
    var endTime: Int64
    var isInstant: Bool
  }

  private(set) var spans: [Span] = []
  private let history: History
  private static let ends: [String: [String]] = [
    "heal": ["partition", "isolate", "cut"], "resume": ["pause", "suspend", "hang"],
    "restart": ["kill", "crash"], "recover": ["kill", "crash", "partition"],
    "stop": ["start"], "reset": ["bump", "strobe", "clock"], "reset-clock": ["bump-clock"],
  ]

  /// Reads the nemesis's events.
  ///
  /// - Complexity: O(events of the nemesis).
  init(_ history: History) {
    self.history = history
    var open: [(name: String, place: Int)] = []
    var asked: [String: NemesisEvent] = [:]
    let events = history.nemesis.isEmpty ? history.faultsBeside : history.nemesis
    for event in events where !event.function.hasPrefix("verified-") {
      let name = event.function
      if let begun = FaultSpans.beginning(of: name) {
        if let place = open.lastIndex(where: { $0.name == begun }) {
          close(open[place].place, event)
          if event.kind != .invoke { open.remove(at: place) }
          continue
        }
        if spans.contains(where: { $0.name == begun }) { continue }
      }
      if event.kind == .invoke {
        asked[name] = event
        continue
      }
      let first = asked.removeValue(forKey: name) ?? event
      let plain = name.hasPrefix("start-") ? String(name.dropFirst(6)) : name
      let isInstant = !FaultSpans.lasts(name, in: events)
      spans.append(
        Span(
          name: plain, value: event.value > ValueTable.null ? event.value : first.value,
          begin: first.rank, end: isInstant ? event.rank : History.never,
          beginTime: first.time, endTime: isInstant ? event.time : Event.noTime,
          isInstant: isInstant))
      if !isInstant { open.append((plain, spans.count - 1)) }
    }
  }

  private mutating func close(_ place: Int, _ event: NemesisEvent) {
    spans[place].end = event.rank
    spans[place].endTime = event.time
  }

  /// The name of the open fault that an event ends.
  private static func beginning(of name: String) -> String? {
    name.hasPrefix("stop-") ? String(name.dropFirst(5)) : ends[name]?.first
  }

  /// Whether a fault is ended by an event of its own somewhere in the history.
  private static func lasts(_ name: String, in events: [NemesisEvent]) -> Bool {
    if name.hasPrefix("start-") { return true }
    return events.contains { ends[$0.function]?.first == name }
  }

  /// The faults that were on at some time between two ranks.
  func active(from begin: Int32, to end: Int32) -> [Span] {
    spans.filter { $0.begin <= end && $0.end >= begin }
  }

  /// What was on meanwhile, as a sentence; empty when the history names no fault at all.
  func sentence(from begin: Int32, to end: Int32) -> String {
    guard !spans.isEmpty else { return "" }
    let active = active(from: begin, to: end)
    if active.isEmpty {
      guard let last = spans.last(where: { $0.end < begin }) else {
        return "No fault had been made by then."
      }
      let when = last.endTime == Event.noTime ? "" : " at \(Scene.instant(last.endTime))"
      return "No fault was on meanwhile; the last one, “\(name(last))”, "
        + (last.isInstant ? "was made\(when)." : "had ended\(when).")
    }
    let lasting = active.filter { !$0.isInstant }.map { "“\(name($0))”\(detail($0))" }
    let instants = active.filter(\.isInstant).map { "“\(name($0))”\(detail($0))" }
    var sentences: [String] = []
    if !lasting.isEmpty {
      let noun = lasting.count == 1 ? "the fault" : "the faults"
      sentences.append(
        "Meanwhile \(noun) \(Scene.list(lasting)) \(lasting.count == 1 ? "was" : "were") on.")
    }
    if !instants.isEmpty {
      sentences.append("In between came \(Scene.list(instants)).")
    }
    return sentences.joined(separator: " ")
  }

  private func name(_ span: Span) -> String { Legible.text(span.name, limit: 32) }

  /// ` (isolate n3, 2.004–6.051 s)`.
  private func detail(_ span: Span) -> String {
    var parts: [String] = []
    let value = FaultSpans.words(span.value, history.values)
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
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }

  /// `isolate n3`, `n1 | n2, n3`, or nothing.
  private static func words(_ value: ValueID, _ values: ValueTable) -> String {
    guard value > ValueTable.null else { return "" }
    if let text = values.string(value) { return Legible.text(text, limit: 80) }
    let parts = values.parts(of: value)
    guard values.kind(of: value) == .list, !parts.isEmpty else {
      return ValueText.describe(value, in: values, limit: 80)
    }
    let isNested = parts.contains { values.kind(of: $0) == .list }
    let words = parts.map { FaultSpans.words($0, values) }.filter { !$0.isEmpty }
    return Legible.text(words.joined(separator: isNested ? " | " : ", "), limit: 80)
  }
}
