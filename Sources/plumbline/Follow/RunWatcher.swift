import Base
import Checker
import Formats
import Glibc
import Synchronization

/// A thread that follows the history of a run while it is recorded.
///
/// It reads the file that the recorder writes, so the recorder neither knows it nor waits for it:
/// the file is the queue. When it falls behind, or a key is too hard, nothing is lost: the check
/// of the whole file comes at the end in any case.
final class RunWatcher: Sendable {
  private let isOver = Atomic<Bool>(false)
  private let found = Atomic<Bool>(false)
  private let path: String

  /// Begins to follow a history.
  init(_ path: String) {
    self.path = path
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<RunWatcher>.fromOpaque(context).takeRetainedValue().follow() }
        return nil
      }, context)
    pthread_detach(thread)
  }

  /// Whether the history is certainly not linearizable.
  var isViolated: Bool { found.load(ordering: .relaxed) }

  /// Ends the thread within a fraction of a second.
  func end() { isOver.store(true, ordering: .relaxed) }

  private func follow() {
    // On Linux this is the thread's own: nodes and recorder come first.
    _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10)
    var follower = HistoryFollower(file: path, ReadOptions(), CheckOptions())
    do throws(Failure) {
      let source = try GrowingFile(path)
      while !isOver.load(ordering: .relaxed), follower.alarm == nil {
        if case .bytes(let bytes) = try source.look(waitingMilliseconds: 50) {
          try follower.take(bytes, isMoreNear: source.isMoreNear)
        } else {
          try follower.catchUp()
        }
      }
    } catch {
      // The check at the end meets the same problem and says it.
      return
    }
    if follower.alarm != nil { found.store(true, ordering: .relaxed) }
  }
}
