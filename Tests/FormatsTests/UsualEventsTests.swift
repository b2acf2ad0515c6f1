import Base
import Histories
import TestSupport
import Testing

@testable import Formats

@Suite("EDN's events in their usual form")
struct UsualEventsTests {
  /// What events are read as; an error without its column.
  private func outcome(_ events: [String]) -> String {
    let all = ["{:process 9, :type :invoke, :f :read}"] + events
    let bytes = Array(
      (all.joined(separator: "\n") + "\n; more than any word that is loaded\n").utf8)
    return bytes.withUnsafeBytes { all in
      var reader = EDNReader(all, file: "h", ReadOptions())
      do throws(FormatError) {
        try reader.read()
      } catch {
        // A string that was torn open may show the tab.
        return "line \(error.line): \(error.message)".replacing(#"{\t"#, with: "{")
      }
      let history = reader.finish()
      return columns(history)
    }
  }

  private static let values = [
    "0", "7", "nil", "12345678", "999999999999999", "9999999999999999", "-3", "01", "1.5", "1N",
    "nile", "true", "\"ab\"", "[1 2]", "[1 ", "{}", "#{1}", "#_ 3 4", "#a.Tuple [1 2]", ":a", "}",
  ]

  private func event(_ random: inout SplitMix64) -> String {
    func pick(_ words: [String]) -> String {
      let isPlain = random.next() % 2 == 0
      return words[Int(random.next() % UInt64(isPlain ? min(3, words.count) : words.count))]
    }
    var members = [
      ":process \(pick(["0", "1", "2", "31", ":nemesis", "-1"]))",
      ":type \(pick([":invoke", ":invoke", ":ok", ":info", ":fail", ":okay", "\"ok\""]))",
      ":f \(pick([":read", ":write", ":cas", ":a-long-name", "read", ":a/b", ":start!"]))",
    ]
    for _ in 0..<random.next() % 5 {
      switch random.next() % 8 {
      case 0: members.append(":key \(pick(Self.values))")
      case 1: members.append(":time \(pick(Self.values))")
      case 2: members.append(":node \"n1\"")
      case 3: members.append(":index \(pick(Self.values))")
      default: members.append(":value \(pick(Self.values))")
      }
    }
    if random.next() % 2 == 0 { members.swapAt(0, Int(random.next() % UInt64(members.count))) }
    let text = "{" + members.joined(separator: random.next() % 2 == 0 ? ", " : " ") + "}"
    return random.next() % 6 == 0 ? damaged(text, &random) : text
  }

  @Test("say the same as with a tab in them, which takes the exact walk, damaged or not")
  func agreesWithTheExactWalk() {
    expectSameOfUsualForms(seed: 13, event, exactly: "{\t", outcome)
  }

  @Test(
    "end their values where the exact walk does",
    arguments: [
      "{:process 0 :value 3:type :invoke :f :read}", "{:process 0:value 3 :type :invoke :f :read}",
      "{:process 0 :type :invoke:f :read}", "{:process 0 :type :invoke :f :read:value nil}",
      "{:process 0 :type :invoke :f :read :value nil:time 5}",
      "{:process 0 :type :invoke :f :read :time 5:value nil}",
      "{:process 0 :type :invoke :f :read :index 5:value nil}",
    ])
  func endsOfValues(event: String) {
    let found = outcome([event])
    #expect(found.hasPrefix("line 2: "))
    #expect(found == outcome(["{\t" + event.dropFirst()]))
  }

  @Test("are read in that walk")
  func takesTheWalk() {
    let text = "{:type :ok, :f :read, :value 3, :process 12, :time 55, :index 7}"
    let bytes = Array((text + "\n" + String(repeating: " ", count: 40)).utf8)
    bytes.withUnsafeBytes { all in
      var reader = EDNReader(all, file: "h", ReadOptions())
      let draft = reader.usualEvent()
      #expect(draft?.kind == .ok && draft?.process == .client(12) && draft?.time == 55)
      #expect(reader.extras.count == 1)
      #expect(reader.scanner.position == text.utf8.count)
    }
  }
}
