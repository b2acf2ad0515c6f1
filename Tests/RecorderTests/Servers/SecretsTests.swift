import Base
import Drivers
import Formats
import Foundation
import Glibc
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// Secrets are read where the plan says, told to servers, and written nowhere.
struct SecretsTests {
  private func plan(_ driver: String, _ knobs: [String], endpoints: Bool = true) -> Plan {
    var plan = Plan()
    plan.cluster = driver
    plan.isolation = .loopback
    plan.faults = []
    if endpoints { plan.endpoints = ["127.0.0.1:1"] }
    plan.knobs = knobs
    return plan
  }

  private func failure(_ body: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func aSecretIsReadFromTheEnvironmentOrAFile() throws {
    let path = FileManager.default.temporaryDirectory.path + "/secret-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let environment = ["A=x", "PASS=a=b\"c ", "EMPTY=", "LINES=a\nb"]
    let read = { (place: String) throws(Failure) -> Secret? in
      let secrets = try Secrets.read(plan("redis", ["password=\(place)"]), environment: environment)
      return secrets["password"]
    }
    #expect(try read("env:PASS") == Secret("a=b\"c "))
    for (text, secret) in [("p w", "p w"), ("p w\n", "p w"), ("é\r\n", "é")] {
      try File.replace(path, with: Array(text.utf8))
      #expect(try read("file:\(path)") == Secret(secret))
    }
    #expect(try Secrets.read(plan("redis", []), environment: []) == [:])
    let option = "--knobs password="
    for (place, words) in [
      ("env:NONE", "\(option)env:NONE: the environment has no variable NONE"),
      ("env:EMPTY", "\(option)env:EMPTY: nothing is there, expected the secret alone"),
      (
        "env:LINES",
        "\(option)env:LINES: more than one line of text is there, expected the secret alone"
      ),
    ] {
      #expect(failure { () throws(Failure) in _ = try read(place) } == Failure(.usage, words))
    }
    let missing = Failure(
      .missingInput, "\(option)file:/none: /none: No such file or directory")
    #expect(failure { () throws(Failure) in _ = try read("file:/none") } == missing)
  }

  @Test func aSecretItselfIsRefusedAndNotRepeated() {
    for (plan, words) in [
      (
        plan("redis", ["password=hunter2"]),
        "--knobs password=…: expected where it is, env:NAME or file:PATH; the secret itself does "
          + "not belong on a command line or into a plan"
      ),
      (
        plan("redis", ["pasword=hunter2"]),
        "--knobs pasword=…: redis has no knob “pasword”; it has mode, target, wait, appendfsync, "
          + "downAfter, masterName, user, password, sentinelUser, sentinelPassword; did you mean "
          + "password?"
      ),
      (
        plan("redis", ["password=env:A", "password=hunter2"]),
        "--knobs password=…: “password” is given twice"
      ),
      (
        plan("redis", ["password=env:A"], endpoints: false),
        "--knobs password: the servers that redis is started with here ask nobody who they are; "
          + "it is for --endpoints or --command start=…"
      ),
    ] {
      let found = failure { () throws(Failure) in try plan.validate() }
      #expect(found == Failure(.usage, words))
    }
  }

  /// A service that wants `Authorization: Bearer` with a token, and repeats it in its refusals.
  private static let program = """
    import http.server, sys
    data = {}
    class H(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"
      def say(self, code, body=b""):
        if self.headers["Authorization"] != "Bearer t0p-secret": code = 401
        self.send_response(code); self.send_header("Content-Length", str(len(body)))
        self.end_headers(); self.wfile.write(body)
      def do_GET(self):
        self.say(200, data[self.path]) if self.path in data else self.say(404)
      def do_PUT(self):
        data[self.path] = self.rfile.read(int(self.headers["Content-Length"])); self.say(204)
      def log_message(self, *words): pass
    class S(http.server.ThreadingHTTPServer):
      request_queue_size = 128
    S((sys.argv[1], int(sys.argv[2])), H).serve_forever()
    """

  /// A plan for such a service, which runs while the body does.
  private func withService(
    at index: Int, secret: String, _ body: (OwnCluster) throws -> Void
  ) throws {
    var cluster = try OwnCluster(faults: [])
    defer { cluster.remove() }
    let folder = cluster.folder
    try File.replace(folder + "/token", with: Array("\(secret)\n".utf8))
    try File.replace(folder + "/s.py", with: Array(Self.program.utf8))
    cluster.plan.endpoints = [OwnCluster.address(index) + ":8080"]
    cluster.plan.durationNanoseconds = 300_000_000
    cluster.plan.knobs = [
      "headers=Authorization: Bearer {token}", "token=file:\(folder)/token",
    ]
    let service = try ChildProcess(
      server: "/usr/bin/env",
      arguments: ["python3", "\(folder)/s.py", OwnCluster.address(index), "8080"],
      environment: Environment.variables(), log: folder + "/log")
    defer {
      service.signal(SIGKILL)
      while service.reap() == nil { usleep(1_000) }
    }
    try body(cluster)
  }

  @Test(.needsPython) func aSecretIsToldToTheServersAndWrittenNowhere() throws {
    try withService(at: 21, secret: "t0p-secret") { cluster in
      let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
      #expect(outcome.ok > 0)
      let failed = try File.read(outcome.folder.history).split(separator: 0x0A)
        .map { String(decoding: $0, as: UTF8.self) }.filter { $0.contains("\"fail\"") }
      #expect(failed == [])
      let files = try FileManager.default.subpathsOfDirectory(atPath: outcome.folder.path)
      #expect(files.contains("plan.json5") && files.contains("history.jsonl"))
      for file in files {
        let bytes = FileManager.default.contents(atPath: outcome.folder.path + "/" + file) ?? Data()
        #expect(!String(decoding: bytes, as: UTF8.self).contains("t0p-secret"), "\(file)")
      }
      let plan = try File.read(outcome.folder.plan)
      #expect(String(decoding: plan, as: UTF8.self).contains("token=file:"))
    }
  }

  @Test(.needsPython) func whoIsNotLetInHearsItAtOnce() throws {
    try withService(at: 22, secret: "wr0ng") { cluster in
      let failed = failure { () throws(Failure) in
        _ = try Recording.run(cluster.plan, executable: "/proc/self/exe")
      }
      #expect(failed?.code == .unavailable)
      let words = failed?.message.split(separator: "\n").first.map(String.init)
      #expect(
        words == "http: the servers let nobody in like that (HTTP status 401); see the knobs for "
          + "credentials in “plumbline drivers http”")
    }
  }

  @Test func whatServersRepeatIsHidden() {
    let secrets = ["password": Secret("pass"), "token": Secret("password")]
    var answer = Answer(.unknown("AUTH password pass?"))
    answer.hide(secrets)
    #expect(answer == Answer(.unknown("AUTH (secret) (secret)?")))
    var denied = Answer.denied("no pass")
    denied.hide(secrets)
    #expect(denied == .denied("no (secret)"))
    var read = Answer(.ok("pass"))
    read.hide(secrets)
    #expect(read == Answer(.ok("pass")))
  }
}
