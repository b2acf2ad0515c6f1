import Base
import Drivers
import Formats
import Foundation
import Glibc
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// Servers on other machines: this one, through an ssh server of the test's own.
struct HostsTests {
  /// A plan for two hosts that an ssh server answers for.
  func withHosts(
    _ faults: [String], _ first: Int, _ body: (inout OwnCluster) throws -> Void
  ) throws {
    var cluster = try OwnCluster(faults: faults)
    defer { cluster.remove() }
    let hosts = [OwnCluster.address(first), OwnCluster.address(first + 1)]
    let ssh = try LocalSSH(cluster.folder, hosts: hosts)
    cluster.plan.hosts = hosts
    cluster.plan.ssh = ssh.client
    cluster.plan.hostFolder = cluster.folder + "/on the host"
    cluster.plan.commands = [
      UserCommand("start", "exec \(OwnCluster.program) {address} {port} \"{data}/kv\"")
    ]
    try body(&cluster)
    withExtendedLifetime(ssh) {}
  }

  /// What names the folder of the hosts: the servers and the shells that keep them.
  func servers(_ cluster: OwnCluster) -> [pid_t] {
    cluster.running().filter { id in
      let bytes = (try? File.read("/proc/\(id)/cmdline")) ?? []
      return String(decoding: bytes, as: UTF8.self).contains("/on the host")
    }
  }

  @Test(.needsPython, LocalSSH.works) func everyFaultIsMadeThereVerifiedAndUndone() throws {
    try withHosts(["kill", "stop", "pause", "wipe"], 11) { cluster in
      // However short: a fault lasts until the host has said what it did.
      cluster.plan.durationNanoseconds = 3_000_000_000
      cluster.plan.faultIntervalNanoseconds = 700_000_000
      let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
      #expect(outcome.record.problems == [])
      let evidence = ["kill": "gone", "stop": "gone", "pause": "stopped", "wipe": "emptied"]
      let steps = try OwnCluster.steps(outcome.folder)
      for step in steps {
        let name = String(step.prefix { $0 != ":" })
        let words = "{\"\(evidence[name] ?? "")\":1,\"by\":\"the host\"}"
        #expect(step == "\(name): planned, done, verified \(words), undone")
      }
      #expect(steps.count >= 3)
      #expect(servers(cluster) == [])
      let run = outcome.folder.path.split(separator: "/").last ?? ""
      #expect(
        try File.names(in: "\(cluster.plan.hostFolder)/\(run)").sorted() == ["n1", "n2"])
    }
  }

  /// It is killed while a server is stopped, and the shell there is asked for its state again and
  /// again.
  @Test(.needsPython, LocalSSH.works, DyingRecorderTests.isBuilt)
  func aRecorderThatIsKilledLeavesNothingOnTheHosts() throws {
    try withHosts(["pause"], 13) { cluster in
      cluster.plan.durationNanoseconds = 60_000_000_000
      cluster.plan.faultIntervalNanoseconds = 600_000_000
      cluster.plan.stopsOnViolation = false
      let file = cluster.folder + "/plan.json5"
      try File.replace(file, with: Array(cluster.plan.json5.utf8))
      let child = try ChildProcess(
        server: DyingRecorderTests.command, arguments: ["record", "--plan", file],
        environment: Environment.variables(), log: cluster.folder + "/log")
      let faults = cluster.plan.out + "/latest/faults.jsonl"
      let isStopped = waits {
        String(decoding: (try? File.read(faults)) ?? [], as: UTF8.self)
          .contains("\"verified\"")
      }
      #expect(isStopped)
      #expect(!servers(cluster).isEmpty)
      child.end()
      #expect(waits { servers(cluster).isEmpty })
    }
  }

  func failure(_ plan: Plan) -> String {
    do throws(Failure) {
      _ = try Recording.run(plan, executable: "/proc/self/exe")
      return "no failure"
    } catch {
      #expect(error.code == .unavailable)
      return error.message
    }
  }

  @Test(LocalSSH.works) func whatAHostLacksIsAMessageBeforeAnythingStarts() throws {
    try withHosts([], 15) { cluster in
      let host = cluster.plan.hosts[0]
      cluster.plan.hostFolder = "/dev/null/x"
      #expect(
        failure(cluster.plan) == "--hosts \(host): /dev/null/x cannot be written (--host-folder)")
      cluster.plan.hosts[0] = OwnCluster.address(99)
      let message = failure(cluster.plan)
      #expect(message.hasPrefix("--hosts \(OwnCluster.address(99)): ssh cannot log in: ssh: "))
      #expect(message.hasSuffix(": Connection refused"))
      #expect(File.kind(cluster.plan.out) == .nothing)
    }
  }

  /// A host that does not answer is not waited for by somebody who has changed their mind.
  @Test func theTrialOfAHostIsInterrupted() throws {
    var plan = Plan()
    plan.cluster = "etcd"
    plan.hosts = ["nowhere"]
    plan.ssh = "sleep 60; ssh"
    #expect(throws: Failure(.terminated, "interrupted before anything began")) {
      try HostTrial.require(plan, clock: MonotonicClock(), signal: { SIGTERM })
    }
  }

  @Test func aHostThatDoesNotAnswerIsGivenUpAfterTheStartLimit() throws {
    var plan = Plan()
    plan.cluster = "etcd"
    plan.hosts = ["nowhere"]
    plan.ssh = "sleep 60; ssh"
    plan.startLimitNanoseconds = 200_000_000
    let clock = MonotonicClock()
    #expect(
      throws: Failure(
        .unavailable, "--hosts nowhere: no answer within 200 ms (--start-limit)")
    ) { try HostTrial.require(plan, clock: clock, signal: { nil }) }
    #expect(clock.now < 10_000_000_000)
  }

  @Test func theScriptOfTheTrialNamesWhatIsMissing() throws {
    let target = HostsTarget(
      driver: try #require(Drivers.named("redis")), hosts: [], ssh: "ssh", folder: "/tmp")
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", HostTrial.script(target, ["sh", "no such program"])]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 3)
    let said = pipe.fileHandleForReading.readDataToEndOfFile()
    #expect(String(decoding: said, as: UTF8.self) == "no such program\n")
  }
}
