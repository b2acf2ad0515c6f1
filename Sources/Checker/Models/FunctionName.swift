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
}
