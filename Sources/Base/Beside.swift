import Glibc

/// Work that goes on in a thread of its own until its result is asked for.
///
/// Where no thread can be had the work is done when it is asked for.
public struct Beside<Value: Sendable> {
  private let work: Work<Value>
  private let thread: pthread_t?

  /// Begins.
  public init(_ work: @escaping @Sendable () -> Value) {
    let made = Work(work)
    self.work = made
    thread = made.start()
  }

  /// Whether it goes on beside; else it is done when it is asked for.
  public var hasBegun: Bool { thread != nil }

  /// Whether its result need not be waited for, or only by doing the work.
  public var isDone: Bool { thread == nil || work.value.withLock { $0 != nil } }

  /// What the work gave; waits for it. To be called once.
  public consuming func value() -> Value {
    if let thread { pthread_join(thread, nil) }
    return work.value.withLock { $0 } ?? work.work()
  }
}

private final class Work<Value: Sendable>: Sendable {
  let work: @Sendable () -> Value
  let value = Lock<Value?>(nil)

  init(_ work: @escaping @Sendable () -> Value) { self.work = work }

  /// The thread that does it, nil where none can be had.
  func start() -> pthread_t? {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self as AnyObject).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let work = Unmanaged<AnyObject>.fromOpaque(context).takeRetainedValue()
        (work as? any Runnable)?.run()
        return nil
      }, context)
    if status == 0 { return thread }
    Unmanaged<AnyObject>.fromOpaque(context).release()
    return nil
  }
}

/// What a thread can be given: a C function knows no type parameters.
private protocol Runnable: AnyObject {
  func run()
}

extension Work: Runnable {
  func run() {
    let made = work()
    value.withLock { $0 = made }
  }
}
