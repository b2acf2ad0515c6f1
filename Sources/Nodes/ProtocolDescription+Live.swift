import Base
import Protocols

extension ProtocolDescription {
  /// Runs one node of the protocol on standard input and output until the input ends.
  ///
  /// - Parameters:
  ///   - folder: where durable state is kept; without it nothing is.
  ///   - options: seed, bugs and settings; name and members come with the message `init`.
  ///   - trace: the file that what happens inside is appended to, or nil.
  /// - Throws: ``Failure`` when durable state cannot be read or written.
  public func runLive(
    folder: String?, options: NodeSetup, trace: String?
  ) throws(Failure) {
    func run<Node: ProtocolNode>(_ type: Node.Type) throws(Failure) {
      var live = LiveNode<Node>(folder: folder, options: options, trace: trace)
      try live.run()
    }
    try run(node)
  }
}
