import Base
import Sandbox
import TestMachine
import Testing

/// What a machine allows is found out, and said, whatever it allows.
struct MachineTests {
  @Test(arguments: TrialRun.User.all)
  func theMachineIsProbedWithoutChangingIt(user: TrialRun.User) throws {
    let run = try TrialRun(["probe"], as: user)
    let names = run.lines.dropLast().map { line in String(line.prefix { $0 != ":" }) }
    #expect(names == ThisMachine.capabilities.map(\.name))
    #expect(names.prefix(4) == ["namespaces", "processes", "packets", "veth"])
    #expect(run.lines.last == "same namespaces: true")
  }

  @Test func whoDoesNotCompileOnlyLooksForACompiler() {
    let brief = Sandbox.probe(compiles: false)
    #expect(brief.map(\.name) == ThisMachine.capabilities.map(\.name))
  }

  @Test func outsideOfASandboxThereAreNoWires() throws {
    let run = try TrialRun(["wires-outside"])
    #expect(run.lines == ["refused: wires were to be made outside of a sandbox"])
    #expect(run.code == 70)
  }

  @Test func theFirstThatIsMissingIsNamed() {
    let machine = [
      Capability(name: "a", purpose: "", obstacle: nil),
      Capability(name: "b", purpose: "", obstacle: "it is not"),
      Capability(name: "c", purpose: "", obstacle: "neither"),
    ]
    #expect(machine.obstacle(among: ["a"]) == nil)
    #expect(machine.obstacle(among: ["a", "b", "c"]) == "b: it is not")
    #expect(machine.obstacle(among: ["c", "b"]) == "c: neither")
    #expect(machine.obstacle(among: ["a", "d"]) == "no d")
  }
}
