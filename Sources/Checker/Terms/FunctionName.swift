/// Every function that some model has, so that an operation is a few plain numbers.
///
/// A name of one word means the same kind of thing in every model that has it.
public enum FunctionName: String, Sendable, CaseIterable {
  case read, write, cas, txn
  case add, remove, contains
  case enqueue, dequeue, push, pop, insert
  case deleteMin = "delete-min"
  case acquire, release
  case append, put, get
  case generate
  case range, transact, grant, revoke, compact, defragment

  /// Whether it is possible whenever it is called and answers nothing: a history of such operations
  /// alone is right in every order.
  var isBlind: Bool {
    switch self {
    case .write, .add, .remove, .enqueue, .push, .insert, .append, .put: true
    default: false
    }
  }
}
