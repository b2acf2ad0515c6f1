import Base

/// The knobs of ``Redis`` as values.
struct RedisSettings {
  enum Mode: String { case standalone, sentinel, cluster }
  enum Target: String { case follow, pinned, replica }

  static let serverPort = 6379
  static let sentinelPort = 26379
  /// How long `WAIT` waits at the server.
  static let waitMilliseconds = 500

  var mode: Mode
  var target: Target
  /// How many replicas are to confirm a write; 0: nobody is asked.
  var wait: Int
  var appendfsync: String
  /// After how much silence a master is held for dead.
  var downAfterMilliseconds: Int
  /// The name that sentinels know the master by.
  var masterName: String
  /// What a connection to a server, and to a sentinel, begins with.
  var greeting: [UInt8]
  var sentinelGreeting: [UInt8]

  init(_ site: Site) {
    mode = Mode(rawValue: site.knob("mode")) ?? .standalone
    target = Target(rawValue: site.knob("target")) ?? .follow
    wait = Int(site.knob("wait")) ?? 0
    appendfsync = site.knob("appendfsync")
    downAfterMilliseconds = site.milliseconds("downAfter") ?? 1000
    masterName = site.knob("masterName")
    greeting = Self.greeting(site.knob("user"), site.secret("password"))
    sentinelGreeting = Self.greeting(site.knob("sentinelUser"), site.secret("sentinelPassword"))
  }

  private static func greeting(_ user: String, _ password: String?) -> [UInt8] {
    guard let password else { return [] }
    var writer = ByteWriter(capacity: 64)
    writer.write(command: ["AUTH"] + (user.isEmpty ? [] : [user]) + [password])
    return writer.bytes
  }

  /// How many of the nodes of a cluster own slots.
  static func masters(of nodes: Int) -> Int { max(3, nodes / 2) }

  /// The first and the last slot of a master of a new cluster.
  static func slots(of master: Int, masters: Int) -> (Int, Int) {
    (master * RedisSlot.count / masters, (master + 1) * RedisSlot.count / masters - 1)
  }
}

/// Which part of a Redis Cluster a key lies in.
enum RedisSlot {
  static let count = 16384

  /// CRC16 (XMODEM) of the key, or of what its first `{…}` holds, modulo 16384; see “Hash tags” in
  /// the Redis Cluster specification.
  ///
  /// - Complexity: O(bytes of the key), no allocation for keys without braces.
  static func of(_ key: String) -> Int {
    let bytes = key.utf8
    if let open = bytes.firstIndex(of: UInt8(ascii: "{")) {
      let rest = bytes[bytes.index(after: open)...]
      if let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex {
        return Int(checksum(rest[..<close])) % count
      }
    }
    return Int(checksum(bytes)) % count
  }

  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var sum: UInt16 = 0
    for byte in bytes {
      sum ^= UInt16(byte) << 8
      for _ in 0..<8 { sum = sum & 0x8000 != 0 ? sum << 1 ^ 0x1021 : sum << 1 }
    }
    return sum
  }
}
