import Foundation
import Glibc
import Testing

/// What is wrong on somebody's first day, and what they are told.
struct BadInputTests {
  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// The error of a run whose servers are not ready, without the line that names its folder.
  private func notReady(_ words: String...) throws -> CommandTests.Ending {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var ending = try CommandTests.run(
      ["test", "--quiet", "--faults", "none", "--mix", "read=1,write=1", "--out", folder.path]
        + words)
    let lines = ending.errors.split(separator: "\n")
    #expect(lines.last?.hasPrefix("  the run's folder is \(folder.path)/") ?? false)
    ending.errors = lines.dropLast().map { "\($0)\n" }.joined()
    return ending
  }

  /// A run against a server that is there already, and what is said of it after 300 ms.
  private func expectNotReady(_ driver: String, at place: String, because cause: String) throws {
    let began = ContinuousClock.now
    let ending = try notReady(
      "--cluster", driver, "--endpoints", place, "--start-limit", "300ms")
    // Not after the usual limit of 40 s.
    #expect(began.duration(to: .now) < .seconds(20))
    let words =
      "plumbline: \(driver): n1 is not ready after 300 ms (\(place)\(cause); --start-limit)\n"
    #expect(ending == .init(code: 69, output: "", errors: words))
  }

  @Test(arguments: [
    ("etcd", "no connection: Connection refused"), ("redis", "Connection refused"),
    ("zookeeper", "Connection refused"),
    ("nats", "its monitor, port 8222: Connection refused"),
    ("consul", "no connection: Connection refused"), ("http", "no connection: Connection refused"),
  ])
  func whereNobodyListensIsSaid(driver: String, cause: String) throws {
    try expectNotReady(driver, at: "127.77.1.2:1", because: ": \(cause)")
  }

  /// A node that the run started has a name as well.
  @Test func aServerThatDoesNotListenIsNamed() throws {
    let ending = try notReady(
      "--cluster", "http", "--nodes", "1", "--isolation", "loopback", "--start-limit", "300ms",
      "--command", "start=exec sleep 60")
    let words = "plumbline: http: n1 is not ready after 300 ms (n1: no connection: "
    #expect(ending.code == 69 && ending.errors.hasPrefix(words), "\(ending.errors)")
  }

  @Test func moreClientsThanOpenFilesAreRefusedBeforeTheStart() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c",
      #"ulimit -n 64; "$0" test -q --clients 200 --cluster http --endpoints "$2" --out "$1""#,
      CommandTests.binary.path, folder.appending(path: "runs").path, "127.0.0.1:1",
    ]
    process.standardError = errors
    try process.run()
    let said = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 69)
    #expect(
      said == "plumbline: 200 clients and 1 node need up to 238 open files, and the limit of this "
        + "process is 64: raise it (ulimit -n 238), or ask for fewer --clients or --nodes\n")
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "runs").path))
  }

  @Test func quietRunsPrintNoSeed() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let words = ["--duration", "500ms", "--nodes", "1", "--faults", "none", "--out", folder.path]
    for command in ["test", "record"] {
      let quiet = try CommandTests.run([command, "--quiet"] + words)
      #expect(quiet.errors == "" && quiet.output.contains("\nfolder     "))
      #expect(!quiet.output.contains("seed"))
      let loud = try CommandTests.run([command] + words)
      #expect(loud.errors.contains(", seed ") && loud.output.contains("\nseed       "))
    }
  }

  @Test func serversThatNeverAnswerAreNamed() throws {
    let listener = try SilentListener()
    defer { listener.close() }
    let place = "127.0.0.1:\(listener.port)"
    try expectNotReady("etcd", at: place, because: " does not answer")
  }

  @Test func theLastWordsOfAServerThatDiesAreShown() throws {
    let ending = try notReady(
      "--cluster", "http", "--nodes", "1", "--isolation", "loopback", "--command",
      "start=echo begun; echo no disk >&2; exit 4")
    #expect(
      ending
        == .init(
          code: 69, output: "",
          errors: """
            plumbline: n1: server exited with code 4 before the cluster was up
              the last lines of its log:
                begun
                no disk

            """))
  }

  @Test(arguments: [
    ("etcd", "it is in the Debian package etcd-server"),
    ("consul", "Debian has no package of it, and --endpoints tests servers that run already"),
  ])
  func aMissingServerIsSaidWithItsPackage(driver: String, hint: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let ending = try CommandTests.run(
      ["test", "--cluster", driver, "--isolation", "loopback", "--faults", "none", "--quiet"]
        + ["--out", folder.path], environment: ["PATH": folder.path])
    #expect(
      ending
        == .init(
          code: 69, output: "",
          errors: "plumbline: the program of a node is not in PATH: \(driver); \(hint)\n"))
  }

  @Test func anErrorNamesItsFileOnce() throws {
    let twice = """
      {"process":0,"type":"invoke","f":"write","value":1}
      {"process":0,"type":"ok","f":"write","value":1}
      {"process":0,"type":"ok","f":"write","value":1}

      """
    #expect(
      try CommandTests.run("check", "-", input: twice)
        == .init(
          code: 65,
          output: "! error        -:3:1: process 0 completes “write” (ok) but has no operation "
            + "open; an invoke must come first (--lone-completions earliest takes it as begun "
            + "before)\n", errors: ""))
  }

  @Test func hugeInputIsNotQuotedWhole() throws {
    let word = String(repeating: "x", count: 100_000)
    let line = #"{"process":0,"type":"\#(word)","f":"write","value":1}"# + "\n"
    let ending = try CommandTests.run("check", "--json", "-", input: line)
    #expect(ending.code == 65)
    #expect(ending.output.hasPrefix(#"{"file":"-","verdict":"error","error":"-:1:21: found \"xxx"#))
    #expect(
      ending.output.hasSuffix(
        #"xxx\" as “type”, expected “invoke”, “ok”, “fail” or “info”"}"# + "\n"))
    #expect(ending.output.utf8.count < 1000)
  }

  @Test func anEmptyHistoryIsNoPass() throws {
    let check = try CommandTests.run("check", "-", input: "")
    #expect(check.code == 3 && check.output.hasPrefix("? inconclusive -  "))
    #expect(check.output.contains("\n  - the history holds no operation, so nothing was checked\n"))
    #expect(check.errors.isEmpty)
    let explain = try CommandTests.run("explain", "-", input: "")
    #expect(explain.output.hasSuffix("\n\n  Nothing to explain: the history holds no operation.\n"))
    let page = try CommandTests.run("report", "-", "-o", "-", input: "")
    #expect(page.output.contains("<p class=\"verdict inconclusive\""))
  }

  @Test func aPageOfStandardInputNeedsAPlace() throws {
    #expect(
      try CommandTests.run("report", "-")
        == .init(
          code: 64, output: "",
          errors: "plumbline: report of standard input needs --output FILE (- is standard output)\n"
        ))
  }

  @Test(arguments: [
    ("{\n  nodes: 3,,\n}", "2:12: found “,”, expected a name"),
    ("{", "1:2: found the end of the text, expected a name"),
    ("{nodess: 3}", "1:2: there is no option “nodess”; did you mean nodes?"),
    ("{nodes: 3, nodes: 4}", "1:12: “nodes” is given twice"),
  ])
  func aBrokenPlanIsNamedWithLineAndColumn(text: String, message: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = folder.appending(path: "plan.json5").path
    try text.write(toFile: plan, atomically: true, encoding: .utf8)
    #expect(
      try CommandTests.run("test", "--plan", plan, "--dry-run")
        == .init(code: 65, output: "", errors: "plumbline: \(plan):\(message)\n"))
  }

  @Test(arguments: [
    (["faults", "kil"], "fault “kil”"), (["drivers", "ectd"], "driver “ectd”"),
    (["workloads", "x"], "workload “x”"), (["protocols", "rat"], "protocol “rat”"),
  ])
  func aListingRefusesANameItHasNot(words: [String], what: String) throws {
    let ending = try CommandTests.run(words)
    #expect(ending.code == 64 && ending.output == "")
    #expect(ending.errors.hasPrefix("plumbline: there is no \(what); there are "))
    let one = try CommandTests.run("workloads", "lock")
    #expect(one.output == "lock\n  one owner at a time\n  model lock\n")
  }

  @Test func runsThatCannotBeKeptNameTheOption() throws {
    let ending = try CommandTests.run("test", "--quiet", "--out", "/dev/null/runs")
    #expect(
      ending
        == .init(
          code: 73, output: "",
          errors: "plumbline: /dev/null/runs: Not a directory; --out says where runs are kept\n"))
  }

  @Test func closedStreamsTakeNothingFromFiles() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", #""$0" test --duration 1s --nodes 3 --faults none --out "$1" <&- >&- 2>&-"#,
      CommandTests.binary.path, folder.path,
    ]
    try process.run()
    process.waitUntilExit()
    // Nobody could be told, and the history is whole.
    #expect(process.terminationStatus == 74)
    #expect(try CommandTests.run("check", folder.appending(path: "latest").path).code == 0)
  }
}

/// Takes connections and says nothing.
private struct SilentListener {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        listen(descriptor, 64)
        getsockname(descriptor, $0, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    try #require(port > 0)
  }

  func close() { Glibc.close(descriptor) }
}
