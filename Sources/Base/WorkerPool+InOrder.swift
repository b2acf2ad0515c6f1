extension WorkerPool {
  /// Calls `job` for every number below `count` on so many threads of its own, and `each` here with
  /// what came of each number, in their order.
  ///
  /// At most `ahead` numbers are begun before the first of them was handed out, so that results do
  /// not pile up behind a slow one. When `each` throws, no further job is begun.
  public static func inOrder<Value: Sendable, Failure: Error>(
    _ count: Int, threads: Int, ahead: Int, _ job: @escaping @Sendable (Int) -> Value,
    each: (Int, Value) throws(Failure) -> Void
  ) throws(Failure) {
    let results = Results<Value>(ahead: ahead)
    let jobs = Beside {
      run(count, threads: threads) { number in
        guard results.begin(number) else { return }
        results.put(job(number), number)
      }
    }
    guard jobs.hasBegun else {
      for number in 0..<count { try each(number, job(number)) }
      return
    }
    do throws(Failure) {
      for number in 0..<count { try each(number, results.take(number)) }
    } catch {
      results.end()
      jobs.value()
      throw error
    }
    jobs.value()
  }

  /// What was done and not yet handed out.
  private final class Results<Value: Sendable>: @unchecked Sendable {
    // Safe to share: the rest is only touched with `mutex` held.
    private let mutex = ChangeLock()
    private let ahead: Int
    private var waiting: [Int: Value] = [:]
    private var taken = 0
    private var isOver = false

    init(ahead: Int) {
      self.ahead = ahead
    }

    /// Waits until a number is near enough; false when no more is to be begun.
    func begin(_ number: Int) -> Bool {
      mutex.lock()
      defer { mutex.unlock() }
      while !isOver, number >= taken + ahead { mutex.wait() }
      return !isOver
    }

    func put(_ value: Value, _ number: Int) {
      mutex.lock()
      waiting[number] = value
      mutex.tell()
      mutex.unlock()
    }

    /// Waits for what came of a number.
    func take(_ number: Int) -> Value {
      mutex.lock()
      defer { mutex.unlock() }
      while true {
        if let value = waiting.removeValue(forKey: number) {
          taken = number + 1
          mutex.tell()
          return value
        }
        mutex.wait()
      }
    }

    func end() {
      mutex.lock()
      isOver = true
      mutex.tell()
      mutex.unlock()
    }
  }
}
