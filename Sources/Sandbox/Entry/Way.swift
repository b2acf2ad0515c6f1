import CLinux

/// One way inside: which namespaces beside those that every way has.
struct Way: Equatable {
  /// A user namespace, in which we are root.
  var hasOwnUsers: Bool
  /// A process namespace with a `/proc` of its own.
  var hasOwnProcesses: Bool

  /// For `plumbline_sandbox_run`.
  var flags: Int32 {
    (hasOwnUsers ? Int32(PLUMBLINE_ENTER_USER) : 0)
      | (hasOwnProcesses ? Int32(PLUMBLINE_ENTER_PROCESSES) : 0)
  }

  /// The ways to be tried, best first.
  static func all(isRoot: Bool) -> [Way] {
    let users = isRoot ? [false, true] : [true]
    return users.flatMap { own in
      [true, false].map { Way(hasOwnUsers: own, hasOwnProcesses: $0) }
    }
  }

  /// Whether it may work, after what another way met with.
  ///
  /// Without processes of its own it helps only where those, or their `/proc`, were refused; where
  /// the program cannot be started or the way is long gone, no other way helps.
  func isWorthTrying(after denial: Denial) -> Bool {
    if denial.isFinal { return false }
    guard denial.way.hasOwnUsers == hasOwnUsers else {
      // Root's own way failed for want of a right: the other may do.
      return denial.stage != PLUMBLINE_STAGE_PROC || !denial.way.hasOwnProcesses
    }
    return denial.way.hasOwnProcesses && !hasOwnProcesses
      && (denial.stage == PLUMBLINE_STAGE_PROC || denial.stage == PLUMBLINE_STAGE_CLONE)
  }
}
