import Checker
import Histories

/// Two orders at once: values of which each must have come first.
extension RegisterWords {
  /// Two values of which each must have come first.
  func contradiction() -> Finding? {
    var values: [ValueID] = []
    for operation in scene.shown {
      for value in [register.written(operation), register.seen(operation)] {
        guard let value, !values.contains(value), register.origin(value) != .unclear else {
          continue
        }
        values.append(value)
      }
    }
    guard values.count <= 24 else { return nil }
    for (index, one) in values.enumerated() {
      for other in values[..<index] {
        guard let first = sequence(one, other), let second = sequence(other, one) else { continue }
        let culprit = scene.violation.culprit
        let all = [first.0, first.1, second.0, second.1]
        let named = all.filter { $0 != culprit } + (all.contains(culprit) ? [culprit] : [])
        let (name, rival) = (scene.value(one), scene.value(other))
        return Finding(
          .contradictoryOrder,
          [
            Sentence(
              told(first.0), " before ", beginning(first.1), ", so ", name, " came before ",
              rival, "."
            ).given(.precedes(first.0, first.1)),
            Sentence(
              "But ", told(second.0).lowercased, " before ", beginning(second.1), ", so ", rival,
              " came before ", name, "."
            ).given(.precedes(second.0, second.1)),
            Sentence(
              "Each came only once: ", origin(one, before: ""), "; ", origin(other, before: ""),
              "."),
          ] + pending(named), (writers(of: one, other) + named).uniqued())
      }
    }
    return nil
  }

  /// Who wrote one of two values, as far as it is shown.
  private func writers(of one: ValueID, _ other: ValueID) -> [Int] {
    let culprit = scene.violation.culprit
    return scene.shown.filter {
      guard let value = register.written($0), $0 != culprit else { return false }
      return value == one || value == other
    }
  }

  /// An operation of one value that was over before one of the other began.
  private func sequence(_ one: ValueID, _ other: ValueID) -> (Int, Int)? {
    let users = { (value: ValueID) in
      scene.shown.filter {
        !scene.isFailed($0) && (register.written($0) == value || register.seen($0) == value)
      }
    }
    guard let first = users(one).min(by: { scene.end($0) < scene.end($1) }),
      let last = users(other).max(by: { scene.begin($0) < scene.begin($1) }),
      scene.precedes(first, last)
    else { return nil }
    return (first, last)
  }

  private func told(_ operation: Int) -> Sentence {
    register.seen(operation) == nil
      ? Sentence(
        scene.Client(operation), "’s ", scene.noun(operation), " was over ",
        scene.ended(operation))
      : sight(operation)
  }

  /// `client 3 began the read that returned 135 (lines …)`, `client 3’s write of 47 began (…)`.
  private func beginning(_ operation: Int) -> Sentence {
    guard scene.name(operation) == "read", let value = register.seen(operation) else {
      return Sentence(scene.deed(operation), " began ", scene.began(operation))
    }
    return Sentence(
      scene.client(operation), " began the read that returned ", scene.value(value), " ",
      scene.began(operation)
    ).given(.shows(operation, Item(value)))
  }
}
