import Base
import Glibc
import Sandbox

/// The command: picks the subcommand and turns its ending into an exit code.
@main
enum Plumbline {
  static func main() {
    // A reader that goes away must not take the exit code with it.
    signal(SIGPIPE, SIG_IGN)
    occupyStandardStreams()
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// A closed standard stream would give its number to the next file that is opened, and a message
  /// would go into a history. What stands in fails as the closed one would.
  private static func occupyStandardStreams() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Runs one command line.
  static func run(_ words: [String]) -> ExitCode {
    do throws(Failure) {
      return try dispatch(words)
    } catch {
      Terminal().warn("plumbline: \(error.shown)")
      if error.code == .defect {
        Terminal().warn("plumbline: this is a defect of plumbline itself; please report it")
      }
      return error.code
    }
  }

  private static func dispatch(_ words: [String]) throws(Failure) -> ExitCode {
    let terminal = Terminal()
    guard let first = words.first else {
      try terminal.output(HelpText.program())
      return .usage
    }
    switch first {
    case "--version", "version":
      try terminal.output("plumbline \(HelpText.version)\n")
      return .success
    case "help", "--help", "-h":
      return try help(words.dropFirst().first, terminal)
    case DiskService.word:
      // Not for people: the process of a node's disk, which plumbline starts itself.
      guard words.count == 3 else { throw Failure(.usage, "disk needs BACKING and MOUNT") }
      DiskService.run(backing: words[1], mount: words[2])
      return .success
    default:
      let command = try named(first)
      let arguments = try ParsedArguments(
        words.dropFirst(), options: command.options + CommandOption.common, command: first)
      guard !arguments.has("help") else { return try help(first, terminal) }
      return try command.run(arguments, Terminal(arguments: arguments))
    }
  }

  private static func help(_ name: String?, _ terminal: Terminal) throws(Failure) -> ExitCode {
    if let name, name != "help" {
      try terminal.output(HelpText.command(named(name), width: terminal.width))
    } else {
      try terminal.output(HelpText.program())
    }
    return .success
  }

  private static func named(_ name: String) throws(Failure) -> any Command.Type {
    if let command = CommandTable.named(name) { return command }
    let known = CommandTable.all.map { $0.name } + ["help"]
    let hint = Suggestion.hint(for: name, among: known, otherwise: "; see plumbline help")
    throw Failure(.usage, "unknown command “\(name)”\(hint)")
  }
}
