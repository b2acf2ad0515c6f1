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

  /// What came of a request that was answered with that error.
  static func outcome(_ response: borrowing HTTPResponse) -> Answer.Outcome {
    let json = try? JSONParser.parse(response.body)
    guard let message = json?["message"]?.string ?? json?["error"]?.string else {
      return .unknown("HTTP status \(response.status)")
    }
    return definite.contains(message) ? .refused(message) : .unknown(message)
  }
}
