/// The requests of the ZooKeeper protocol that a client needs, as frames. Records and numbers are
/// those of `zookeeper.jute` and `ZooDefs.OpCode` (ZooKeeper 3.4 to 3.9).
enum ZooKeeperRequest {
  /// The session time that is asked for; the server narrows it to 2 … 20 ticks.
  static let sessionMilliseconds: Int32 = 10_000
  static let pingNumber: Int32 = -2
  static let notificationNumber: Int32 = -1
  static let authenticationNumber: Int32 = -4

  /// Begins a new session.
  static var connect: [UInt8] {
    var writer = JuteWriter()
    writer.write(int: 0)  // protocol version
    writer.write(long: 0)  // last zxid seen
    writer.write(int: sessionMilliseconds)
    writer.write(long: 0)  // session: a new one
    writer.write(zeros: 16)  // its password
    writer.write(bool: false)  // read-only servers are not wanted
    return writer.frame
  }

  static var ping: [UInt8] { header(pingNumber, 11).frame }

  /// Says who the client is: `user:password`, by the scheme `digest`.
  static func authenticate(_ login: String) -> [UInt8] {
    var writer = header(authenticationNumber, 100)
    writer.write(int: 0)  // kind, not used
    writer.write(text: "digest")
    writer.write(text: login)
    return writer.frame
  }

  /// Creates a node of the tree that is anybody's, or its creator's alone.
  static func create(
    _ number: Int32, _ path: String, _ value: String, isPrivate: Bool
  ) -> [UInt8] {
    var writer = header(number, 1)
    writer.write(text: path)
    writer.write(text: value)
    writer.write(int: 1)  // one entry of access control: everything, for
    writer.write(int: 31)
    writer.write(text: isPrivate ? "auth" : "world")
    writer.write(text: isPrivate ? "" : "anyone")
    writer.write(int: 0)  // persistent
    return writer.frame
  }

  /// Deletes a node of the tree, whatever its version.
  static func delete(_ number: Int32, _ path: String) -> [UInt8] {
    var writer = header(number, 2)
    writer.write(text: path)
    writer.write(int: -1)
    return writer.frame
  }

  static func getData(_ number: Int32, _ path: String) -> [UInt8] {
    var writer = header(number, 4)
    writer.write(text: path)
    writer.write(bool: false)  // no watch
    return writer.frame
  }

  static func setData(
    _ number: Int32, _ path: String, _ value: String, version: Int32
  ) -> [UInt8] {
    var writer = header(number, 5)
    writer.write(text: path)
    writer.write(text: value)
    writer.write(int: version)
    return writer.frame
  }

  static func sync(_ number: Int32, _ path: String) -> [UInt8] {
    var writer = header(number, 9)
    writer.write(text: path)
    return writer.frame
  }

  private static func header(_ number: Int32, _ kind: Int32) -> JuteWriter {
    var writer = JuteWriter()
    writer.write(int: number)
    writer.write(int: kind)
    return writer
  }
}

/// What a server says of a node of its tree: of `Stat`, what is used.
struct ZooKeeperStat {
  /// The transaction that wrote the data.
  let writtenBy: Int64
  /// How often the data was written since the node was created.
  let version: Int32

  init(_ reader: inout JuteReader) throws(WireError) {
    _ = try reader.long()  // created by
    writtenBy = try reader.long()
    for _ in 0..<2 { _ = try reader.long() }  // times
    version = try reader.int()
    for _ in 0..<2 { _ = try reader.int() }  // versions of children and access control
    _ = try reader.long()  // owner
    for _ in 0..<2 { _ = try reader.int() }  // lengths
    _ = try reader.long()  // children changed by
  }
}

/// Errors in the header of a reply (`KeeperException.Code`).
enum ZooKeeperError {
  static let noNode: Int32 = -101
  static let badVersion: Int32 = -103
  static let nodeExists: Int32 = -110
  static let noAuth: Int32 = -102
  static let invalidACL: Int32 = -114

  private static let names: [Int32: String] = [
    -1: "SystemError", -2: "RuntimeInconsistency", -3: "DataInconsistency", -4: "ConnectionLoss",
    -5: "MarshallingError", -6: "Unimplemented", -7: "OperationTimeout", -8: "BadArguments",
    -101: "NoNode", -102: "NoAuth", -103: "BadVersion", -108: "NoChildrenForEphemerals",
    -110: "NodeExists", -111: "NotEmpty", -112: "SessionExpired", -113: "InvalidCallback",
    -114: "InvalidACL", -115: "AuthFailed", -118: "SessionMoved", -119: "NotReadOnly",
    -127: "ThrottledOp",
  ]

  static func name(_ code: Int32) -> String { names[code] ?? "error \(code)" }

  /// Whether the request was certainly not carried out: the leader looks for these before it makes
  /// a change (`PrepRequestProcessor`), and answers *instead of* it. Others, above all
  /// `ConnectionLoss`, `OperationTimeout` and `SystemError`, say nothing about it.
  static func isDefinite(_ code: Int32) -> Bool {
    switch code {
    case -6, -8, noNode, -102, badVersion, -108, nodeExists, -111, -112, -114, -115, -118, -119,
      -127:
      true
    default: false
    }
  }
}
