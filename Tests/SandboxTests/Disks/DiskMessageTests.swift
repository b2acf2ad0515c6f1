import Testing

@testable import Sandbox

/// What is said between plumbline and the process of a disk.
struct DiskMessageTests {
  static let commands: [DiskCommand] = [
    .lose, .sync, .full(true), .full(false), .failSyncs(true), .failSyncs(false),
    .slowSyncs(milliseconds: 250), .statistics, .end,
  ]

  @Test(arguments: commands)
  func commandsAreReadAsWritten(command: DiskCommand) {
    #expect(DiskCommand(command.line) == command)
  }

  @Test(arguments: ["", "lost", "full", "full 1", "slow-syncs -1", "slow-syncs", "end now"])
  func othersAreNoCommands(line: String) {
    #expect(DiskCommand(line) == nil)
  }

  @Test(arguments: [DiskAnswer.done([]), .done([1, -2]), .refused("no room: it is full")])
  func answersAreReadAsWritten(answer: DiskAnswer) {
    #expect(DiskAnswer(answer.line) == answer)
  }

  @Test(arguments: ["", "don", "done x"])
  func othersAreNoAnswers(line: String) {
    #expect(DiskAnswer(line) == nil)
  }
}
