import Base
import Histories

/// What a model's machine says of one operation, without the other operations of its key.
struct FormTraits: Sendable {
  /// As ``Form/isPure``.
  var isPure = false
  /// As ``Form/isBranching``.
  var isBranching = false
  /// As ``Machine/isBlind(_:)``.
  var isBlind = false
  /// Whether it can be left out without changing any verdict.
  var isIdle = false
}

/// Asks a model's machine about operations, in the order in which they are read.
protocol FormReader {
  /// - Throws: ``CheckError`` where the values are not the model's.
  mutating func traits(of call: Call) throws(CheckError) -> FormTraits
}

/// The reader of one model.
struct MachineForms<M: Machine>: FormReader {
  private var machine: M

  init(_: M.Type, _ values: ValueTable, _ settings: Settings) throws(CheckError) {
    machine = try M(values: values, settings: settings, ledger: Ledger(Budget()))
  }

  mutating func traits(of call: Call) throws(CheckError) -> FormTraits {
    guard let form = try machine.form(of: call) else { return FormTraits(isIdle: true) }
    return FormTraits(
      isPure: form.isPure, isBranching: form.isBranching, isBlind: machine.isBlind(form),
      isIdle: form.isPure && call.end == .pending)
  }
}
