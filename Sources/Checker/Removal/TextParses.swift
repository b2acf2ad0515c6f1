import Histories

/// How the texts that were got may have been put together.
///
/// In every order of a history a get shows a text that was put before it (or the initial one),
/// followed by all that was appended since: one *parse* of what it shows, whose pieces are texts of
/// operations that were invoked before the get completed. Here are all parses of all gets, so what
/// no parse has was in no order, and what every parse has was in all of them.
struct TextParses {
  /// A get by its place among the calls, and the pieces that are part of some parse.
  private struct Parse {
    let get: Int
    /// Texts that the parses begin with.
    var starts: [ValueID] = []
    /// What may have been appended, and where.
    var pieces: [(text: ValueID, place: Range<Int>)] = []
  }

  private var parses: [Parse] = []
  private let output: [ValueID]
  private let values: ValueTable

  /// Finds the parses of all completed gets.
  ///
  /// - Complexity: O(bytes that were got · texts) comparisons in the worst case.
  init(_ calls: [Call], _ settings: Settings, _ values: ValueTable) {
    self.values = values
    output = calls.map(\.output)
    let initial = settings.initial.flatMap { $0 > ValueTable.null ? $0 : nil }
    for get in calls.indices where calls[get].function == .get && calls[get].end == .ok {
      guard values.string(calls[get].output) != nil else { continue }
      var puts: [ValueID] = initial.map { [$0] } ?? []
      var appended: [ValueID] = []
      for call in calls where call.invoked < calls[get].returned {
        if call.function == .put { puts.append(call.input) }
        if call.function == .append, !values.utf8(call.input).isEmpty {
          appended.append(call.input)
        }
      }
      parses.append(parse(get, Array(values.utf8(calls[get].output)), puts, appended, initial))
    }
  }

  private func parse(
    _ get: Int, _ text: [UInt8], _ puts: [ValueID], _ appended: [ValueID], _ initial: ValueID?
  ) -> Parse {
    var parse = Parse(get: get)
    var isReached = [Bool](repeating: false, count: text.count + 1)
    if initial == nil { isReached[0] = true }
    let starts = Set(puts).filter { text.starts(with: values.utf8($0)) }.sorted()
    for start in starts { isReached[values.utf8(start).count] = true }
    let distinct = Set(appended).sorted()
    for place in text.indices where isReached[place] {
      for piece in distinct where text[place...].starts(with: values.utf8(piece)) {
        let end = place + values.utf8(piece).count
        isReached[end] = true
        parse.pieces.append((piece, place..<end))
      }
    }
    var isEnding = [Bool](repeating: false, count: text.count + 1)
    isEnding[text.count] = true
    for piece in parse.pieces.reversed() where isEnding[piece.place.upperBound] {
      isEnding[piece.place.lowerBound] = true
    }
    parse.pieces.removeAll { !isEnding[$0.place.upperBound] }
    parse.starts = starts.filter { isEnding[values.utf8($0).count] }
    return parse
  }

  /// The gets that some parse begins with a text.
  func gets(beginningWith text: ValueID) -> [Int] {
    parses.filter { $0.starts.contains(text) }.map(\.get)
  }

  /// The gets that some parse has a text appended in.
  func gets(containing text: ValueID) -> [Int] {
    parses.filter { parse in parse.pieces.contains { $0.text == text } }.map(\.get)
  }

  /// What each get with an appended text shows without it; nil when some parses have it where
  /// others do not.
  ///
  /// A parse covers what comes after its start without gaps, so a piece is in all of them exactly
  /// when no other piece overlaps it and no start reaches beyond its beginning.
  func shown(without text: ValueID) -> [(get: Int, rest: [UInt8])]? {
    var shown: [(get: Int, rest: [UInt8])] = []
    for parse in parses {
      let places = parse.pieces.filter { $0.text == text }.map(\.place)
      if places.isEmpty { continue }
      for place in places {
        guard parse.pieces.count(where: { $0.place.overlaps(place) }) == 1,
          parse.starts.allSatisfy({ values.utf8($0).count <= place.lowerBound })
        else { return nil }
      }
      let bytes = Array(values.utf8(output[parse.get]))
      let rest = bytes.indices.filter { byte in !places.contains { $0.contains(byte) } }
      shown.append((parse.get, rest.map { bytes[$0] }))
    }
    return shown
  }
}
