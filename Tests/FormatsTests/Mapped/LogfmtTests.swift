import Base
import Formats
import Histories
import Testing

/// Text in quotes is what Go's `strconv.Quote` makes of it.
@Suite struct LogfmtTests {
  private func log(_ value: String) -> String {
    "client=a op=set value=\(value) start=1 end=2\n"
  }

  @Test(arguments: [
    (#""a b""#, "a b"), (#""\a\b\f\n\r\t\v""#, "\u{7}\u{8}\u{c}\n\r\t\u{b}"),
    (#""\\ \"x\"""#, #"\ "x""#), (#""\x01\x7f""#, "\u{1}\u{7f}"), (#""\xc3\xa9""#, "é"),
    (#""\u2028\ufeff""#, "\u{2028}\u{feff}"), (#""\U0001f600""#, "😀"), (#""\101\012""#, "A\n"),
    (#""""#, ""), (#""=""#, "="), (#"a"b"#, #"a"b"#), ("'a'", "'a'"), ("it's", "it's"),
    (#""é́""#, "é́"),
  ])
  func escapesAreDecoded(written: String, text: String) throws {
    var options = ReadOptions()
    options.map = try FieldMap.parse(
      Array(
        """
        { records: 'logfmt', shape: 'intervals', values: 'text',
          fields: { process: 'client', f: 'op', value: 'value', start: 'start', end: 'end' } }
        """.utf8), file: "m")
    let history = try read(log(written), options)
    #expect(history.values.string(history.input[0]).map { Array($0.utf8) } == Array(text.utf8))
  }

  @Test(arguments: [
    (#""\q""#, 24), (#""a\'""#, 25), (#""\x1""#, 24), (#""\u12""#, 24), (#""\ud800""#, 24),
    (#""\U00110000""#, 24), (#""\400""#, 24), (#""\8""#, 24), (#""\xff""#, 23), (#""open"#, 23),
    (#""open\"#, 28), (#""open\""#, 23), (#""a"b"#, 26), ("'1 2'", 23),
  ])
  func damageIsTold(written: String, column: Int) {
    let message = refusal(of: "client=a op=set x=1 v=\(written)", ReadOptions(format: "logfmt"))
    #expect(message.hasPrefix("h:1:\(column): "), "\(message)")
    // Without the format's name as well.
    #expect(refusal(of: "client=a op=set x=1 v=\(written)").hasPrefix("h:1:\(column): "))
  }

  /// A byte of another encoding is told with its place.
  @Test func otherEncodings() {
    let bytes = Array("client=a op=set value=".utf8) + [0xE9]
    #expect(refusal(of: bytes, ReadOptions(format: "logfmt")).hasPrefix("h:1:23: "))
  }
}
