import Base
import Histories

/// Every model there is, and how one is chosen.
public enum Models {
  /// A model's place in the table: what is asked of a key before the search, cheapest first.
  struct Row: Sendable {
    let model: Model
    let rungs: [Rung]

    init(_ model: Model, _ rungs: [Rung]) {
      self.model = model
      self.rungs = rungs
    }
  }

  /// The table: a row a model, and nothing else to register one.
  static let rows = [
    Row(.register, [.versionOrder, .registerZones, .registerSaturation]),
    Row(.casRegister, [.versionOrder, .registerZones, .registerSaturation]),
    Row(.multiRegister, [CellSearch.registers]),
    Row(.set, [GrowOnlySet.rung, SetElements.rung, CellSearch.set]),
    Row(.queue, [QueueMonitor.rung, SingleElements.queue, QueuePairs.rung]),
    Row(.bag, [BagMonitor.rung, SingleElements.bag, LateTakes.bag]),
    Row(.stack, [StackMonitor.rung, SingleElements.stack, StackWindows.rung]),
    Row(
      .priorityQueue,
      [PriorityQueueMonitor.rung, SingleElements.priorityQueue, LateTakes.priorityQueue]),
    Row(.counter, [CounterSlots.rung, CounterBounds.rung, CounterLevels.rung]),
    Row(.lock, [LockSections.rung]),
    Row(.reentrantLock, [LockSections.reentrant]),
    Row(.semaphore, [SemaphoreSweep.rung]),
    Row(.fencedLock, [LockSections.fenced]),
    Row(.appendLog, [AppendLogOrder.rung]),
    Row(.text, [TextZones.rung]),
    Row(.uniqueIDs, [UniqueIDsMonitor.rung]),
    Row(.etcd, [EtcdRevisions.rung]),
  ]

  /// Every model, in the order in which they are listed.
  public static let all: [Model] = rows.map(\.model)

  /// The model of a name.
  ///
  /// - Throws: ``CheckError`` (usage) with a suggestion when there is none.
  public static func named(_ name: String) throws(CheckError) -> Model {
    try row(name, of: rows).model
  }

  /// The row of a name.
  static func row(_ name: String, of rows: [Row]) throws(CheckError) -> Row {
    if let row = rows.first(where: { $0.model.name == name }) { return row }
    let names = rows.map(\.model.name)
    let hint = Suggestion.hint(
      for: name, among: names, otherwise: "; there are \(names.joined(separator: ", "))")
    throw CheckError("there is no model “\(name)”\(hint)", code: .usage)
  }
}

extension Model {
  /// What is asked of a key before the search, as the table says; nothing of a model that is not in
  /// it.
  var rungs: [Rung] { Models.rows.first { $0.model.name == name }?.rungs ?? [] }
}

extension ObjectKind {
  /// The kind of the model that has a name; ``other`` where the table has none.
  public init(model name: String) {
    self = Models.rows.first { $0.model.name == name }?.model.kind ?? .other
  }
}
