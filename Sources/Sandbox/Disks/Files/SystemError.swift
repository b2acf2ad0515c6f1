import Glibc

/// What a call on a file answers when it does not do it: an errno.
struct SystemError: Error, Equatable {
  let code: Int32

  init(_ code: Int32) { self.code = code }

  /// What the last call of the system answered.
  static var last: SystemError { SystemError(errno) }
}
