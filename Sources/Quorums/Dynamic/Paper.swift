/// The papers that rules are from, as they are cited beside a violation.
enum Paper {
  /// D. Gifford, “Weighted voting for replicated data”, SOSP 1979, doi:10.1145/800215.806583.
  static let gifford = "Gifford, SOSP 1979"
  /// H. Attiya, A. Bar-Noy, D. Dolev, “Sharing memory robustly in message-passing systems”, JACM
  /// 42(1), 1995, doi:10.1145/200836.200869.
  static let abd = "Attiya, Bar-Noy, Dolev 1995"
  /// D. Ongaro, J. Ousterhout, “In search of an understandable consensus algorithm (extended
  /// version)”, 2014; the short one is of USENIX ATC 2014.
  static let raft = "Ongaro and Ousterhout, extended version 2014"
  /// L. Lamport, “Paxos made simple”, ACM SIGACT News 32(4), 2001.
  static let paxos = "Lamport, Paxos Made Simple 2001, section 2.2"
  /// M. Castro, B. Liskov, “Practical Byzantine fault tolerance”, OSDI 1999.
  static let pbft = "Castro and Liskov, OSDI 1999, section 4"
}
