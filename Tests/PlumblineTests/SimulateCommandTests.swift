import Foundation
import Testing

/// `plumbline simulate` as its user sees it.
struct SimulateCommandTests {
  /// Runs it with a folder of its own for what it writes.
  private func simulate(
    _ words: [String], _ look: (URL) throws -> Void = { _ in }
  ) throws -> CommandTests.Ending {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let ending = try CommandTests.run(["simulate", "--out", folder.path] + words)
    try look(folder)
    return ending
  }

  @Test(arguments: [
    (["--seeds", "0"], "--seeds 0: expected A..B, such as 1..1000, or how many"),
    (["--seeds", "5..2"], "--seeds 5..2: expected A..B, such as 1..1000, or how many"),
    (["--cluster", "etcd"], "--cluster: only the embedded protocols can be simulated"),
    (["--node", "./x"], "--node: only the embedded protocols can be simulated"),
    (["--snapshots", "500us"], "--snapshots must be 0s, for never, or at least 1ms"),
    (
      ["--faults", "corrupt"],
      "--faults corrupt: simulated messages are values, without bits to turn"
    ),
    (
      ["--seed", "7", "--seeds", "1..3"],
      "--seeds and the one seed of --seed or --plan are two answers to one question"
    ),
    (
      ["--knobs", "election=10ms"],
      "--knobs heartbeat=…: the election time-out (election=…) must be longer"
    ),
    (
      ["--schedule", "[{fault: 'corrupt', start: '1s', stop: '2s'}]"],
      "--schedule: fault 1, corrupt: simulated messages are values, without bits to turn"
    ),
    (
      ["--script", "[{at: '1ms', f: 'read', node: 9}]"],
      "--script: operation 1, read: there is no node 9, the first of 5 is 0"
    ),
  ])
  func whatCannotBeIsRefused(_ words: [String], _ message: String) throws {
    let ending = try simulate(words)
    #expect(ending == .init(code: 64, output: "", errors: "plumbline: \(message)\n"))
  }

  /// What a seed ends with is what its folder is judged to be later.
  @Test(
    arguments: [
      (["--no-swarm", "--duration", "3s"], 0),
      (["--no-swarm", "--duration", "3s", "--min-completed", "100000"], 3),
      (["--no-swarm", "--duration", "3s", "--bug", "stale-reads"], 1),
      (["--no-swarm", "--duration", "3s", "--faults", "none", "--mix", "write=1"], 0),
    ] as [([String], Int32)])
  func aSeedEndsAsItsFolderIsJudged(_ words: [String], _ code: Int32) throws {
    for seed in ["3", "18446744073709551615"] {
      let ending = try simulate(["--seed", seed, "--json"] + words) { folder in
        let check = try CommandTests.run("check", folder.path + "/latest")
        #expect(check.code == code, "\(check.output)\(check.errors)")
        let run = try CommandTests.run("explain", folder.path + "/latest")
        #expect(run.code == code)
      }
      #expect(ending.code == code, "\(ending.output)\(ending.errors)")
    }
  }

  @Test func aCampaignOfWhichNothingCountsIsInconclusive() throws {
    let few = try simulate(["--seeds", "1..3", "--no-canary", "--min-completed", "1000000"])
    #expect(few.code == 3)
    #expect(few.output.contains("too little   3 seeds, the first because "))
    let enough = try simulate(["--seeds", "1..3", "--no-canary", "--duration", "3s"])
    #expect(enough.code == 0)
    #expect(enough.output.contains("✓ no seed failed (3 of 3 count)"))
  }

  /// Cuts are counted where they are asked for, and real nodes make none.
  @Test func cutsAreOfSimulatedClusters() throws {
    let words = ["--seeds", "1..2", "--no-canary", "--duration", "2s"]
    let cuts = try simulate(words + ["--snapshots", "50ms"])
    #expect(cuts.code == 0, "\(cuts.output)\(cuts.errors)")
    let line = try #require(cuts.output.split(separator: "\n").first { $0.hasPrefix("cuts  ") })
    #expect(line.contains(" not claimed, ") && line.hasSuffix(" not completed"))
    #expect(try simulate(words + ["--json"]).output.contains("\"cuts\":null"))
    #expect(!(try simulate(words).output.contains("cuts  ")))
    let single = try simulate(["--seed", "5", "--no-swarm", "--snapshots", "50ms"])
    #expect(single.output.contains("cuts         "))
    let real = try CommandTests.run(["test", "--snapshots", "1s", "--cluster", "etcd"])
    let refusal = "--snapshots is for the embedded protocols: other nodes do not record themselves"
    #expect(real == .init(code: 64, output: "", errors: "plumbline: \(refusal)\n"))
  }

  @Test func aCampaignEndsWithItsBudget() throws {
    let began = Date()
    let ending = try simulate(["--budget", "1s", "--duration", "2s"])
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
    #expect(Date().timeIntervalSince(began) < 60)
    #expect(ending.output.contains("canary"))
  }

  /// A violation is one, whether or not it can be written down.
  @Test func whatCannotBeWrittenDoesNotReplaceTheVerdict() throws {
    let words = ["--bug", "stale-reads", "--seeds", "1..2", "--duration", "2s"]
    let ending = try CommandTests.run(["simulate", "--out", "/dev/null/x"] + words)
    #expect(ending.code == 1)
    #expect(ending.output.contains("✗ 2 of 2 seeds failed"))
    #expect(ending.output.contains("problem: /dev/null"))
  }

  @Test func aFailingCampaignLeavesItsSeedsAndRepeatsThem() throws {
    let words = ["--bug", "stale-reads", "--seeds", "1..3", "--duration", "2s", "--shrink"]
    let ending = try simulate(words) { folder in
      let campaign = folder.appending(path: "latest")
      for name in [
        "campaign.json", "seed-1/verdict.json", "seed-1/report.html", "seed-1/run.json",
        "seed-1/messages.jsonl",
      ] {
        #expect(
          FileManager.default.fileExists(atPath: campaign.appending(path: name).path), "\(name)")
      }
      let shrunk = try #require(
        try FileManager.default.contentsOfDirectory(atPath: campaign.path)
          .first { $0.hasPrefix("shrunk-") })
      let plan = campaign.appending(path: "\(shrunk)/plan.json5").path
      let history = campaign.appending(path: "\(shrunk)/history.jsonl")
      let first = try Data(contentsOf: history)
      let again = try CommandTests.run("simulate", "--plan", plan, "--out", folder.path + "/again")
      #expect(again.code == 1)
      let second = try Data(
        contentsOf: folder.appending(path: "again/latest/history.jsonl"))
      #expect(first == second)
      try explains(campaign.appending(path: shrunk))
    }
    #expect(ending.code == 1)
    #expect(ending.output.contains("smallest of "))
  }

  /// The counterexample of a run is drawn with its messages; without them it is told as ever.
  private func explains(_ folder: URL) throws {
    let whole = try CommandTests.run("explain", folder.path)
    #expect(whole.code == 1)
    #expect(whole.output.contains("leads term 1\n"))
    #expect(whole.output.contains("read begins\n"))
    #expect(whole.output.contains("– cannot be explained\n"))
    #expect(
      try CommandTests.run("explain", "--json", folder.path).output.contains("\"diagram\":{"))
    let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
    #expect(page.contains("<svg role=\"img\" class=\"spacetime\""))

    let messages = folder.appending(path: "messages.jsonl")
    try Data("{\"messages\":1,\"nodes\":[\"n1\"],\"from\":0}\n{\"time\":true}\n".utf8)
      .write(to: messages)
    let damaged = try CommandTests.run("explain", folder.path)
    #expect(damaged.code == 1)
    // Lines are broken where the terminal ends.
    let words = damaged.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("messages.jsonl:2: “time” must be a count"))
    try FileManager.default.removeItem(at: messages)
    let bare = try CommandTests.run("explain", folder.path)
    #expect(bare.code == 1)
    #expect(!bare.output.contains("leads term"))
    #expect(!bare.output.contains("messages.jsonl"))
  }
}
