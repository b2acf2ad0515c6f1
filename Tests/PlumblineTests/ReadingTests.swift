import Base
import Foundation
import Testing

/// What `check` says of files that can be read in two ways, of times, and of folders.
struct ReadingTests {
  private typealias Ending = CommandTests.Ending

  private static let field: String = {
    var folder = CommandTests.root
    while folder.path != "/" {
      let candidate = folder.appending(path: "shared/corpus/field").path
      if File.kind(candidate) == .folder { return candidate }
      folder.deleteLastPathComponent()
    }
    return "shared/corpus/field"
  }()
  private static let hasField = File.kind(field) == .folder

  private func temporary() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try File.makeFolder(folder)
    return folder
  }

  @Test("every recording of its kind has its verdict", .enabled(if: hasField))
  func kinds() throws {
    let table = try String(contentsOfFile: Self.field + "/verdicts.tsv", encoding: .utf8)
    var count = 0
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 4, fields[3].hasPrefix("claims 3") || fields[3].hasPrefix("already")
      else {
        continue
      }
      let ending = try CommandTests.run(
        ["check", "--json"] + fields[1].split(separator: " ").map(String.init)
          + [Self.field + "/" + fields[0]])
      #expect(ending.code == (fields[2] == "violation" ? 1 : 0), "\(fields[0])")
      #expect(ending.output.contains("\"verdict\":\"\(fields[2])\""), "\(fields[0])")
      count += 1
    }
    #expect(count > 15)
  }

  @Test("another order of lines is another option", .enabled(if: hasField))
  func orders() throws {
    let pair = Self.field + "/made/time-backwards-pair.jsonl"
    let refused = try CommandTests.run("check", pair)
    #expect(refused.code == 65)
    #expect(refused.output.contains("--order line"))
    #expect(try CommandTests.run("check", "--order", "line", pair).code == 0)
    let shuffled = Self.field + "/made/edn-index-shuffled.edn"
    #expect(try CommandTests.run("check", "--order", "index", shuffled).code == 0)
    let lines = try CommandTests.run("check", shuffled)
    #expect(lines.code == 1)
    #expect(lines.output.contains("--order index"))
    #expect(try CommandTests.run("check", "--order", "time", shuffled).code == 65)
  }

  @Test("standard input, compressed files and a stream know the orders")
  func ordersEverywhere() throws {
    let text = """
      {"process":1,"type":"invoke","f":"read","value":null,"time":30}
      {"process":1,"type":"ok","f":"read","value":1,"time":40}
      {"process":0,"type":"invoke","f":"write","value":1,"time":10}
      {"process":0,"type":"ok","f":"write","value":1,"time":20}

      """
    #expect(try CommandTests.run("check", "-", input: text).code == 1)
    #expect(try CommandTests.run("check", "--order", "time", "-", input: text).code == 0)
    let followed = try CommandTests.run("check", "--follow", "--order", "time", "-", input: text)
    #expect(followed.code == 64)
    #expect(followed.errors.contains("--order line"))
    #expect(
      try CommandTests.run("check", "--follow", "--order", "line", "-", input: text).code == 1)
    let backwards = """
      {"process":0,"type":"invoke","f":"add","value":1,"time":30}
      {"process":1,"type":"invoke","f":"add","value":1,"time":20}
      {"process":2,"type":"invoke","f":"read","value":null,"time":40}

      """
    let warned = try CommandTests.run(
      "check", "--follow", "--model", "counter", "-", input: backwards)
    #expect(warned.output.contains("the times go backwards"))
    #expect(warned.output.contains("first on line 2"))
    let growing = FileManager.default.temporaryDirectory.appending(
      path: "order-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: growing) }
    try Data(backwards.utf8).write(to: growing)
    let told = try CommandTests.run(
      "check", "--follow", "--until-quiet=100ms", "--model", "counter", growing.path)
    #expect(told.output.contains("the times go backwards, first on line 2"))
  }

  @Test(
    "pairs that may be keys or values are refused with both options, in a stream as well",
    arguments: [[], ["--follow"]])
  func pairs(options: [String]) throws {
    let write = #"{"process":0,"type":"TYPE","f":"write","value":[1,2]}"# + "\n"
    let ambiguous = write.replacing("TYPE", with: "invoke") + write.replacing("TYPE", with: "ok")
    let refused = try CommandTests.run(["check"] + options + ["-"], input: ambiguous)
    #expect(refused.code == 65)
    #expect(refused.output.contains("--keyed or --not-keyed"))
    let read = { (invoked: String) in
      #"{"process":1,"type":"invoke","f":"read","value":\#(invoked)}"# + "\n"
        + #"{"process":1,"type":"ok","f":"read","value":[1,2]}"# + "\n"
    }
    for invoked in ["[1,null]", "null"] {
      let decided = try CommandTests.run(
        ["check", "--json"] + options + ["-"], input: ambiguous + read(invoked))
      #expect(decided.code == 0, "\(decided)")
    }
    let both = try CommandTests.run(
      ["check"] + options + ["-"], input: ambiguous + read("null") + read("[1,null]"))
    #expect(both.code == 65)
  }

  @Test("a folder of runs: each once, Jepsen's own verdict beside ours, the rest counted")
  func folders() throws {
    let root = try temporary()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let edn =
      "{:process 0 :type :invoke :f :read :value nil}\n{:process 0 :type :ok :f :read :value nil}\n"
    for (name, content) in [
      ("a/history.edn", edn), ("a/results.edn", "{:valid? true :linear {:valid? true}}"),
      ("a/jepsen.log", "words"), ("notes.txt", "words"),
    ] {
      try File.makeFolder(root + "/a")
      try File.replace(root + "/" + name, with: Array(content.utf8))
    }
    try FileManager.default.createSymbolicLink(
      atPath: root + "/latest", withDestinationPath: "a")
    try FileManager.default.createSymbolicLink(atPath: root + "/self", withDestinationPath: ".")
    let json = try CommandTests.run("check", "--json", root)
    #expect(json.output.split(separator: "\n").count == 1)
    #expect(json.output.contains(#""recorded":{"valid":true}"#))
    let text = try CommandTests.run("check", root)
    #expect(text.output.contains("Knossos said the same"))
    #expect(json.errors.contains("skipped 1 other file, which is no history"))
  }
}
