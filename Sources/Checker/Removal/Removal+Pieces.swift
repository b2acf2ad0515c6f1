import Histories

extension Removal {
  /// Something that was put in, and can be left out although answers show it.
  struct Piece {
    /// The calls that are about it.
    var calls: [Int]
    /// What is left of the answers that showed it.
    var rests: [(call: Int, output: ValueID)]
  }

  /// What can be left out of answers, the last first; one at a time, for what is left may have
  /// others.
  ///
  /// - ``text``: what was appended and is at the same places in all parses. All appends of a text
  ///   go, so that what an order has at those places goes with them.
  /// - ``member`` and ``unread``: an element that was not there at first, with all that is about
  ///   it. An order without it is one of the set, or the log, of the other elements.
  func pieces(of calls: [Call], _ settings: Settings, _ values: inout ValueTable) -> [Piece] {
    switch self {
    case .text: Removal.texts(of: calls, settings, &values)
    case .member, .unread: Removal.elements(of: calls, settings, &values)
    default: []
    }
  }

  private static func texts(
    of calls: [Call], _ settings: Settings, _ values: inout ValueTable
  ) -> [Piece] {
    let parses = TextParses(calls, settings, values)
    let appends = calls.indices.filter {
      calls[$0].function == .append && !values.utf8(calls[$0].input).isEmpty
    }
    var known: Set<ValueID> = []
    var pieces: [Piece] = []
    for index in appends.reversed() where known.insert(calls[index].input).inserted {
      let text = calls[index].input
      guard let shown = parses.shown(without: text), !shown.isEmpty else { continue }
      let rests = shown.map { get, rest in
        (get, values.intern(string: String(decoding: rest, as: UTF8.self)))
      }
      pieces.append(Piece(calls: appends.filter { calls[$0].input == text }, rests: rests))
    }
    return pieces
  }

  private static func elements(
    of calls: [Call], _ settings: Settings, _ values: inout ValueTable
  ) -> [Piece] {
    guard let initial = settings.initial else { return [] }
    var known = Set(values.parts(of: initial))
    var pieces: [Piece] = []
    for call in calls.reversed() where call.function != .read && known.insert(call.input).inserted {
      let rests = calls.without([call.input], &values)
      if rests.isEmpty { continue }
      pieces.append(
        Piece(
          calls: calls.indices.filter {
            calls[$0].function != .read && calls[$0].input == call.input
          }, rests: rests))
    }
    return pieces
  }
}

extension [Call] {
  /// What the reads that show some elements show without them.
  func without(
    _ elements: Set<ValueID>, _ values: inout ValueTable
  ) -> [(call: Int, output: ValueID)] {
    var rests: [(call: Int, output: ValueID)] = []
    for (place, call) in enumerated() where call.function == .read && call.end == .ok {
      let shown = values.parts(of: call.output)
      let rest = shown.filter { !elements.contains($0) }
      if rest.count < shown.count { rests.append((place, values.intern(list: rest))) }
    }
    return rests
  }
}
