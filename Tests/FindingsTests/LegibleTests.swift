import Findings
import Histories
import TestSupport
import Testing

@Suite struct LegibleTests {
  @Test func hiddenCharactersAreSpelledOut() {
    #expect(Legible.text("a\u{1B}[31m\nb\u{202E}c\u{7F}") == "a\\u{1B}[31m\\nb\\u{202E}c\\u{7F}")
    #expect(Legible.text("é…→😀") == "é…→😀")
  }

  @Test func longTextIsCut() {
    #expect(Legible.text("abcdef", limit: 6) == "abcdef")
    #expect(Legible.text("abcdefg", limit: 6) == "abcde…")
    #expect(Legible.text("abc\u{1B}", limit: 3) == "ab…")
    #expect(Legible.text("", limit: 0) == "")
    #expect(Legible.text("x", limit: 0) == "…")
  }

  @Test func widths() {
    #expect(Legible.width("日本") == 4)
    #expect(Legible.width("e\u{301}") == 1)
    #expect(Legible.padded("日", to: 4) == "日  ")
    #expect(Legible.rightAligned("7", to: 3) == "  7")
    #expect(Legible.grouped(-1_234_567) == "-1,234,567")
    #expect(Legible.count(1, "key") == "1 key")
  }

  @Test func wrapping() {
    #expect(Legible.wrapped("aa bb cc", width: 5, indent: "") == ["aa bb", "cc"])
    #expect(Legible.wrapped("aaaaaaaa b", width: 4, indent: " ") == [" aaaaaaaa", " b"])
    #expect(Legible.wrapped("", width: 4).isEmpty)
  }

  @Test func labels() throws {
    let history = try History.text(
      """
      0 invoke write 3
      0 ok write 3
      0 invoke read nil
      0 ok read nil
      0 invoke cas [3,4]
      0 fail cas [3,4]
      0 invoke contains 3
      0 ok contains [3,true]
      0 invoke acquire nil
      0 ok acquire nil
      0 invoke read nil
      0 info read nil
      1 invoke write [a,[],true]
      """)
    let labels = (0..<history.count).map { OperationText().label($0, of: history) }
    #expect(
      labels == [
        "write 3", "read → nil", "cas 3→4 (did not happen)", "contains 3 → [3, true]", "acquire",
        "read → ?", "write [\"a\", [], true] ?",
      ])
    #expect(OperationText(ascii: true).label(1, of: history) == "read -> nil")
    #expect(OperationText().label(99, of: history) == "?")
  }
}
