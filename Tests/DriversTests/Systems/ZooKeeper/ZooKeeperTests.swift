import Base
import Drivers
import Testing

/// Exchanges with ZooKeeper 3.8.0, as a follower on loopback said them.
@Suite("ZooKeeper")
struct ZooKeeperTests {
  let hello =
    #"\00\00\00-\00\00\00\00\00\00\00\00\00\00\00\00\00\00'\10\00\00\00\00\00\00\00\00\00\00\00"#
    + #"\10\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"#
  let welcome =
    #"\00\00\00%\00\00\00\00\00\00'\10\02\00\01\98\e9\a1\00\00\00\00\00\10e\0b<\9e\8e\c9~5K1\fa"#
    + #"J\87\a7\96\c5\00"#

  func exchange(_ knobs: [String: String] = [:]) -> Exchange {
    Exchange(ZooKeeper(), Site.told(ZooKeeper(), nodes: 3, knobs: knobs), node: 1)
  }

  /// A number as two hexadecimal digits after a backslash.
  func byte(_ number: Int) -> String {
    "\\" + (number < 16 ? "0" : "") + String(number, radix: 16)
  }

  func sync(_ number: Int) -> String {
    Exchange.text(
      Exchange.bytes(#"\00\00\00\18\00\00\00\#(byte(number))\00\00\00\09\00\00\00\0c/plumbline-k"#))
  }

  func getData(_ number: Int) -> String {
    Exchange.text(
      Exchange.bytes(
        #"\00\00\00\19\00\00\00\#(byte(number))\00\00\00\04\00\00\00\0c/plumbline-k\00"#))
  }

  func setData(_ number: Int, _ value: String, version: String) -> String {
    let length = 32 + value.utf8.count
    return Exchange.text(
      Exchange.bytes(
        #"\00\00\00\#(byte(length))\00\00\00\#(byte(number))\00\00\00\05\00\00\00\0c/plumbline-k"#
          + #"\00\00\00\#(byte(value.utf8.count))\#(value)\#(version)"#))
  }

  func create(_ number: Int, _ value: String) -> String {
    Exchange.text(
      Exchange.bytes(
        #"\00\00\00<\00\00\00\#(byte(number))\00\00\00\01\00\00\00\0c/plumbline-k\00\00\00\01"#
          + #"\#(value)\00\00\00\01\00\00\00\1f\00\00\00\05world\00\00\00\06anyone\00\00\00\00"#))
  }

  /// A reply with a body of that many bytes more than the header's 16.
  func reply(_ number: Int, zxid: Int, error: String = #"\00\00\00\00"#, _ body: String = "")
    -> String
  {
    let length = 16 + Exchange.bytes(body).count
    return #"\00\00\00\#(byte(length))\00\00\00\#(byte(number))\00\00\00\01\00\00\00\#(byte(zxid))"#
      + error + body
  }

  func stat(written: Int, version: Int, length: Int = 1) -> String {
    #"\00\00\00\01\00\00\00\03\00\00\00\01\00\00\00\#(byte(written))"#
      + #"\00\00\01\a1\fd\cf\d7\a8\00\00\01\a1\fd\cf\d7\b2\00\00\00\#(byte(version))"#
      + #"\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\#(byte(length))"#
      + #"\00\00\00\00\00\00\00\01\00\00\00\03"#
  }

  let path = #"\00\00\00\0c/plumbline-k"#
  let noNode = #"\ff\ff\ff\9b"#
  let nodeExists = #"\ff\ff\ff\92"#
  let badVersion = #"\ff\ff\ff\99"#

  /// A session on which a first read has found nothing.
  func ready(_ knobs: [String: String] = [:]) -> Exchange {
    var exchange = exchange(knobs)
    #expect(exchange.ask(.read(key: "k")) == ["open n2:2181"])
    #expect(exchange.opened("n2", 2181) == ["send n2:2181 \(hello)"])
    #expect(exchange.received("n2", 2181, welcome) == ["send n2:2181 \(sync(1))\(getData(2))"])
    #expect(exchange.received("n2", 2181, reply(1, zxid: 1, path)) == [])
    #expect(
      exchange.received("n2", 2181, reply(2, zxid: 1, error: noNode))
        == ["ok null zxid=4294967297"])
    return exchange
  }

  @Test("a write creates what is not there, and sets it after that")
  func writes() {
    var exchange = ready()
    let any = #"\ff\ff\ff\ff"#
    #expect(
      exchange.ask(.write(key: "k", value: 5))
        == ["send n2:2181 \(setData(3, "5", version: any))"])
    #expect(
      exchange.received("n2", 2181, reply(3, zxid: 2, error: noNode))
        == ["send n2:2181 \(create(4, "5"))"])
    #expect(
      exchange.received("n2", 2181, reply(4, zxid: 3, path))
        == ["ok null zxid=4294967299 revision=4294967299"])
    #expect(
      exchange.ask(.write(key: "k", value: .null))
        == ["send n2:2181 \(setData(5, "", version: any))"])
    #expect(
      exchange.received("n2", 2181, reply(5, zxid: 4, stat(written: 4, version: 1)))
        == ["ok null zxid=4294967300 revision=4294967300"])
    // Another client creates it in between.
    #expect(exchange.ask(.write(key: "k", value: 6)).count == 1)
    #expect(
      exchange.received("n2", 2181, reply(6, zxid: 5, error: noNode))
        == ["send n2:2181 \(create(7, "6"))"])
    #expect(
      exchange.received("n2", 2181, reply(7, zxid: 6, error: nodeExists))
        == ["send n2:2181 \(setData(8, "6", version: any))"])
    #expect(
      exchange.received("n2", 2181, reply(8, zxid: 7, stat(written: 7, version: 1)))
        == ["ok null zxid=4294967303 revision=4294967303"])
    // What goes on like that is given up, with nothing done.
    #expect(exchange.ask(.write(key: "k", value: 6)).count == 1)
    for turn in 0..<4 {
      let error = turn % 2 == 0 ? noNode : nodeExists
      #expect(exchange.received("n2", 2181, reply(9 + turn, zxid: 8, error: error)).count == 1)
    }
    #expect(
      exchange.received("n2", 2181, reply(13, zxid: 8, error: noNode)) == ["refused: n2: NoNode"])
  }

  @Test("reads: with sync before them, or as they come")
  func reads() {
    var exchange = ready()
    #expect(exchange.ask(.read(key: "k")) == ["send n2:2181 \(sync(3))\(getData(4))"])
    let both =
      reply(3, zxid: 3, path)
      + reply(4, zxid: 3, #"\00\00\00\015"# + stat(written: 2, version: 0))
    for byte in Exchange.bytes(both).dropLast() {
      #expect(exchange.received("n2", 2181, [byte]) == [])
    }
    #expect(exchange.received("n2", 2181, [3]) == ["ok 5 zxid=4294967299 revision=4294967298"])
    exchange = self.exchange(["reads": "local"])
    #expect(exchange.ask(.read(key: "k")) == ["open n2:2181"])
    #expect(exchange.opened("n2", 2181) == ["send n2:2181 \(hello)"])
    #expect(exchange.received("n2", 2181, welcome) == ["send n2:2181 \(getData(1))"])
    let empty = reply(1, zxid: 3, #"\00\00\00\00"# + stat(written: 2, version: 0, length: 0))
    #expect(
      exchange.received("n2", 2181, empty) == ["ok null zxid=4294967299 revision=4294967298"])
    // A read behind a sync that failed is not a synchronized one.
    exchange = ready()
    #expect(exchange.ask(.read(key: "k")).count == 1)
    #expect(exchange.received("n2", 2181, reply(3, zxid: 3, error: #"\ff\ff\ff\fc"#)) == [])
    #expect(
      exchange.received("n2", 2181, reply(4, zxid: 3, error: noNode))
        == ["refused: n2: sync: ConnectionLoss"])
  }

  @Test("a compare-and-set reads, compares, and sets the version that it read")
  func compareAndSet() {
    var exchange = ready()
    func read(_ number: Int) -> String {
      reply(number, zxid: 3, path)
        + reply(number + 1, zxid: 3, #"\00\00\00\015"# + stat(written: 2, version: 9))
    }
    #expect(
      exchange.ask(.cas(key: "k", from: 5, to: 6)) == ["send n2:2181 \(sync(3))\(getData(4))"])
    let version = #"\00\00\00\09"#
    #expect(
      exchange.received("n2", 2181, read(3))
        == ["send n2:2181 \(setData(5, "6", version: version))"])
    #expect(
      exchange.received("n2", 2181, reply(5, zxid: 4, stat(written: 4, version: 10)))
        == ["ok true zxid=4294967300 revision=4294967300"])
    #expect(exchange.ask(.cas(key: "k", from: 5, to: 6)).count == 1)
    #expect(exchange.received("n2", 2181, read(6)).count == 1)
    #expect(
      exchange.received("n2", 2181, reply(8, zxid: 5, error: badVersion))
        == ["refused: n2: BadVersion"])
    #expect(exchange.ask(.cas(key: "k", from: 4, to: 6)).count == 1)
    #expect(exchange.received("n2", 2181, read(9)) == ["refused: another value was found"])
    #expect(exchange.ask(.cas(key: "k", from: .null, to: 6)).count == 1)
    #expect(
      exchange.received(
        "n2", 2181, reply(11, zxid: 3, path) + reply(12, zxid: 3, error: noNode))
        == ["send n2:2181 \(create(13, "6"))"])
    #expect(
      exchange.received("n2", 2181, reply(13, zxid: 4, error: nodeExists))
        == ["refused: n2: NodeExists"])
  }

  @Test("which errors are definite for a write")
  func errors() {
    let definite = [-6, -8, -102, -103, -108, -111, -112, -114, -115, -118, -119, -127]
    for code in [-1, -2, -4, -5, -7, -13, -100, -999] + definite {
      var exchange = ready()
      #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
      let bits = UInt32(bitPattern: Int32(code))
      let error = (0..<4).map { byte(Int(bits >> UInt32(24 - 8 * $0) & 255)) }.joined()
      let lines = exchange.received("n2", 2181, reply(3, zxid: 2, error: error))
      let word = definite.contains(code) ? "refused" : "unknown"
      #expect(lines.count == 1 && lines[0].hasPrefix("\(word): n2: "), "\(code): \(lines)")
    }
  }

  @Test("the session: none given, none needed before it is there, signs of life")
  func session() {
    var exchange = exchange()
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n2:2181"])
    #expect(exchange.opened("n2", 2181) == ["send n2:2181 \(hello)"])
    #expect(
      exchange.closed("n2", 2181, .lost("closed by the server"))
        == ["refused: n2: closed by the server"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n2:2181"])
    #expect(exchange.opened("n2", 2181) == ["send n2:2181 \(hello)"])
    let expired =
      #"\00\00\00%\00\00\00\00\00\00\00\00"# + String(repeating: #"\00"#, count: 8)
      + #"\00\00\00\10"# + String(repeating: #"\00"#, count: 17)
    #expect(
      exchange.received("n2", 2181, expired)
        == ["close n2:2181", "refused: n2: the server gave no session"])
    exchange = ready()
    let ping = #"send n2:2181 \00\00\00\08\ff\ff\ff\fe\00\00\00\0b"#
    let pong = #"\00\00\00\10\ff\ff\ff\fe\00\00\00\01\00\00\00\01\00\00\00\00"#
    #expect(exchange.idle() == [ping])
    #expect(exchange.received("n2", 2181, pong) == [])
    for _ in 0..<3 { #expect(exchange.idle() == [ping]) }
    #expect(exchange.idle() == ["close n2:2181"])
    #expect(exchange.idle() == [])
  }

  @Test("abandoned, lost and malformed")
  func ends() {
    var exchange = ready()
    #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
    #expect(exchange.abandon() == ["close n2:2181"])
    #expect(exchange.received("n2", 2181, reply(3, zxid: 2, stat(written: 2, version: 0))) == [])
    exchange = ready()
    #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
    #expect(
      exchange.closed("n2", 2181, .lost("closed by the server"))
        == ["unknown: n2: closed by the server"])
    let malformed = [
      (reply(4, zxid: 2), "a reply with the number 4, which is not the next"),
      (#"\00\00\00\04\00\00\00\03"#, "a record that ends within a number"),
      (#"\7f\00\00\00"#, "a frame of 2130706432 bytes; at most 4 MiB are taken"),
      (reply(3, zxid: 2, #"\00"#), "a record that ends within a number"),
    ]
    for (bytes, reason) in malformed {
      exchange = ready()
      #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
      #expect(
        exchange.received("n2", 2181, bytes)
          == ["close n2:2181", "unknown: n2: malformed reply: \(reason)"])
    }
    exchange = ready()
    #expect(exchange.ask(.read(key: "k")).count == 1)
    let long = reply(3, zxid: 2, path) + reply(4, zxid: 2, #"\00\00\00\095"#)
    #expect(
      exchange.received("n2", 2181, long) == [
        "close n2:2181", "unknown: n2: malformed reply: a buffer of 9 bytes where 1 are left",
      ])
  }

  @Test("status: a four-letter word on a connection of its own")
  func status() {
    var exchange = ready()
    func ask(_ text: String) -> [String] {
      #expect(exchange.opened("n2", 2181) == ["send n2:2181 srvr"])
      #expect(exchange.received("n2", 2181, text) == [])
      return exchange.closed("n2", 2181, .lost("closed by the server"))
    }
    #expect(exchange.ask(.status) == ["close n2:2181", "open n2:2181"])
    #expect(
      ask(#"Zookeeper version: 3.8.0\0aZxid: 0x300000005\0aMode: follower\0aNode count: 6\0a"#)
        == ["ok null stage=0 leader=- term=3"])
    #expect(exchange.ask(.status) == ["open n2:2181"])
    #expect(
      ask(#"Zxid: 0x300000005\0aMode: leader\0a"#) == ["ok null stage=0 leader=n2 term=3"])
    #expect(exchange.ask(.status) == ["open n2:2181"])
    #expect(
      ask(#"This ZooKeeper instance is not currently serving requests\0a"#)
        == ["ok null stage=-1 leader=- term=-"])
    #expect(exchange.ask(.status) == ["open n2:2181"])
    #expect(ask("what?") == ["unknown: n2: srvr gave no status: closed by the server"])
    #expect(exchange.ask(.status) == ["open n2:2181"])
    #expect(
      exchange.closed("n2", 2181, .neverOpened("Connection refused"))
        == ["refused: n2: Connection refused"])
    #expect(exchange.ask(.prepare) == ["ok null"])
  }

  @Test("the files of a server")
  func files() {
    let knobs = ["forceSync": "no", "syncLimit": "20"]
    let process = ZooKeeper().processes(Site.told(ZooKeeper(), nodes: 3, knobs: knobs))[1]
    #expect(process.arguments.contains("-Dzookeeper.forceSync=no"))
    #expect(
      process.files == [
        .init(path: "/data/n2/myid", text: "2\n"),
        .init(
          path: "/data/n2/zoo.cfg",
          text: """
            tickTime=500
            initLimit=10
            syncLimit=20
            dataDir=/data/n2
            clientPort=2181
            clientPortAddress=10.1.0.2
            maxClientCnxns=0
            admin.enableServer=false
            4lw.commands.whitelist=*
            server.1=10.0.0.1:2888:3888
            server.2=10.0.0.2:2888:3888
            server.3=10.0.0.3:2888:3888

            """),
      ])
  }
  @Test("durations and numbers that are none are refused")
  func validation() {
    func problem(_ knobs: [String: String]) -> String? {
      do throws(Failure) {
        try ZooKeeper().validate(Site.told(ZooKeeper(), nodes: 3, knobs: knobs))
        return nil
      } catch {
        return "\(error.code.rawValue) \(error.message)"
      }
    }
    #expect(problem([:]) == nil)
    #expect(
      problem(["tickTime": "20"])
        == "64 zookeeper: tickTime=20, expected whole milliseconds from 50ms to 10s")
    #expect(
      problem(["syncLimit": "0"])
        == "64 zookeeper: syncLimit=0, expected a number of ticks from 1 to 1000")
  }
}
