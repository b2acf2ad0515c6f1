import Base
import Checker
import Findings
import Formats
import Foundation
import Histories
import Report
import TestSupport
import Testing

@Suite struct HTMLReportTests {
  private func page(
    _ history: History, _ result: CheckResult?, title: String = "y.jsonl", info: RunInfo? = nil,
    shortcomings: [String] = []
  ) throws -> String {
    let findings = try Sample.findings(history, result, run: info, lacks: shortcomings)
    return String(decoding: HTMLReport(title: title).page(findings), as: UTF8.self)
  }

  /// The text between two marks, or nil when one is missing.
  private func part(_ text: String, from: String, to: String) -> Substring? {
    guard let start = text.firstRange(of: from) else { return nil }
    guard let end = text[start.upperBound...].firstRange(of: to) else { return nil }
    return text[start.upperBound..<end.lowerBound]
  }

  private func data(_ page: String) throws -> JSON {
    let text = try #require(
      part(page, from: "<script type=\"application/json\" id=\"data\">", to: "</script>"))
    return try JSONParser.parse(String(text))
  }

  @Test func quorumsAreShownWhereTheHistoryNamesThem() throws {
    let lines = """
      {"plumbline":1,"model":"register","nodes":["n1","n2","n3"]}
      {"process":0,"type":"invoke","f":"write","value":1}
      {"process":0,"type":"ok","f":"write","value":1,"acks":["n1","n2"]}
      {"process":1,"type":"invoke","f":"read","value":null}
      {"process":1,"type":"ok","f":"read","value":1,"acks":["n3"]}
      """
    let history = try HistoryReader.read(Array(lines.utf8), file: "y.jsonl")
    let page = try page(history, nil)
    let section = try #require(part(page, from: "<h2 id=\"quorums-title\">", to: "</section>"))
    #expect(section.contains("Broken: quorum, overlap."))
    #expect(section.contains("(line 5)"))
    let bars = section.components(separatedBy: "<g class=\"writes\">").dropFirst()
    let shares = bars.map { part(String($0), from: "\">", to: "%</text>")?.suffix(3) ?? "" }
    #expect(bars.count == 3)
    #expect(shares == ["50 ", "50 ", "50 "])
    let plain = try HistoryReader.read(
      Array(lines.replacing(#/,"acks":[^}]*/#, with: "").utf8), file: "y.jsonl")
    #expect(try !self.page(plain, nil).contains("quorums-title"))
  }

  /// Decodes a column as the page's script does.
  private func column(_ name: String, _ data: JSON) throws -> [Int64] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let text = try #require(data["columns"]?[name]?.string)
    var column: [Int64] = []
    var sum: Int64 = 0
    var value: Int64 = 0
    var shift: Int64 = 0
    for byte in text.utf8 {
      let digit = Int64(try #require(digits.firstIndex(of: byte)))
      value |= (digit & 31) << shift
      shift += 5
      guard digit & 32 == 0 else { continue }
      sum += value & 1 == 1 ? -(value >> 1) : value >> 1
      column.append(sum)
      (value, shift) = (0, 0)
    }
    return column
  }

  @Test func dataComesBack() throws {
    let (history, result) = try Sample.stale()
    let data = try data(try page(history, result))
    #expect(data["axis"] == "rank")
    #expect(data["count"] == 4)
    #expect(data["functions"] == ["write", "cas", "read"])
    #expect(data["keys"] == ["\"x\""])
    #expect(data["processes"] == ["0", "1", "2", "3"])
    #expect(data["labels"] == ["write 1", "write 7 ?", "cas 1→3", "read → 1"])
    #expect(data["culprits"] == [3])
    #expect(data["shown"] == [0, 1, 2, 3])
    #expect(try column("start", data) == [0, 1, 3, 5])
    #expect(try column("length", data) == [2, 5, 1, 2])
    #expect(try column("outcome", data) == [0, 2, 0, 0])
    #expect(try column("line", data) == [1, 2, 4, 6])
    #expect(try column("process", data) == [0, 1, 2, 3])
  }

  @Test func whoTakesOverAfterUnknownSharesTheLane() throws {
    let history = try History.text(
      """
      0 invoke write 1
      1 invoke write 2
      0 info write 1
      10 invoke write 3
      1 ok write 2
      10 ok write 3
      2 invoke read nil
      """)
    let data = try data(try page(history, nil))
    #expect(data["processes"] == ["0 +1", "1", "2"])
    #expect(try column("lane", data) == [0, 1, 0, 2])
    #expect(try column("length", data) == [2, 3, 2, -1])
  }

  @Test func loadsNothing() throws {
    let (history, result) = try Sample.stale()
    let page = try page(history, result, info: Sample.info)
    for scheme in ["http://", "https://", "url(", "src=", "@import", "innerHTML", "fetch("] {
      #expect(!page.contains(scheme), "\(scheme)")
    }
    #expect(page.contains("default-src 'none'"))
    #expect(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    #expect(page.hasSuffix("</script>\n</body>\n</html>\n"))
  }

  @Test func aFaultIsDrawnFromItsStartWheneverItWasVerified() throws {
    let history = try History.text(
      """
      nemesis info start-kill
      0 invoke write 1
      nemesis info verified-kill
      0 ok write 1
      nemesis info stop-kill
      nemesis info start-kill
      """)
    let faults = try data(try page(history, nil))["faults"]
    #expect(
      faults == [
        ["name": "kill", "start": 0, "end": 4, "verified": true, "detail": ""],
        ["name": "kill", "start": 5, "end": 5, "verified": false, "detail": ""],
      ])
  }

  @Test func valuesNeverBecomeMarkup() throws {
    let evil = "</script><script>alert(1)</script><img/onerror='x'>&\"<!--"
    var builder = HistoryBuilder()
    let function = builder.function(evil)
    let key = builder.values.intern(string: evil)
    for kind in [Event.Kind.invoke, .ok] {
      builder.keep("node", key)
      try builder.add(
        Event(
          kind, process: .client(0), function: function, key: key, value: key,
          line: builder.eventCount + 1))
    }
    let fault = builder.function("start-" + evil)
    try builder.add(Event(.info, process: .nemesis, function: fault, value: key, line: 3))
    let history = builder.build()
    let plain = try Sample.stale()
    let violation = Violation(
      key: key, operations: [0], isMinimal: true, culprit: 0,
      dilemmas: [
        Dilemma(state: evil, path: [0], refusals: [Refusal(operation: 0, reason: evil)])
      ], omittedDilemmas: 0, explanation: evil)
    var info = Sample.info
    info.name = evil
    info.cluster = evil
    info.replayCommand = evil
    info.plan = evil
    info.problems = [evil]
    var result = Sample.result(.violation, history, violations: [violation])
    result.claim.model = evil
    let page = try page(history, result, title: evil, info: info, shortcomings: [evil])
    let reference = try self.page(plain.0, plain.1)
    let count = { (text: String, mark: String) in text.split(separator: mark).count }
    for mark in ["<script", "</script", "<img", "<!--"] {
      #expect(count(page, mark) == count(reference, mark), "\(mark)")
    }
    #expect(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"))
    #expect(try data(page)["count"] == 1)
  }

  @Test func verdictIsText() throws {
    let history = try History.text("0 invoke write 1\n0 ok write 1")
    let verdict = { (page: String) in
      self.part(page, from: "role=\"status\"><b>", to: "</span></p>").map(String.init)
    }
    #expect(
      verdict(try page(history, Sample.result(.holds, history)))
        == "✓ Linearizable</b><span>An order explains everything that the clients saw.")
    #expect(
      verdict(try page(history, Sample.result(.holds, history), shortcomings: ["too few"]))
        == "? Inconclusive</b><span>Nothing wrong was seen, but too little was exercised or "
        + "checked to mean anything.")
    #expect(
      verdict(try page(history, nil))
        == "• Recorded</b><span>The history was recorded and not checked.")
    let undecided = Undecided(
      key: ValueTable.none, reason: .cancelled, deepest: 7, explained: 0, completions: 1,
      mostOpen: 1)
    let unsure = try page(history, Sample.result(.undecided, history, undecided: [undecided]))
    #expect(
      verdict(unsure)
        == "? Undecided</b><span>The budget ran out before the answer was known.")
    #expect(unsure.contains("<h2>Undecided: 1 key</h2>"))
  }

  @Test func drawingOfTheCounterexample() throws {
    let (history, result) = try Sample.stale()
    let svg = try #require(part(try page(history, result), from: "<g ", to: "</svg>"))
    #expect(
      svg.split(separator: "<g ").map { $0.prefix { $0 != ">" } } == [
        "class=\"closed\"", "class=\"open\"", "class=\"closed\"", "class=\"culprit\"",
      ])
  }

  @Test func totalOnOddHistories() throws {
    let long = String(repeating: "é", count: 500_000)
    let wide = (0..<1000).map { "\($0) invoke write \($0)" }.joined(separator: "\n")
    for text in ["", "0 invoke read nil\n0 ok read 3", "0 invoke write \(long)", wide] {
      let history = try History.text(text)
      let violation = Sample.violation(Array(-1..<1001), culprit: 0)
      let page = try page(history, Sample.result(.violation, history, violations: [violation]))
      #expect(try data(page)["count"] == JSON(history.count))
      #expect(page.utf8.count < 200_000)
    }
  }

  @Test func timesThatRunBackwardsGiveRanks() throws {
    for (times, axis) in [
      ([0, 5, 9], "time"), ([0, 5, 4], "rank"), ([0, Event.noTime, 4], "rank"),
      ([0, 5, Int64.max], "rank"), ([Int64.min + 1, 0, 5], "rank"), ([3, 3, 3], "rank"),
    ] {
      var builder = HistoryBuilder()
      let function = builder.function("read")
      for (index, time) in times.enumerated() {
        try builder.add(
          Event(
            [.invoke, .ok, .invoke][index], process: .client(0), function: function,
            time: Int64(time), line: index + 1))
      }
      let history = builder.build()
      #expect(try data(try page(history, nil))["axis"] == .string(axis), "\(times)")
    }
  }

  @Test func fiftyThousandOperationsStaySmall() throws {
    let history = try Sample.large(50_000)
    let page = try page(history, Sample.result(.holds, history), info: Sample.info)
    #expect(page.utf8.count < 2_000_000)
    let data = try data(page)
    #expect(data["axis"] == "time")
    #expect(data["faults"]?[0]?["verified"] == true)
    let starts = try column("start", data)
    let unit = try #require(data["unit"]?.integer)
    #expect(starts == history.invokedTime.map { $0 / unit })
  }
}

extension JSON {
  fileprivate subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
}
