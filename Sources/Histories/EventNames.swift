import Base

/// The vocabulary of events: what their ids stand for.
public struct EventNames: Sendable {
  /// The values.
  public var values = ValueTable()
  /// The functions by their ids.
  public private(set) var functions: [String] = []
  /// The fields beyond the contract's own, by their ids.
  public private(set) var fields: [String] = []
  /// The header line of the file.
  public var header: JSON?
  private var functionIDs: [String: FunctionID] = [:]
  private var fieldIDs: [String: Int32] = [:]

  /// Makes a vocabulary that knows `null`, `false` and `true`.
  public init() {}

  /// The id of a function's name.
  public mutating func function(_ name: String) -> FunctionID {
    if let known = functionIDs[name] { return known }
    let id = FunctionID(functions.count)
    functions.append(name)
    functionIDs[name] = id
    return id
  }

  /// The id of a further field's name.
  public mutating func field(_ name: String) -> Int32 {
    if let known = fieldIDs[name] { return known }
    let id = Int32(fields.count)
    fields.append(name)
    fieldIDs[name] = id
    return id
  }

  /// Forgets everything but keeps the memory.
  mutating func removeAll() {
    values.removeAll()
    functions.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    functionIDs.removeAll(keepingCapacity: true)
    fieldIDs.removeAll(keepingCapacity: true)
    header = nil
  }

  /// What each id of another vocabulary is called here.
  struct Renaming: Sendable {
    var values: [ValueID] = []
    var functions: [FunctionID] = []
    var fields: [Int32] = []
  }

  /// Takes over all names of another vocabulary in the order of their ids.
  mutating func merge(_ other: borrowing EventNames, into renaming: inout Renaming) {
    values.merge(other.values, names: &renaming.values)
    renaming.functions.removeAll(keepingCapacity: true)
    for name in other.functions { renaming.functions.append(function(name)) }
    renaming.fields.removeAll(keepingCapacity: true)
    for name in other.fields { renaming.fields.append(field(name)) }
    if let found = other.header { header = found }
  }
}
