import Base
import Drivers
import Testing

/// Sessions under bytes that mean nothing, or that meant something before they were damaged.
@Suite("Noise")
struct NoiseTests {
  private static let cases: [(driver: any Driver, nodes: Int, knobs: [String: String])] = [
    (Redis(), 1, [:]), (Redis(), 3, ["mode": "sentinel", "wait": "1"]),
    (Redis(), 6, ["mode": "cluster"]), (ZooKeeper(), 3, [:]), (ZooKeeper(), 3, ["reads": "local"]),
    (NATS(), 3, [:]), (NATS(), 3, ["reads": "direct"]),
    (Redis(), 1, ["password": "p"]), (ZooKeeper(), 3, ["user": "a", "password": "p"]),
    (NATS(), 1, ["token": "t"]),
  ]

  private static let replies: [String] = [
    "+OK¶", "+OK¶:1¶", ":1¶", "$1¶5¶", "$-1¶", "-READONLY no¶", "-MOVED 7629 10.0.0.2:6379¶",
    "-ASK 7629 10.0.0.3:6379¶", "-NOSCRIPT no¶", "*2¶$8¶10.0.0.2¶$4¶6379¶",
    "*3¶$6¶master¶:480¶*0¶$1¶5¶", "+PONG¶$14¶role:master¶¶¶", "%1¶+a¶*2¶:1¶_¶",
    #"\00\00\00%\00\00\00\00\00\00'\10\02\00\01\98\e9\a1\00\00\00\00\00\10e\0b<\9e\8e\c9~5K1\fa"#
      + #"J\87\a7\96\c5\00"#,
    #"\00\00\00\10\00\00\00\02\00\00\00\01\00\00\00\01\ff\ff\ff\9b"#,
    #"\00\00\00\10\00\00\00\01\00\00\00\01\00\00\00\02\ff\ff\ff\9b"#,
    #"\00\00\00 \00\00\00\02\00\00\00\01\00\00\00\03\00\00\00\00\00\00\00\0c/plumbline-k"#,
    #"Zxid: 0x300000005\0aMode: leader\0a"#,
    #"INFO {"server_id":"NBYM","client_id":12} ¶"#, "PONG¶", "PING¶", "-ERR 'no'¶",
    #"MSG _INBOX.NBYM.12.1 1 34¶{"stream":"KV_plumbline", "seq":1}¶"#,
    "HMSG _INBOX.NBYM.12.1 1 16 16¶NATS/1.0 503¶¶¶",
    "HMSG _INBOX.NBYM.12.1 1 31 32¶NATS/1.0¶Nats-Sequence: 77¶¶5¶",
    #"HTTP/1.0 200 OK¶¶{"meta_cluster":{"leader":"n1","cluster_size":3}}"#,
  ]

  @Test("sessions keep their promises", arguments: cases.indices)
  func promises(index: Int) {
    let (driver, nodes, knobs) = Self.cases[index]
    let site =
      knobs.keys.contains { ["password", "token"].contains($0) }
      ? Site.guarded(driver, nodes: nodes, knobs) : Site.told(driver, nodes: nodes, knobs: knobs)
    let replies = Self.replies.map(Exchange.bytes)
    for seed in 0..<1_500 as Range<UInt64> {
      for replies in [[], replies] {
        var noise = Noise(driver, site, seed: seed, replies: replies)
        let problem = noise.run()
        #expect(problem == nil, "\(driver.name) \(knobs), seed \(seed)")
        if problem != nil { return }
      }
    }
  }
}
