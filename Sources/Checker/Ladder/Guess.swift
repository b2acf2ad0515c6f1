import Base
import Histories

/// A model that nobody named, and those that have the history's functions as well.
///
/// A violation of a guessed model is none as long as another explains everything: which object it
/// was is for a person to say.
struct Guess {
  let chosen: Model
  let others: [Models.Row]
  private let functions: [String]

  /// Nil where an option or the header names the model, or no other has the functions.
  init?(
    _ chosen: Model, for functions: @autoclosure () -> [String], _ header: JSON?,
    _ options: CheckOptions, among rows: [Models.Row]
  ) {
    guard Models.isOpen(options, header) else { return nil }
    let functions = functions()
    let names = Set(functions)
    others = rows.filter {
      $0.model.sequential != chosen.sequential
        && names.isSubset(of: $0.model.functions.map(\.name))
    }
    if others.isEmpty { return nil }
    self.chosen = chosen
    self.functions = functions
  }

  /// The options that name the models, the chosen one first.
  var options: [String] { ([chosen] + others.map(\.model)).map { "--model \($0.name)" } }

  /// An error about a value that the chosen model does not have, with the models that have it.
  func hinted(_ error: CheckError, _ history: History, _ options: CheckOptions) -> CheckError {
    guard error.code == .badInput else { return error }
    let able = others.filter { Models.fits($0.model, history, options) }
    if able.isEmpty { return error }
    let names = able.map { "--model \($0.model.name)" }.joined(separator: " or ")
    var hinted = error
    hinted.message += "; the model “\(chosen.name)” was guessed, and such values are those of "
    hinted.message += names
    return hinted
  }

  /// The functions in words.
  var words: String { functions.map { "“\($0)”" }.joined(separator: ", ") }
}
