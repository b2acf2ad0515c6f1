import Base

/// One subcommand: what it is called, what it takes, and what it does.
protocol Command: Sendable {
  /// The word after `plumbline`.
  static var name: String { get }
  /// What it does, in one line without a full stop.
  static var summary: String { get }
  /// What follows the name: `[OPTION ...] FILE...`.
  static var usage: String { get }
  /// Its own options, without ``CommandOption/common``.
  static var options: [CommandOption] { get }
  /// Paragraphs and examples below the options in `plumbline help NAME`.
  static var details: String { get }
  /// Does it.
  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(Failure) -> ExitCode
}

/// Every command, in the order of `plumbline help`.
enum CommandTable {
  static let all: [any Command.Type] = [
    TestCommand.self, SimulateCommand.self, RecordCommand.self, CheckCommand.self,
    ExplainCommand.self, ReportCommand.self, QuorumCommand.self, ConvertCommand.self,
    ImportCommand.self, GenerateCommand.self, ModelsCommand.self, FaultsCommand.self,
    ProtocolsCommand.self, DriversCommand.self, WorkloadsCommand.self, DoctorCommand.self,
    CleanupCommand.self, NodeCommand.self, CompletionsCommand.self,
  ]

  static func named(_ name: String) -> (any Command.Type)? {
    all.first { $0.name == name }
  }
}
