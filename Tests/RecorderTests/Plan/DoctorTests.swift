import Sandbox
import Testing

@testable import Experiments
@testable import Recorder

/// What a machine allows, from what was tried on it.
struct DoctorTests {
  /// A machine that has everything but those.
  func machine(without missing: [String]) -> [Capability] {
    ["namespaces", "veth", "packets", "bridge", "nft", "fuse", "compiler"].map {
      Capability(name: $0, purpose: "", obstacle: missing.contains($0) ? "refused" : nil)
    }
  }

  func best(without missing: [String]) -> String {
    let best = Isolation.best(on: machine(without: missing))
    return ([best.isolation.rawValue] + best.obstacles).joined(separator: "; ")
  }

  @Test func packetSocketsThenRulesThenLoopback() {
    #expect(best(without: []) == "sandbox")
    #expect(best(without: ["bridge", "nft"]) == "sandbox")
    #expect(best(without: ["packets"]) == "rules; packets: refused")
    #expect(
      best(without: ["packets", "bridge"]) == "loopback; packets: refused; bridge: refused")
    #expect(best(without: ["packets", "nft"]) == "loopback; packets: refused; nft: refused")
    #expect(best(without: ["namespaces"]) == "loopback; namespaces: refused")
    #expect(best(without: ["veth"]) == "loopback; veth: refused")
    #expect(Isolation.best(on: []).obstacles == ["no namespaces"])
  }

  @Test func rulesDoWithoutPacketSocketsWhatTheyCan() {
    func possible(_ missing: [String]) -> [String] {
      Faults.all.filter { $0.needsPeers && $0.obstacle(of: machine(without: missing)) == nil }
        .map(\.name)
    }
    let all = ["partition", "loss", "delay", "duplicate", "reorder", "throttle", "corrupt"]
    #expect(possible([]) == all)
    #expect(possible(["bridge", "nft"]) == all)
    #expect(possible(["packets"]) == ["partition", "loss", "throttle"])
    #expect(possible(["packets", "nft"]) == [])
    #expect(possible(["namespaces"]) == [])
    #expect(
      Faults.named("partition")?.obstacle(of: machine(without: ["packets", "nft"]))
        == "packets: refused")
  }

  @Test func whatAPlanInsistsOnMustBeThere() {
    func missing(_ isolation: Isolation, _ faults: [String], without: [String]) -> [String] {
      var plan = Plan()
      plan.cluster = "http"
      plan.commands = [UserCommand("start", "true")]
      plan.isolation = isolation
      plan.faults = faults
      return Doctor.missing(for: plan, machine(without: without))
    }
    #expect(missing(.rules, ["partition"], without: ["packets"]) == [])
    #expect(missing(.loopback, ["kill"], without: ["namespaces"]) == [])
    #expect(
      missing(.rules, ["partition"], without: ["bridge"]) == [
        "--isolation rules: bridge: refused"
      ])
    #expect(
      missing(.sandbox, ["kill"], without: ["packets"]) == [
        "--isolation sandbox: packets: refused"
      ])
    #expect(
      missing(.sandbox, ["delay"], without: ["packets"]) == [
        "--isolation sandbox: packets: refused", "--faults delay: packets: refused",
      ])
  }

  /// Whatever would have been drawn without it.
  @Test func whatAScheduleInsistsOnMustBeThere() throws {
    let text = "{schedule: [{fault: 'slow-disk', start: '1s', stop: '2s'}]}"
    var plan = try Plan(reading: Array(text.utf8), file: "plan.json5")
    plan.cluster = "http"
    plan.commands = [UserCommand("start", "true")]
    plan.isolation = .sandbox
    plan.faults = ["delay"]
    #expect(Doctor.missing(for: plan, machine(without: [])) == [])
    #expect(
      Doctor.missing(for: plan, machine(without: ["fuse"])) == [
        "--schedule: slow-disk: fuse: refused"
      ])
  }
}
