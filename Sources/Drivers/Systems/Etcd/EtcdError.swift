import Base

/// What an error of etcd says about the request it answers.
///
/// Most errors come from a request that was proposed, and then nobody knows: `request timed out`,
/// `leader changed`, `server stopped`, `context deadline exceeded`. Even
/// `mvcc: database space exceeded` may follow a write that took effect (etcd issue 16659: the
/// quota's applier applies first and reports afterwards). Definite are those that etcd returns
/// before a proposal exists; the places are those of etcd 3.4 to 3.6.
enum EtcdError {
  /// Messages that prove that nothing was proposed, and where etcd returns them.
  private static let definite = [
    // EtcdServer.processInternalRaftRequestOnce, before Propose.
    "etcdserver: too many requests",
    "etcdserver: request is too large",
    // raft.Step of the node itself: a proposal without a leader to send it to is dropped there.
    "raft proposal dropped",
    // The interceptors before every call (v3rpc, newUnaryInterceptor).
    "etcdserver: not capable",
    "etcdserver: rpc not supported for learner",
    // The checks of arguments before a call is begun (v3rpc, checkPutRequest and its like).
    "etcdserver: key is not provided",
    "etcdserver: duplicate key given in txn request",
    "etcdserver: too many operations in txn request",
    // Checks of membership before a proposal (EtcdServer, strict reconfiguration).
    "etcdserver: re-configuration failed due to not enough started members",
    "etcdserver: unhealthy cluster",
  ]

  /// The token is not known or its time is over: `AuthInfoFromCtx`, which
  /// `processInternalRaftRequestOnce` calls before Propose, and ranges before they look.
  static let invalidToken = "etcdserver: invalid auth token"
  /// The users changed since the token was given. It is found when a proposal is applied, and once
  /// was found on some members only (etcd issue 11651), so nobody knows.
  static let oldToken = "etcdserver: revision of auth store is old"

  /// Messages that prove that nothing was done and that nothing will be, whoever is asked:
  /// of `Authenticate`, of `AuthInfoFromCtx`, and of what is applied only where it is permitted.
  private static let denials = [
    "etcdserver: authentication failed, invalid user ID or password",
    "etcdserver: authentication is not enabled",
    "etcdserver: user name is empty",
    "etcdserver: permission denied",
  ]

  /// The words of an error.
  static func message(_ response: borrowing HTTPResponse) -> String? {
    let json = try? JSONParser.parse(response.body)
    return json?["message"]?.string ?? json?["error"]?.string
  }

  /// What came of a request that was answered with that error.
  static func answer(_ response: borrowing HTTPResponse) -> Answer {
    guard let message = message(response) else {
      return Answer(.unknown("HTTP status \(response.status)"))
    }
    if denials.contains(message) { return .denied(message) }
    return Answer(
      definite.contains(message) || message == invalidToken
        ? .refused(message) : .unknown(message))
  }
}
