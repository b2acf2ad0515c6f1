import Foundation
import Testing

/// `plumbline quorum` as its user runs it.
struct QuorumCommandTests {
  private static func shell(_ line: String) throws -> (output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = CommandTests.root
    let folder = CommandTests.binary.deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    process.environment = ["PATH": "\(folder):\(path)", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: text, as: UTF8.self), String(decoding: said, as: UTF8.self))
  }

  /// Every command of the page is run, and shows what the page shows.
  @Test func thePageShowsRealOutput() throws {
    let page = try String(
      contentsOf: CommandTests.root.appending(path: "docs/explanation/quorums.md"),
      encoding: .utf8)
    var commands: [(line: String, output: String)] = []
    var isConsole = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isConsole = line == "```console"
      } else if isConsole, line.hasPrefix("$ ") {
        commands.append((String(line.dropFirst(2)), ""))
      } else if isConsole, !commands.isEmpty {
        commands[commands.count - 1].output += line + "\n"
      }
    }
    #expect(commands.count > 10)
    for command in commands {
      let (output, errors) = try Self.shell(command.line)
      let trimmed = output.drop { $0 == "\n" }.trimmingCharacters(in: .newlines)
      #expect(trimmed == command.output.trimmingCharacters(in: .newlines), "\(command.line)")
      #expect(errors == "", "\(command.line)")
    }
  }

  @Test(arguments: [
    (["--nodes", "65"], "--nodes is 65, expected 1 to 64"),
    (["--nodes", "5", "--read", "9"], "--read is 9, expected 1 to 5, the votes that there are"),
    (["--read", "2"], "how many nodes? --nodes 5 for equal ones, --votes a=3,b=1 for others"),
    (
      ["--reads", ""],
      "--reads: the expression is empty, expected a node such as a or majority(a, b, c)"
    ),
    (
      ["--reads", "a*b + )"],
      "--reads: column 7: found “)”, expected a node, “(”, majority(…), choose(…) or votes(…)\n"
        + "  a*b + )\n        ^"
    ),
    (
      ["--votes", "a=3,a=1"],
      "--votes: column 5: node “a” is given twice\n  a=3,a=1\n      ^"
    ),
    (
      ["--votes", "a=99999999999999999999"],
      "--votes: column 3: found “99999999999999999999”, expected the votes of a, a whole number "
        + "from 0 to 1000000000000\n  a=99999999999999999999\n    ^"
    ),
    (
      ["--nodes", "a,b,c", "--reads", "a*bb"],
      "--reads: column 3: “bb” is no node of this system; did you mean b?\n  a*bb\n    ^"
    ),
    (
      ["--reads", "a", "--votes", "a=1"],
      "--reads is an expression and --votes a number of votes: a system is one or the other"
    ),
    (
      ["--nodes", "3", "--rule", "masking"],
      "--rule masking needs --faults F, the nodes that may lie"
    ),
    (["--nodes", "3", "--change", "joint"], "--change needs --next SYSTEM"),
    (["--nodes", "3", "--time-limit", "3s"], "--time-limit is for quorum search"),
    (["search"], "quorum search needs --nodes or a FILE"),
  ])
  func badInputIsNamed(words: [String], message: String) throws {
    let ending = try CommandTests.run(["quorum"] + words)
    #expect(
      ending == CommandTests.Ending(code: 64, output: "", errors: "plumbline: \(message)\n"))
  }

  @Test func theExitCodeSaysWhetherOverlapsHold() throws {
    #expect(
      try CommandTests.run(["quorum", "--nodes", "5", "--read", "2", "--write", "4"]).code == 0)
    #expect(
      try CommandTests.run(["quorum", "--nodes", "5", "--read", "2", "--write", "3"]).code == 1)
    // Reads meet writes, but writes do not meet writes.
    #expect(
      try CommandTests.run(["quorum", "--nodes", "5", "--read", "4", "--write", "2"]).code == 1)
    #expect(
      try CommandTests.run(
        ["quorum", "--nodes", "5", "--read", "4", "--write", "2", "--rule", "read-write"]
      ).code == 0)
    #expect(try CommandTests.run(["quorum", "no-such-file.json5"]).code == 66)
    let bad = try CommandTests.run(["quorum", "-"], input: "{ nodes: 3, raed: 2 }")
    #expect(bad.code == 65)
    let message =
      "plumbline: -: “raed” is no member of a system, expected nodes, read, write, reads, "
      + "writes, system, votes; did you mean read?\n"
    #expect(bad.errors == message)
  }

  /// Two ballots with nothing in common have no small diagram, and a search may run out of time.
  @Test func aBoundThatIsReachedFirstIsNeitherYesNorNo() throws {
    var random: UInt64 = 1
    func ballot() -> String {
      let votes = (0..<64).map { node in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return "n\(node)=\(1_000_000_000 + random >> 34)"
      }
      return "votes(48000000000, \(votes.joined(separator: ", ")))"
    }
    let reads = "\(ballot()) * \(ballot())"
    let bound = try CommandTests.run(["quorum", "--json", "--reads", reads, "--writes", reads])
    #expect(bound.code == 2 && bound.errors == "")
    let reached = "reached the bound of 1048576 diagram nodes"
    #expect(
      bound.output.hasSuffix(
        "\"holds\":null,\"bounds\":[\"read and write quorums: \(reached)\","
          + "\"availability and strategy: the same bound\"]}\n"))
    let search = try CommandTests.run(
      ["quorum", "search", "--nodes", "9", "--resilience", "8", "--time-limit", "1ns"])
    #expect(search.code == 2 && search.output == "")
  }

  @Test func jsonHasTheKeysOfTheContract() throws {
    let ending = try CommandTests.run(
      ["quorum", "--nodes", "3", "--read", "1", "--write", "2", "--json"])
    #expect(ending.code == 1)
    let expected = [
      #"{"nodes":["n1","n2","n3"],"reads":"n1 + n2 + n3","writes":"majority(n1, n2, n3)","#,
      #""intersects":{"readWrite":{"holds":false,"inequality":false,"#,
      #""witness":[["n3"],["n1","n2"]]},"#,
      #""writeWrite":{"holds":true,"inequality":true,"witness":null}},"#,
      #""minimalReadQuorums":[["n1"],["n2"],["n3"]],"#,
      #""minimalWriteQuorums":[["n1","n2"],["n1","n3"],["n2","n3"]],"#,
      #""minimalReadQuorumCount":3,"minimalWriteQuorumCount":3,"resilience":1,"#,
      #""readResilience":2,"writeResilience":1,"load":0.5,"capacity":2.0,"#,
      #""networkLoad":1.5,"latency":1.0,"availability":0.999702,"#,
    ]
    #expect(ending.output.hasPrefix(expected.joined()))
  }
}
