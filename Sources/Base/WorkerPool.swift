import Glibc
import Synchronization

/// Runs numbered jobs on a few threads, in the order of their numbers.
public enum WorkerPool {
  /// Calls `job` once for every number below `count` and returns when all are done.
  ///
  /// Every thread has ended when it returns; with one thread nothing is started.
  public static func run(_ count: Int, threads: Int, _ job: @escaping @Sendable (Int) -> Void) {
    let shared = Work(count: count, job: job)
    let helpers = max(0, min(threads, count) - 1)
    var handles: [pthread_t] = []
    for _ in 0..<helpers {
      var handle = pthread_t()
      let context = Unmanaged.passRetained(shared).toOpaque()
      let status = pthread_create(
        &handle, nil,
        { context in
          Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().drain()
          return nil
        }, context)
      if status == 0 {
        handles.append(handle)
      } else {
        Unmanaged<Work>.fromOpaque(context).release()
      }
    }
    shared.drain()
    for handle in handles { pthread_join(handle, nil) }
  }

  private final class Work: Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let job: @Sendable (Int) -> Void

    init(count: Int, job: @escaping @Sendable (Int) -> Void) {
      self.count = count
      self.job = job
    }

    func drain() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= count { return }
        job(index)
      }
    }
  }
}
