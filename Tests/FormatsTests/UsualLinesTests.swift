import Base
import Histories
import TestSupport
import Testing

@testable import Formats

@Suite("Lines in their usual form")
struct UsualLinesTests {
  /// What lines are read as, ids included; an error without its column.
  private func outcome(_ lines: [String]) -> String {
    // Functions are known and the buffer does not end with the line, or the exact walk is taken.
    let known = ["read", "write", "cas"].enumerated().map { place, name in
      #"{"process":\#(90 + place),"type":"invoke","f":"\#(name)"}"#
    }
    let all = known + lines + ["# more than any word that is loaded"]
    let bytes = Array((all.joined(separator: "\n") + "\n").utf8)
    return bytes.withUnsafeBytes { all in
      do throws(FormatError) {
        var reader = JSONLinesReader(file: "h")
        _ = try reader.read(lines: all)
        let history = try reader.finish()
        return columns(history) + "\(history.key) \(history.input) \(history.output)"
      } catch {
        return "line \(error.line): \(error.message)"
      }
    }
  }

  private static let values = [
    "0", "7", "12345678", "123456789", "999999999999999", "9999999999999999", "-3", "01", "1.5",
    "1e3", "1-", "null", "nul", "true", "\"ab\"", "\"abcdefgh\"", "\"a\\n\"", "[1,2]", "[1,", "{}",
    "\"é\"",
  ]

  private func line(_ random: inout SplitMix64) -> String {
    func pick(_ words: [String]) -> String {
      let isPlain = random.next() % 2 == 0
      return words[Int(random.next() % UInt64(isPlain ? min(3, words.count) : words.count))]
    }
    let kind = pick(["invoke", "invoke", "ok", "info", "fail", "okay"])
    var text = "{\"process\":\(pick(["0", "1", "2", "31", "\"nemesis\""]))"
    text += ",\"type\":\"\(kind)\",\"f\":\"\(pick(["read", "write", "cas", "a-long-name"]))\""
    for _ in 0..<random.next() % 5 {
      switch random.next() % 8 {
      case 0: text += ",\"key\":\(pick(Self.values))"
      case 1: text += ",\"time\":\(pick(Self.values))"
      case 2: text += ",\"node\":\"n1\""
      case 3: text += ", \"time\" : 5"
      default: text += ",\"value\":\(pick(Self.values))"
      }
    }
    text += "}"
    return random.next() % 6 == 0 ? damaged(text, &random) : text
  }

  @Test("say the same as with a space in them, which takes the exact walk, damaged or not")
  func agreesWithTheExactWalk() {
    expectSameOfUsualForms(seed: 11, line, exactly: "{ ", outcome)
  }

  @Test("are read to the last byte of a buffer")
  func endsOfBuffers() {
    let line = #"{"process":3,"type":"invoke","f":"write","value":12,"time":7}"#
    for last in ["", "\n", "\n\n", "\n#", "\n# a comment that is long enough for any word"] {
      let history = try? read(line + last)
      #expect(history?.input.map { history?.values.describe($0) } == ["12"])
      #expect(history?.invokedTime == [7])
    }
  }
}
