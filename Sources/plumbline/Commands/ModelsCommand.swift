import Base
import Checker

/// `plumbline models`: what a history can be checked against.
enum ModelsCommand: Command {
  static let name = "models"
  static let summary = "list the models, their operations and an example of each"
  static let usage = "[NAME]"
  static let options = [markdown]
  static let details = ""

  /// For the pages of the documentation that are made from tables.
  static let markdown = CommandOption("markdown", help: "as the page of the documentation")

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var models = Models.all
    if let name = arguments.positional.first {
      do throws(CheckError) { models = [try Models.named(name)] } catch {
        throw Failure(error.code, error.message)
      }
    }
    try terminal.output(arguments.has("markdown") ? page() : text(models))
    return .success
  }

  private static func text(_ models: [Model]) -> String {
    models.map { model in
      let functions = model.functions.map { "    \($0.name): \($0.values)\n" }.joined()
      return "\(model.name)\n  \(model.summary)\n\(functions)"
        + "  allowed:     \(model.legal)\n  not allowed: \(model.illegal)\n"
    }.joined(separator: "\n")
  }

  private static func page() -> String {
    var text = """
      # Models

      What a history can be checked against. `--model auto`, the default, takes the model from the
      file's header, else from the functions that occur; a violation of a model that was so guessed
      is refused (65) where another with the same functions finds nothing wrong. Values are any
      JSON; `null` invoked means “to be found out”. In the examples each event is process, type,
      function and value.


      """
    for model in Models.all {
      text +=
        "## \(model.name)\n\n\(model.summary).\n\n"
        + "| function | value invoked → completed |\n|---|---|\n"
      for function in model.functions { text += "| `\(function.name)` | \(function.values) |\n" }
      text += "\n- allowed: `\(model.legal)`\n- not allowed: `\(model.illegal)`\n\n"
    }
    text.removeLast()
    return text
  }
}
