import Base
import Histories

/// Every model there is, and how one is chosen.
public enum Models {
  /// The table of models.
  public static let all: [Model] = [
    .register, .casRegister, .multiRegister, .set, .queue, .bag, .stack, .priorityQueue, .counter,
    .lock, .reentrantLock, .semaphore, .fencedLock, .appendLog, .text, .uniqueIDs,
  ]

  /// The model of a name.
  ///
  /// - Throws: ``CheckError`` (usage) with a suggestion when there is none.
  public static func named(_ name: String) throws(CheckError) -> Model {
    if let model = all.first(where: { $0.name == name }) { return model }
    let names = all.map(\.name)
    let hint =
      Suggestion.nearest(to: name, among: names).map { "; did you mean “\($0)”?" }
      ?? "; there are \(names.joined(separator: ", "))"
    throw CheckError("there is no model “\(name)”\(hint)", code: .usage)
  }
}
