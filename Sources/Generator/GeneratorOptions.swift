/// What a generated history shall look like. Equal options give equal bytes.
public struct GeneratorOptions: Sendable {
  /// The model's name, one of ``Generator/models``.
  public var model = "register"
  /// How many operations are invoked.
  public var operations = 1000
  /// How many clients there are: the most operations that are open at once, those aside that
  /// nobody hears of again.
  public var clients = 5
  /// How many independent objects there are; with one, operations have no key.
  public var keys = 1
  /// How many different values there are; 0 makes each value unique. Locks and ids have none.
  public var values = 0
  /// The share of operations whose outcome nobody knows, 0 to 1.
  public var indeterminate = 0.0
  /// The mean time that a client waits between two operations; an operation takes about 1 ms.
  public var thinkNanoseconds: Int64 = 0
  /// The permits of a semaphore.
  public var permits = 2
  /// The kind of the violation to inject, one of the model's, or nil for none.
  public var error: String?
  /// Where in the run the violation is, as a share of the operations, 0 to 1.
  public var errorAt = 0.9
  /// The seed of all that is random.
  public var seed: UInt64 = 1

  /// A thousand operations of five clients on one register, all answered, with unique values and no
  /// violation, from seed 1.
  public init() {}
}
