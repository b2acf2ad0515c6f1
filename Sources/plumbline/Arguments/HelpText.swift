import Base

/// The help of the program and of each command, made from the same tables as the parser.
enum HelpText {
  static let version = Version.current

  /// `plumbline help`.
  static func program() -> String {
    var text = """
      plumbline \(version): records what clients of a cluster saw while it was broken, and proves
      from that history whether the cluster kept its promise of linearizability.

      usage: plumbline COMMAND [OPTION ...] [ARGUMENT ...]

      commands:

      """
    for command in CommandTable.all {
      text += "  \(padded(command.name, to: 13))\(command.summary)\n"
    }
    return text + """

      `plumbline help COMMAND` shows a command's options and examples.
      To begin: `plumbline test` breaks a five-node Raft cluster for a few seconds and judges it.

      exit codes: 0 holds, 1 violation, 2 undecided, 3 inconclusive, 64 usage, 65 bad input,
      66 no input, 69 cluster unavailable, 70 a defect of plumbline, 73 and 74 output,
      130 and 143 interrupted

      """
  }

  /// `plumbline help COMMAND`, for a terminal of that many columns.
  static func command(_ command: any Command.Type, width: Int) -> String {
    let usage = command.usage.isEmpty ? "" : " " + command.usage
    var text = "usage: plumbline \(command.name)\(usage)\n\n\(command.summary)\n\n"
    text += "options:\n"
    for option in command.options + CommandOption.common {
      text += wrapped(label(option), option.help, width: min(100, max(60, width)))
    }
    return text + (command.details.isEmpty ? "" : "\n\(command.details)\n")
  }

  private static func label(_ option: CommandOption) -> String {
    let short = option.short.map { "-\($0), " } ?? "    "
    return "  \(short)--\(option.name)" + (option.placeholder.map { " \($0)" } ?? "")
  }

  /// The label in a column of its own, the help wrapped beside it.
  private static func wrapped(_ label: String, _ help: String, width: Int) -> String {
    let indent = width < 90 ? 24 : 32
    let width = width - indent
    var lines: [String] = [""]
    for word in help.split(separator: " ") {
      let last = lines[lines.count - 1]
      if !last.isEmpty, last.count + word.count + 1 > width {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] = last.isEmpty ? String(word) : last + " " + word
      }
    }
    let blank = String(repeating: " ", count: indent)
    let first = label.count < indent - 1 ? padded(label, to: indent) : label + "\n" + blank
    return first + lines.joined(separator: "\n" + blank) + "\n"
  }

  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
