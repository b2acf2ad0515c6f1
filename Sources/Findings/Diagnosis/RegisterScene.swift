import Base
import Checker
import Histories

/// Who wrote and who saw each value of a register, over all operations of a key.
struct RegisterScene {
  let scene: Scene
  /// What may have written each value, failed operations left out.
  private(set) var writers: [ValueID: [Int]] = [:]
  /// What was refused, by the value that it would have written.
  private(set) var refused: [ValueID: [Int]] = [:]
  /// What certainly saw each value.
  private(set) var observers: [ValueID: [Int]] = [:]
  private(set) var initial: ValueID
  /// Whether the initial value is unknown, and what was seen first that nobody wrote is taken for
  /// it.
  private(set) var isInitialGuessed = false

  /// Sorts the key's operations by value.
  ///
  /// - Complexity: O(operations of the key).
  init(_ scene: Scene) {
    self.scene = scene
    initial = ValueTable.null
    var values = scene.history.values
    if let value = scene.initialValue { initial = values.intern(value) }
    for operation in scene.all {
      if let written = written(operation) {
        if scene.isFailed(operation) {
          refused[written, default: []].append(operation)
        } else {
          writers[written, default: []].append(operation)
        }
      }
      if let seen = seen(operation) { observers[seen, default: []].append(operation) }
    }
    guard scene.initial == .unknown else { return }
    // Then one value that nobody wrote may have been there: the first that was seen.
    let orphans = observers.filter { writers[$0.key] == nil }
    initial = orphans.min { $0.value[0] < $1.value[0] }?.key ?? ValueTable.none
    isInitialGuessed = true
  }

  /// The operations of any outcome that would write a value.
  func bringers(_ value: ValueID) -> [Int] { (writers[value] ?? []) + (refused[value] ?? []) }

  /// The value that an operation certainly saw.
  func seen(_ operation: Int) -> ValueID? {
    guard scene.isOk(operation), !isMismatch(operation) else { return nil }
    switch scene.name(operation) {
    case "read":
      let value = scene.output(operation)
      return value == ValueTable.null && scene.ignoresNullReads ? nil : value
    case "cas": return pair(operation)?.old
    default: return nil
    }
  }

  /// The value that an operation writes when it happens.
  func written(_ operation: Int) -> ValueID? {
    switch scene.name(operation) {
    case "write": return scene.input(operation)
    case "delete": return ValueTable.null
    case "cas":
      guard !isMismatch(operation), let pair = pair(operation), pair.old != pair.new else {
        return nil
      }
      return pair.new
    default: return nil
    }
  }

  /// Whether a compare-and-set found another value than the expected one.
  func isMismatch(_ operation: Int) -> Bool {
    guard scene.name(operation) == "cas" else { return false }
    return scene.isOk(operation)
      && scene.history.evidence("swapped", of: operation) == ValueTable.false
  }

  func pair(_ operation: Int) -> (old: ValueID, new: ValueID)? {
    let parts = scene.history.values.parts(of: scene.input(operation))
    guard parts.count == 2, let old = parts.first, let new = parts.last else { return nil }
    return (old, new)
  }

  /// Whether a value is the one before the first operation.
  func isInitial(_ value: ValueID) -> Bool { value == initial }

  /// How a value came to be.
  enum Origin: Equatable {
    /// By this operation and no other.
    case write(Int)
    /// It was there before the first operation, and nobody wrote it.
    case initial
    /// In several ways, or in none.
    case unclear

    /// The operation, if it is one.
    var operation: Int? {
      if case .write(let operation) = self { return operation }
      return nil
    }
  }

  /// The only way that a value came to be.
  func origin(_ value: ValueID) -> Origin {
    let writers = writers[value] ?? []
    if isInitial(value) { return writers.isEmpty ? .initial : .unclear }
    return writers.count == 1 ? .write(writers[0]) : .unclear
  }

  /// What proves first that a value was there: its write or a read of it, whichever ended first.
  func proof(_ value: ValueID) -> Int? {
    let origin = origin(value)
    guard origin != .unclear else { return nil }
    let candidates = [origin.operation].compactMap { $0 } + (observers[value] ?? [])
    return candidates.filter { scene.end($0) != History.never }
      .min { scene.end($0) < scene.end($1) }
  }

  /// Whether one value certainly came after another, both of one origin: its write began after the
  /// other was there, or it is a compare-and-set's that took the other or what came after it.
  func follows(_ newer: ValueID, _ older: ValueID, depth: Int = 0) -> Bool {
    guard newer != older, depth < 64, let origin = origin(newer).operation else { return false }
    if self.origin(older) == .initial { return true }
    if let proof = proof(older), scene.end(proof) < scene.begin(origin) { return true }
    guard scene.name(origin) == "cas", scene.isOk(origin), let old = pair(origin)?.old else {
      return false
    }
    return old == older || follows(old, older, depth: depth + 1)
  }
}
