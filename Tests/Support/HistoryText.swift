import Base
import Histories

extension History {
  /// A history from lines such as `0 invoke write 1 x`: process, type, function, value, key.
  ///
  /// A value is an integer, `nil`, `true`, `false`, `[1,[2,3]]` (a list, no spaces) or a word; the
  /// key may be left out. What begins with a brace is JSON, without spaces. Made for tests:
  /// anything else is a trap.
  public static func text(_ lines: String) throws(HistoryError) -> History {
    var builder = HistoryBuilder()
    for (index, line) in lines.split(separator: "\n").enumerated() {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 3 else { continue }
      let process: Event.Process = Int64(words[0]).map { .client($0) } ?? .nemesis
      let kind: Event.Kind =
        switch words[1] {
        case "invoke": .invoke
        case "ok": .ok
        case "fail": .fail
        default: .info
        }
      var event = Event(
        kind, process: process, function: builder.function(words[2]), line: index + 1)
      if words.count > 3 { event.value = value(words[3], in: &builder.values) }
      if words.count > 4 { event.key = value(words[4], in: &builder.values) }
      try builder.add(event)
    }
    return builder.build()
  }

  private static func value(_ word: String, in values: inout ValueTable) -> ValueID {
    if word == "nil" { return ValueTable.null }
    if word == "true" { return ValueTable.true }
    if word == "false" { return ValueTable.false }
    if let number = Int64(word) { return values.intern(integer: number) }
    if word.hasPrefix("{") {
      return values.intern((try? JSONParser.parse(Array(word.utf8))) ?? .null)
    }
    guard word.hasPrefix("["), word.hasSuffix("]") else { return values.intern(string: word) }
    var parts: [ValueID] = []
    var part = ""
    var depth = 0
    for letter in word.dropFirst().dropLast() + "," {
      if letter == ",", depth == 0 {
        if !part.isEmpty { parts.append(value(part, in: &values)) }
        part = ""
        continue
      }
      depth += letter == "[" ? 1 : letter == "]" ? -1 : 0
      part.append(letter)
    }
    return values.intern(list: parts)
  }
}
