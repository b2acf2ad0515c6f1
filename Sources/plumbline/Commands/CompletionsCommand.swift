import Base

/// `plumbline completions SHELL`: a completion script made from the tables of commands and options.
enum CompletionsCommand: Command {
  static let name = "completions"
  static let summary = "print a completion script for bash, zsh or fish"
  static let usage = "bash|zsh|fish"
  static let options: [CommandOption] = []
  static let details = """
    examples:
      plumbline completions bash > ~/.local/share/bash-completion/completions/plumbline
      plumbline completions zsh > "${fpath[1]}/_plumbline"
      plumbline completions fish > ~/.config/fish/completions/plumbline.fish
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    switch arguments.positional {
    case ["bash"]: try terminal.output(bash())
    case ["zsh"]: try terminal.output(zsh())
    case ["fish"]: try terminal.output(fish())
    default: throw Failure(.usage, "completions needs one shell: bash, zsh or fish")
    }
    return .success
  }

  private static func all(_ command: any Command.Type) -> [CommandOption] {
    command.options + CommandOption.common
  }

  private static func bash() -> String {
    var cases = ""
    for command in CommandTable.all {
      let words = all(command).map { "--\($0.name)" }.joined(separator: " ")
      cases += "    \(command.name)) words=\"\(words)\" ;;\n"
    }
    let commands = (CommandTable.all.map { $0.name } + ["help"]).joined(separator: " ")
    return """
      _plumbline() {
        local current="${COMP_WORDS[COMP_CWORD]}" words=""
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(commands)" -- "$current"))
          return
        fi
        case "${COMP_WORDS[1]}" in
      \(cases)    help) COMPREPLY=($(compgen -W "\(commands)" -- "$current")); return ;;
        esac
        case "$current" in
          -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
          *) COMPREPLY=($(compgen -f -- "$current")) ;;
        esac
      }
      complete -o filenames -F _plumbline plumbline

      """
  }

  private static func zsh() -> String {
    var cases = ""
    for command in CommandTable.all {
      cases += "    \(command.name)) _arguments"
      for option in all(command) {
        let help = option.help.filter { !"[]'\":".contains($0) }
        let value = option.placeholder.map { ":\($0):_files" } ?? ""
        cases += " '--\(option.name)[\(help)]\(value)'"
      }
      cases += " '*:file:_files' ;;\n"
    }
    let commands = CommandTable.all.map { "'\($0.name):\($0.summary.filter { $0 != "'" })'" }
    return """
      #compdef plumbline
      local -a commands=(\(commands.joined(separator: " ")))
      if (( CURRENT == 2 )); then
        _describe command commands
      else
        local command="$words[2]"
        shift words; (( CURRENT-- ))
        case "$command" in
      \(cases)  esac
      fi

      """
  }

  private static func fish() -> String {
    var lines = ""
    for command in CommandTable.all {
      lines += "complete -c plumbline -n __fish_use_subcommand -a \(command.name)"
      lines += " -d '\(command.summary.filter { $0 != "'" })'\n"
      for option in all(command) {
        lines += "complete -c plumbline -n '__fish_seen_subcommand_from \(command.name)'"
        lines += " -l \(option.name)" + (option.short.map { " -s \($0)" } ?? "")
        lines += (option.takesValue ? " -r" : "") + " -d '\(option.help.filter { $0 != "'" })'\n"
      }
    }
    return lines
  }
}
