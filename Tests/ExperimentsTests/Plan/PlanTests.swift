import Base
import Histories
import Testing

@testable import Experiments

/// Plans: printed, read again, refused.
struct PlanTests {
  func failure(_ text: String) -> String {
    do throws(Failure) {
      _ = try Plan(reading: Array(text.utf8), file: "p.json5")
      return "no failure"
    } catch {
      #expect(error.code == .badInput)
      return error.message
    }
  }

  func mistake(_ name: String, _ text: String) -> String {
    guard let option = PlanOption.named(name) else { return "no such option" }
    var plan = Plan()
    do throws(Failure) {
      try option.parse(text, into: &plan)
      return "no failure"
    } catch {
      return error.message
    }
  }

  func refusal(_ change: (inout Plan) -> Void) -> String {
    var plan = Plan()
    change(&plan)
    do throws(Failure) {
      try plan.validate()
      return "no refusal"
    } catch {
      #expect(error.code == .usage)
      return error.message
    }
  }

  @Test func theDefaultsArePossible() throws {
    try Plan().validate()
  }

  @Test func whatIsPrintedIsReadAgain() throws {
    var plan = Plan()
    plan.name = "nightly"
    plan.seed = .max
    plan.nodeCommand = ["./node", "--flag", "a b"]
    plan.rate = 12.5
    plan.mix = WorkloadMix(reading: "read=1,cas=2") ?? WorkloadMix()
    plan.latency.kind = .exponential
    plan.latency.meanNanoseconds = 1_500
    plan.faults = ["kill"]
    plan.targets = [.leader, .all]
    plan.coverage.faults = ["kill"]
    plan.stopsOnViolation = false
    #expect(try Plan(reading: Array(plan.json5.utf8), file: "p.json5") == plan)
    #expect(try Plan(reading: Array("\(plan.json)".utf8), file: "p.json5") == plan)
  }

  @Test func everyOptionReadsItsDefault() throws {
    for option in PlanOption.all {
      var plan = Plan()
      try option.set(option.json(of: plan), in: &plan)
      #expect(plan == Plan(), "\(option.name)")
      guard option.name != "node", option.defaultText != "" else { continue }
      try option.parse(option.defaultText, into: &plan)
      #expect(plan == Plan(), "\(option.name)")
    }
  }

  @Test func namesOfOptionsAreUnique() {
    #expect(Set(PlanOption.all.map(\.name)).count == PlanOption.all.count)
  }

  @Test func whatCannotBeReadIsNamedWithItsPlace() {
    #expect(failure("[]") == "p.json5:1:1: found an array, expected an object of options")
    #expect(failure("{") == "p.json5:1:2: found the end of the text, expected a name")
    #expect(
      failure("{\n  // nodes: 3\n  nodez: 3,\n}")
        == "p.json5:3:3: there is no option “nodez”; did you mean nodes?")
    #expect(
      failure("{ seed: 1, \"nodes\": 0 }")
        == "p.json5:1:12: “nodes”: found 0, expected a whole number from 1 to 64")
    #expect(
      failure("{duration: 15}")
        == "p.json5:1:2: “duration”: found 15, expected a duration such as 500ms or 2s")
    #expect(
      failure("{faults: ['partion']}")
        == "p.json5:1:2: “faults”: there is no “partion”; expected "
        + Faults.all.map(\.name).joined(separator: ", ") + "; did you mean partition?")
    #expect(
      failure("{mix: 'reads=1'}")
        == "p.json5:1:2: “mix”: found “reads=1”, expected weights of read, write and cas, such as "
        + "read=50,write=30,cas=20")
  }

  @Test func theCommandLinesTextIsReadAsThePlansValue() throws {
    var plan = Plan()
    for (name, text) in [
      ("faults", "kill, pause"), ("duration", "2s"), ("rate", "1.5"), ("nodes", "3"),
      ("seed", "18446744073709551615"), ("targets", "none"),
    ] {
      try PlanOption.named(name)?.parse(text, into: &plan)
    }
    #expect(plan.faults == ["kill", "pause"])
    #expect(plan.durationNanoseconds == 2_000_000_000)
    #expect(plan.rate == 1.5)
    #expect(plan.nodes == 3)
    #expect(plan.seed == .max)
    #expect(plan.targets == [])
    #expect(
      mistake("nodes", "many")
        == "--nodes: found “many”, expected a whole number from 1 to 64")
    #expect(
      mistake("latency-kind", "unifrom")
        == "--latency-kind: there is no “unifrom”; expected constant, uniform, exponential; did "
        + "you mean uniform?")
  }

  /// `--cluster redis` is one server: a user who types no more gets what can be done to it.
  @Test func oneNodeGetsTheFaultsThatNeedNoOther() throws {
    var plan = Plan()
    plan.cluster = "redis"
    plan.isolation = .sandbox
    #expect(plan.nodes == 1)
    #expect(plan.faults == ["kill", "pause"])
    #expect(plan.requirement.duringFaults == 0)
    try plan.validate()
    plan.knobs = ["mode=sentinel"]
    #expect(plan.faults == ["partition", "kill", "pause", "loss", "delay", "duplicate"])
    #expect(plan.requirement.duringFaults == 1)
    try plan.validate()
  }

  @Test func whatCannotWorkIsRefused() {
    #expect(
      refusal {
        $0.nodeCommand = ["./x"]
        $0.bugs = ["lost-log"]
      } == "--bug belongs to the embedded protocol and --node replaces it; leave one out")
    #expect(refusal { $0.durationNanoseconds = 0 } == "--duration must be longer than 0s")
    #expect(
      refusal { $0.durationNanoseconds = 1_000_000_000 }
        == "--fault-interval 1 s leaves no time for a fault in --duration 1 s; shorten the one, "
        + "lengthen the other, or say --faults none")
    #expect(
      refusal {
        $0.nodes = 1
        $0.faults = ["partition", "kill"]
      }
        == "--faults partition needs messages between nodes, and there is one node; say "
        + "--nodes 3 or --faults kill,pause")
    #expect(
      refusal { $0.targets = [] }
        == "--targets is empty, but --faults kill must hit somebody")
    #expect(
      refusal { $0.partitions = [] } == "--partitions is empty, but --faults has partition")
    #expect(
      refusal {
        $0.faults = ["kill"]
        $0.coverage.faults = ["pause"]
      } == "--require-faults pause: --faults does not make it")
  }
}
