import Histories

/// Identifiers: one that was given twice.
struct IdentifierWords {
  let scene: Scene

  func finding() -> Finding? {
    let given = scene.shown.filter { scene.isOk($0) }
    for (index, second) in given.enumerated() {
      guard let first = given[..<index].first(where: { scene.output($0) == scene.output(second) })
      else { continue }
      let item = Item(scene.output(first))
      return Finding(
        .repeatedID,
        [
          Sentence(
            scene.Client(first), " was given ", scene.value(item.value), " ", scene.ended(first),
            ", and ", scene.again(second, after: first), " was given it as well ",
            scene.ended(second), "."
          ).given(.shows(first, item), .shows(second, item))
        ], [first, second])
    }
    return nil
  }
}
