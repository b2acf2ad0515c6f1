/// One option of one command: defined once, used by the parser, the help and the completions.
struct CommandOption: Sendable {
  /// The long name without dashes.
  var name: String
  /// The short form, or nil.
  var short: Character?
  /// What stands for the value in help; nil for a switch.
  var placeholder: String?
  /// What it does, in one line.
  var help: String
  /// The words the value may be, for the check, help and completions; empty for anything.
  var choices: [String]
  /// Whether it may be given more than once.
  var isRepeatable: Bool

  init(
    _ name: String, short: Character? = nil, _ placeholder: String? = nil, choices: [String] = [],
    isRepeatable: Bool = false, help: String
  ) {
    self.name = name
    self.short = short
    self.placeholder = placeholder
    self.help = help
    self.choices = choices
    self.isRepeatable = isRepeatable
  }

  /// Whether a value follows.
  var takesValue: Bool { placeholder != nil }

  /// The options that every command has.
  static let common: [CommandOption] = [
    CommandOption("help", short: "h", help: "show this help"),
    CommandOption("quiet", short: "q", help: "print nothing but results and errors"),
    CommandOption(
      "color", "WHEN", choices: ["auto", "always", "never"],
      help: "colour the output: auto (on a terminal, unless NO_COLOR is set), always, never"),
  ]
}
