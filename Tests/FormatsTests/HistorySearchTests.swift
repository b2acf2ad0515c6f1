import Base
import Foundation
import Histories
import Testing

@testable import Formats

/// A tree of files in a temporary folder.
private struct Tree {
  let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
  static let event = #"{"process":0,"type":"invoke","f":"read"}"# + "\n"

  init(_ files: [String: String], links: [String: String] = [:]) throws {
    for (name, content) in files {
      let path = root + "/" + name
      try File.makeFolder((path as NSString).deletingLastPathComponent)
      try File.replace(path, with: Array(content.utf8))
    }
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: root + "/" + name, withDestinationPath: target)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: root) }

  /// What is found, without the root's name.
  func found(_ arguments: String...) -> [String] {
    let search = HistorySearch(arguments.map { $0.isEmpty ? root : root + "/" + $0 })
    let histories = search.histories.map { history in
      let name = history.path.replacing(root + "/", with: "").replacing(root, with: ".")
      return history.problem == nil ? name : "\(name)!"
    }
    return histories + (search.skipped > 0 ? ["skipped \(search.skipped)"] : [])
  }
}

@Suite("Histories in folders")
struct HistorySearchTests {
  @Test("runs are one history each, whatever else is in them, and the newest is not there twice")
  func runs() throws {
    let tree = try Tree(
      [
        "a/history.jsonl": Tree.event, "a/plan.json5": "{}", "a/run.json": "{}",
        "a/plumbline.log": "words", "a/nodes/n1/trace.jsonl": "{}", "a/faults.jsonl": "{}",
        "b/history.jsonl": Tree.event, "c/plan.json5": "{}", "c/run.json": "{}",
        "c/nodes/n1/server.log": "words", "notes.txt": "words", "list.json": "[1]",
      ], links: ["latest": "b", "self": ".", "a/again": ".."])
    defer { tree.remove() }
    #expect(tree.found("") == ["a/history.jsonl", "b/history.jsonl", "c!", "skipped 2"])
    #expect(tree.found("latest") == ["latest/history.jsonl"])
    #expect(
      tree.found("a", "b", "latest", "") == [
        "a/history.jsonl", "b/history.jsonl", "c!", "skipped 2",
      ])
    #expect(HistorySearch([tree.root]).histories[2].problem?.code == .inconclusive)
    #expect(
      HistorySearch([tree.root]).skippedWords == "skipped 2 other files, which are no histories")
  }

  @Test("each file once, also through links that form a circle")
  func links() throws {
    let tree = try Tree(
      ["x/one.jsonl": Tree.event, "x/y/two.edn": "{:process 0 :type :invoke :f :read}\n"],
      links: [
        "x/self": ".", "x/y/up": "..", "three.jsonl": "x/one.jsonl", "x/gone.jsonl": "nowhere",
      ])
    defer { tree.remove() }
    #expect(tree.found("") == ["x/one.jsonl", "x/y/two.edn", "skipped 1"])
    #expect(tree.found("three.jsonl", "x/one.jsonl") == ["three.jsonl"])
    #expect(
      tree.found("x/self/self", "x") == [
        "x/self/self/one.jsonl", "x/self/self/y/two.edn", "skipped 1",
      ])
  }

  @Test("test.jepsen is a history by itself, and comes before the text unless it is empty")
  func jepsenTest() throws {
    let operations: [(String, String, Fressian)] = [("invoke", "write", .int(1))]
    var empty = JepsenFile()
    empty.add(1, .null)
    empty.add(2, JepsenTestTests.test)
    let tree = try Tree([:])
    defer { tree.remove() }
    for (name, bytes) in [
      ("a/test.jepsen", JepsenTestTests.file(operations)), ("a/history.txt", []),
      ("b/test.jepsen", empty.closed(root: 2)),
      ("b/jepsen.log", Array("0\t:invoke\t:read\tnil\n".utf8)),
      ("c/test.jepsen", JepsenTestTests.file(operations)), ("d/test.jepsen", [1]),
    ] as [(String, [UInt8])] {
      let folder = tree.root + "/" + name.prefix(1)
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(filePath: tree.root + "/" + name))
    }
    #expect(tree.found("") == ["a/test.jepsen", "b/jepsen.log", "c/test.jepsen", "skipped 1"])
    #expect(HistorySearch([tree.root + "/a"]).histories[0].kind == .jepsenRun)
    #expect(try HistoryReader.read(HistorySearch([tree.root + "/a"]).histories[0]).count == 1)
    #expect(HistorySearch([tree.root + "/d/test.jepsen"]).histories.count == 1)
  }

  @Test("a run in a Jepsen store is the best of its files, and its results are named")
  func jepsen() throws {
    let edn = "{:process 0 :type :invoke :f :read :value nil}\n"
    let text = "0\t:invoke\t:read\tnil\n"
    let tree = try Tree(
      [
        "t/1/history.edn": edn, "t/1/history.txt": text, "t/1/jepsen.log": text,
        "t/1/results.edn": "{:valid? true}", "t/1/n1/db.log": "words",
        "t/1/independent/0/history.edn": edn,
        "t/2/history.edn": "", "t/2/history.txt": text, "t/2/jepsen.log": text,
        "t/3/jepsen.log": text, "t/3/test.jepsen": "x",
        "u/history.edn": edn, "u/other.edn": edn, "u/deps.edn": "{:deps {}}",
      ], links: ["t/latest": "2", "current": "t/1"])
    defer { tree.remove() }
    #expect(
      tree.found("") == [
        "t/1/history.edn", "t/2/history.txt", "t/3/jepsen.log", "u/history.edn", "u/other.edn",
        "skipped 1",
      ])
    let first = HistorySearch([tree.root]).histories[0]
    #expect(first.kind == .jepsenRun)
    #expect(first.results == tree.root + "/t/1/results.edn")
    #expect(HistorySearch([tree.root + "/t/1/history.edn"]).histories[0].results == first.results)
    #expect(try HistoryReader.read(first).count == 1)
  }

  @Test("the clients of a run of etcd's tests are one history")
  func etcd() throws {
    let put = { (client: Int) in
      #"{"ClientId":\#(client),"Input":{"Type":"txn","Txn":{"Conditions":null,"#
        + #""OperationsOnSuccess":[{"Type":"put-operation","Put":{"Key":"a","#
        + #""Value":{"Value":"\#(client)","Hash":0}}}],"OperationsOnFailure":null}},"#
        + #""Call":\#(client),"Output":{"Txn":{"Failure":false,"Results":[{}]},"#
        + #""Revision":\#(client + 1),"Error":""},"Return":\#(client + 9)}"#
    }
    let tree = try Tree([
      "r/client-2/operations.json": put(2), "r/client-1/operations.json": put(1) + "\n",
      "r/client-10/operations.json": put(10), "r/client-1/watch.json": "{}",
      "r/server-0/x.log": "x",
      "s/client-1.json": put(1), "s/client-2.json": put(2),
    ])
    defer { tree.remove() }
    #expect(tree.found("") == ["r", "s", "skipped 1"])
    let found = HistorySearch([tree.root]).histories
    #expect(found[0].kind == .etcdClients)
    #expect(
      found[0].parts.map { $0.split(separator: "/").suffix(2).joined(separator: "/") } == [
        "client-1/operations.json", "client-2/operations.json", "client-10/operations.json",
      ])
    // All three are there, and show that others are missing.
    #expect(try HistoryReader.read(found[0]).unchecked["txn"] == 3)
  }

  @Test("a folder without a history says so, and one that cannot be read does not hide others")
  func nothing() throws {
    let tree = try Tree(["notes.md": "x", "a.log": "2020 INFO x"])
    defer { tree.remove() }
    #expect(tree.found("") == [".!", "skipped 2"])
    let problem = HistorySearch([tree.root]).histories[0].problem
    #expect(problem?.code == .missingInput)
    #expect(problem?.message.contains("no history in this folder") == true)
    // A file that is named is read, whatever it is called.
    #expect(tree.found("notes.md") == ["notes.md"])
    #expect(tree.found("gone") == ["gone"])
    #expect(HistorySearch(["-", "-"]).histories.map(\.path) == ["-", "-"])
  }

  @Test("damaged histories are not skipped")
  func damaged() throws {
    let tree = try Tree([
      "a.jsonl": "\u{1}garbage\n", "b.jsonl": "", "c.edn": "}{", "d.json": "{\"a\":1}",
    ])
    defer { tree.remove() }
    #expect(tree.found("") == ["a.jsonl", "b.jsonl", "c.edn", "skipped 1"])
  }
}

@Suite("Verdicts that Jepsen recorded")
struct RecordedVerdictTests {
  private func verdict(_ text: String) throws -> RecordedVerdict? {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try File.replace(path, with: Array(text.utf8))
    defer { unlink(path) }
    return try RecordedVerdict.read(path)
  }

  @Test(
    "Knossos's analyses count where there are any, else the test",
    arguments: [
      ("{:valid? true}", true, false), ("{:valid? false, :perf {:valid? true}}", false, false),
      ("{:valid? :unknown}", nil, false),
      (
        "{:valid? false, :stats {:valid? false}, :linear {:valid? true, :analyzer :linear}}", true,
        true
      ),
      (
        "{:valid? false :results {0 {:linear {:valid? true}} 1 {:w {:valid? false :configs ()}}}}",
        false, true
      ),
      ("{:valid? :unknown :a {:linearizable {:valid? :unknown :error :oom}}}", nil, true),
    ]) func reads(text: String, valid: Bool?, isLinear: Bool) throws
  {
    #expect(try verdict(text) == RecordedVerdict(valid: valid, isOfLinearizability: isLinear))
  }

  @Test func whatHoldsNoVerdict() throws {
    #expect(try verdict("{:a 1}") == nil)
    #expect(try verdict("[]") == nil)
    #expect(throws: Failure.self) { try verdict("{:valid?") }
  }

  @Test func words() {
    let knossos = RecordedVerdict(valid: true, isOfLinearizability: true)
    #expect(knossos.words(beside: true) == "results.edn: Knossos said the same")
    #expect(
      knossos.words(beside: false)
        == "results.edn: Knossos said that it is valid, which differs from this verdict")
    #expect(knossos.json.description == #"{"valid":true}"#)
    let unknown = RecordedVerdict(valid: nil, isOfLinearizability: false)
    #expect(
      unknown.words(beside: true) == "results.edn: Jepsen, of the test as a whole, did not know")
    #expect(unknown.json.description == #"{"valid":"unknown"}"#)
  }
}
