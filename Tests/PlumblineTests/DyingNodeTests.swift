import Foundation
import TestMachine
import Testing

/// `plumbline test` of a node that ends by itself: what clients saw until then is judged.
struct DyingNodeTests {
  /// A node that ends after so many requests; a register, or one that loses every write.
  private static let node = """
    #!/usr/bin/env python3
    import json, sys
    limit, keeps = int(sys.argv[1]), sys.argv[2] == "keep"
    me, held = None, {}
    for line in sys.stdin:
      message = json.loads(line); body = message["body"]; kind = body["type"]
      def reply(**words):
        words["in_reply_to"] = body["msg_id"]
        print(json.dumps({"src": me, "dest": message["src"], "body": words}), flush=True)
      if kind == "init":
        me = body["node_id"]; reply(type="init_ok"); continue
      if limit == 0: sys.exit(3)
      if sys.argv[2] == "silent": continue
      limit -= 1
      key = json.dumps(body["key"])
      if kind == "write":
        if keeps: held[key] = body["value"]
        reply(type="write_ok")
      elif key not in held: reply(type="error", code=20, text="no such key")
      elif kind == "read": reply(type="read_ok", value=held[key])
      elif held[key] != body["from"]: reply(type="error", code=22, text="another value")
      else: held[key] = body["to"]; reply(type="cas_ok")

    """

  private func test(_ limit: Int, _ kind: String, _ options: [String] = ["--duration", "20s"])
    throws -> (
      ending: CommandTests.Ending, verdict: String, files: Set<String>
    )
  {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "dying-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appending(path: "node.py")
    try Data(Self.node.utf8).write(to: script)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: script.path)
    let ending = try CommandTests.run(
      [
        "test", "--node", script.path, "--nodes", "1", "--faults", "none",
        "--clients", "4", "--no-stop-on-violation", "--seed", "7", "--out",
        folder.appending(path: "runs").path,
      ] + options + ["--", "\(limit)", kind])
    let run = folder.appending(path: "runs/latest")
    let verdict = try? String(contentsOf: run.appending(path: "verdict.json"), encoding: .utf8)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: run.resolvingSymlinksInPath().path)
    return (ending, verdict ?? "", Set(files))
  }

  @Test(.needsPython) func whatItHadLostIsAViolation() throws {
    let (ending, verdict, files) = try test(200, "lose")
    #expect(ending.code == 1, "\(ending)")
    #expect(ending.errors.contains("n1 exited with code 3"))
    #expect(verdict.contains(#""verdict":"violation""#))
    #expect(verdict.contains("it was ended by an error: n1 exited with code 3"))
    #expect(files.contains("report.html"))
  }

  @Test(.needsPython) func withoutOneTheRunIsInconclusive() throws {
    let (ending, verdict, files) = try test(200, "keep")
    #expect(ending.code == 3, "\(ending)")
    #expect(verdict.contains(#""verdict":"inconclusive""#))
    #expect(verdict.contains("it was ended by an error: n1 exited with code 3"))
    #expect(files.contains("report.html"))
  }

  /// No budget ran out, and there was no fault.
  @Test(.needsPython) func whoNeverSaysAWordIsToldSo() throws {
    let (ending, verdict, _) = try test(
      9, "silent", ["--duration", "500ms", "--timeout", "100ms", "--recovery-limit", "500ms"])
    #expect(ending.code == 69, "\(ending)")
    #expect(ending.output.contains("nobody ever answered, so nothing was checked"))
    #expect(ending.output.contains("within 500 ms of the clients' end"))
    #expect(verdict.contains(#""reason":"the outcome of every operation is unknown"#))
  }

  @Test(.needsPython) func whoNeverAnsweredWasNeverThere() throws {
    let (ending, verdict, _) = try test(0, "keep")
    #expect(ending.code == 69, "\(ending)")
    #expect(verdict == "")
  }
}
