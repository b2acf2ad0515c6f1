import Glibc
import Synchronization

/// A thread beside the work: it waits for SIGINT, SIGTERM and SIGHUP, if that is not ignored (as
/// under `nohup`), and wakes regularly for a live line.
///
/// The signals are blocked for the process and taken with `sigtimedwait`, so no code runs inside
/// a signal handler. A second signal ends the process at once, for those who mean it.
final class Watch: Sendable {
  private let isOver = Atomic<Bool>(false)
  private let caught = Atomic<Int32>(0)
  private let onSignal: @Sendable () -> Void
  private let onTick: @Sendable (_ elapsedSeconds: Double) -> Void

  /// Begins to watch; call it before the first other thread is made.
  init(
    onSignal: @escaping @Sendable () -> Void,
    onTick: @escaping @Sendable (_ elapsedSeconds: Double) -> Void = { _ in }
  ) {
    self.onSignal = onSignal
    self.onTick = onTick
    var signals = Watch.signals
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Watch>.fromOpaque(context).takeRetainedValue().loop() }
        return nil
      }, context)
    pthread_detach(thread)
  }

  /// The signal that was caught, or nil.
  var signal: Int32? {
    let number = caught.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Ends the watch; the thread goes within a fifth of a second.
  func end() { isOver.store(true, ordering: .relaxed) }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    var hangUp = sigaction()
    sigaction(SIGHUP, nil, &hangUp)
    // A signal that is blocked would come although it is ignored (SIG_IGN, which is 1).
    let handler = unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self)
    if handler != 1 { sigaddset(&set, SIGHUP) }
    return set
  }

  private func loop() {
    var signals = Watch.signals
    var pause = timespec(tv_sec: 0, tv_nsec: 200_000_000)
    var began = timespec()
    clock_gettime(CLOCK_MONOTONIC, &began)
    while !isOver.load(ordering: .relaxed) {
      let number = sigtimedwait(&signals, nil, &pause)
      if number > 0 {
        let isSecond = caught.load(ordering: .relaxed) != 0
        // The kernel and the shell both tell that a terminal is gone: nobody means that.
        if isSecond, number == SIGHUP { continue }
        if isSecond { _exit(128 + number) }
        caught.store(number, ordering: .relaxed)
        onSignal()
      }
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      let nanoseconds = Double(now.tv_nsec - began.tv_nsec)
      if !isOver.load(ordering: .relaxed) {
        onTick(Double(now.tv_sec - began.tv_sec) + nanoseconds / 1e9)
      }
    }
  }
}
