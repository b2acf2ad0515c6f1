import Base
import Drivers
import Testing

/// Exchanges with nats-server 2.9.10, as servers on loopback said them; long texts cut to what
/// counts.
@Suite("NATS")
struct NATSTests {
  let connect =
    #"CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"#
    + #""lang":"swift","version":"1","protocol":1,"name":"plumbline"}¶"#
    + "SUB _INBOX.NBYM.12.* 1¶PING¶"
  let info =
    #"INFO {"server_id":"NBYM","server_name":"n2","version":"2.9.10","headers":true,"#
    + #""client_id":12,"cluster":"plumbline"} ¶"#

  func exchange(_ knobs: [String: String] = [:], nodes: Int = 3) -> Exchange {
    Exchange(NATS(), Site.told(NATS(), nodes: nodes, knobs: knobs), node: nodes > 1 ? 1 : 0)
  }

  func publish(_ number: Int, _ subject: String, _ payload: String) -> String {
    "send n2:4222 PUB \(subject) _INBOX.NBYM.12.\(number) \(payload.utf8.count)¶\(payload)¶"
  }

  func publish(_ number: Int, header: String, _ payload: String) -> String {
    let lines = Exchange.bytes("NATS/1.0¶\(header)¶¶").count
    return "send n2:4222 HPUB $KV.plumbline.k _INBOX.NBYM.12.\(number) \(lines) "
      + "\(lines + payload.utf8.count)¶NATS/1.0¶\(header)¶¶\(payload)¶"
  }

  func message(_ number: Int, _ payload: String) -> String {
    "MSG _INBOX.NBYM.12.\(number) 1  \(payload.utf8.count)¶\(payload)¶"
  }

  func message(_ number: Int, header: String, _ payload: String) -> String {
    let lines = Exchange.bytes("\(header)¶¶").count
    return "HMSG _INBOX.NBYM.12.\(number) 1 \(lines) \(lines + payload.utf8.count)¶\(header)¶¶"
      + "\(payload)¶"
  }

  func fetch(_ number: Int) -> String {
    publish(
      number, "$JS.API.STREAM.MSG.GET.KV_plumbline", #"{"last_by_subj":"$KV.plumbline.k"}"#)
  }

  let absent =
    #"{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"#
    + #""err_code":10037,"description":"no message found"}}"#

  func found(_ sequence: Int, _ data: String, header: String = "") -> String {
    let lines = header.isEmpty ? "" : #""hdrs":"\#(header)","#
    let value = data.isEmpty ? "" : #""data":"\#(data)","#
    return #"{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"#
      + #""subject":"$KV.plumbline.k","seq":\#(sequence),\#(lines)\#(value)"#
      + #""time":"2026-11-21T11:13:36.499750794Z"}}"#
  }

  /// A session on which a first read has found nothing.
  func ready(_ knobs: [String: String] = [:]) -> Exchange {
    var exchange = exchange(knobs)
    #expect(exchange.ask(.read(key: "k")) == ["open n2:4222"])
    #expect(exchange.opened("n2", 4222) == [])
    #expect(exchange.received("n2", 4222, info) == ["send n2:4222 \(connect)"])
    if knobs["reads"] == "direct" {
      let subject = "$JS.API.DIRECT.GET.KV_plumbline.$KV.plumbline.k"
      #expect(exchange.received("n2", 4222, "PONG¶") == [publish(1, subject, "")])
      let reply = message(1, header: "NATS/1.0 404 Message Not Found", "")
      #expect(exchange.received("n2", 4222, reply) == ["ok null"])
    } else {
      #expect(exchange.received("n2", 4222, "PONG¶") == [fetch(1)])
      #expect(exchange.received("n2", 4222, message(1, absent)) == ["ok null"])
    }
    return exchange
  }

  @Test("reads from the leader: a value, a deletion, none, an error; cut anywhere")
  func reads() {
    var exchange = ready()
    #expect(exchange.ask(.read(key: "k")) == [fetch(2)])
    let bytes = Exchange.bytes("PING¶" + message(2, found(1, "NQ==")))
    var lines: [String] = []
    for byte in bytes { lines += exchange.received("n2", 4222, [byte]) }
    #expect(lines == ["send n2:4222 PONG¶", "ok 5 revision=1"])
    #expect(exchange.ask(.read(key: "k")) == [fetch(3)])
    let deletion = found(3, "", header: "TkFUUy8xLjANCktWLU9wZXJhdGlvbjogREVMDQoNCg==")
    #expect(exchange.received("n2", 4222, message(3, deletion)) == ["ok null revision=3"])
    #expect(exchange.ask(.read(key: "k")) == [fetch(4)])
    let error = #"{"error":{"code":503,"err_code":10008,"description":"unavailable"}}"#
    #expect(
      exchange.received("n2", 4222, message(4, error)) == ["refused: n2: unavailable (10008)"])
    #expect(exchange.ask(.read(key: "k")) == [fetch(5)])
    #expect(
      exchange.received("n2", 4222, message(5, header: "NATS/1.0 503", ""))
        == ["refused: n2: no responders"])
  }

  @Test("direct reads: a value with its sequence, a deletion, a status")
  func directReads() {
    var exchange = ready(["reads": "direct"])
    let fields = "NATS/1.0¶Nats-Stream: KV_plumbline¶Nats-Sequence: 7"
    #expect(exchange.ask(.read(key: "k")).count == 1)
    #expect(
      exchange.received("n2", 4222, message(2, header: fields, "5")) == ["ok 5 revision=7"])
    #expect(exchange.ask(.read(key: "k")).count == 1)
    let deletion = "NATS/1.0¶KV-Operation: DEL¶Nats-Sequence: 8"
    #expect(
      exchange.received("n2", 4222, message(3, header: deletion, "")) == ["ok null revision=8"])
    #expect(exchange.ask(.read(key: "k")).count == 1)
    #expect(
      exchange.received("n2", 4222, message(4, header: "NATS/1.0 408 Bad Request", ""))
        == ["refused: n2: direct get: status 408"])
    #expect(exchange.ask(.read(key: "k")).count == 1)
    #expect(
      exchange.received("n2", 4222, message(5, header: "NATS/1.0¶Nats-Stream: x", "5")) == [
        "close n2:4222", "unknown: n2: malformed message: a direct get without its sequence",
      ])
  }

  @Test("writes: acknowledged, nobody there, errors that are definite and those that are not")
  func writes() {
    var exchange = ready()
    let subject = "$KV.plumbline.k"
    #expect(exchange.ask(.write(key: "k", value: 5)) == [publish(2, subject, "5")])
    let stored = #"{"stream":"KV_plumbline", "seq":1}"#
    #expect(exchange.received("n2", 4222, message(2, stored)) == ["ok null revision=1"])
    #expect(
      exchange.ask(.write(key: "k", value: .null)) == [publish(3, header: "KV-Operation: DEL", "")])
    #expect(exchange.received("n2", 4222, message(3, stored)) == ["ok null revision=1"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == [publish(4, subject, "5")])
    #expect(
      exchange.received("n2", 4222, message(4, header: "NATS/1.0 503", ""))
        == ["refused: n2: no responders"])
    for (index, code) in [10054, 10060, 10070, 10071, 10109, 10164, 10008, 10077, 1].enumerated() {
      #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
      let error = #"{"error":{"code":400,"err_code":\#(code),"description":"no"},"seq":0}"#
      let word = index < 6 ? "refused" : "unknown"
      #expect(
        exchange.received("n2", 4222, message(5 + index, error)) == ["\(word): n2: no (\(code))"])
    }
    for (index, reply) in [#"{"stream":"other","seq":1}"#, #"{"seq":1}"#, "5", ""].enumerated() {
      exchange = ready()
      #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
      let reason =
        index < 2
        ? "an acknowledgement without stream and sequence" : "an answer that is no JSON object"
      #expect(
        exchange.received("n2", 4222, message(2, reply))
          == ["close n2:4222", "unknown: n2: malformed message: \(reason)"])
    }
  }

  @Test("a compare-and-set expects the sequence that it read")
  func compareAndSet() {
    var exchange = ready()
    let stored = #"{"stream":"KV_plumbline", "seq":9}"#
    #expect(exchange.ask(.cas(key: "k", from: 5, to: 6)) == [fetch(2)])
    let expected = "Nats-Expected-Last-Subject-Sequence:"
    #expect(
      exchange.received("n2", 4222, message(2, found(4, "NQ==")))
        == [publish(3, header: "\(expected) 4", "6")])
    #expect(exchange.received("n2", 4222, message(3, stored)) == ["ok true revision=9"])
    #expect(exchange.ask(.cas(key: "k", from: .null, to: .null)) == [fetch(4)])
    #expect(
      exchange.received("n2", 4222, message(4, absent))
        == [publish(5, header: "\(expected) 0¶KV-Operation: DEL", "")])
    let lost =
      #"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"#
      + #""stream":"KV_plumbline","seq":0}"#
    #expect(
      exchange.received("n2", 4222, message(5, lost))
        == ["refused: n2: wrong last sequence: 2 (10071)"])
    #expect(exchange.ask(.cas(key: "k", from: 5, to: 6)) == [fetch(6)])
    #expect(
      exchange.received("n2", 4222, message(6, found(4, "NA==")))
        == ["refused: another value was found"])
    // Lost before anything was published that could be stored, and after.
    #expect(exchange.ask(.cas(key: "k", from: 5, to: 6)) == [fetch(7)])
    #expect(
      exchange.closed("n2", 4222, .lost("closed by the server"))
        == ["refused: n2: closed by the server"])
    exchange = ready()
    #expect(exchange.ask(.cas(key: "k", from: 5, to: 6)) == [fetch(2)])
    #expect(exchange.received("n2", 4222, message(2, found(4, "NQ=="))).count == 1)
    #expect(
      exchange.closed("n2", 4222, .lost("closed by the server"))
        == ["unknown: n2: closed by the server"])
  }

  @Test("a late answer is nobody's; a silent connection is left")
  func abandoned() {
    var exchange = ready()
    #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
    #expect(exchange.abandon() == ["send n2:4222 PING¶"])
    #expect(exchange.ask(.read(key: "k")) == [fetch(3)])
    let stored = #"{"stream":"KV_plumbline", "seq":1}"#
    #expect(exchange.received("n2", 4222, "PONG¶" + message(2, stored)) == [])
    #expect(exchange.received("n2", 4222, message(3, found(1, "NQ=="))) == ["ok 5 revision=1"])
    #expect(exchange.ask(.read(key: "k")) == [fetch(4)])
    #expect(exchange.abandon() == ["send n2:4222 PING¶"])
    #expect(exchange.ask(.read(key: "k")) == [fetch(5)])
    #expect(exchange.abandon() == ["close n2:4222"])
    #expect(exchange.ask(.read(key: "k")) == ["open n2:4222"])
    #expect(exchange.abandon() == ["close n2:4222"])
  }

  @Test("connections: never made, malformed, an error that the server says")
  func connections() {
    var exchange = exchange()
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n2:4222"])
    #expect(
      exchange.closed("n2", 4222, .neverOpened("Connection refused"))
        == ["refused: n2: Connection refused"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n2:4222"])
    #expect(exchange.opened("n2", 4222) == [])
    #expect(
      exchange.received("n2", 4222, "INFO {}¶") == [
        "close n2:4222",
        "refused: n2: malformed message: an INFO without server_id and client_id",
      ])
    let malformed = [
      ("HELLO¶", "the unknown message “HELLO”"), ("¶", "an empty line where a message begins"),
      ("PING\n", "a line end without its CR"), ("MSG a 1 x¶", "“x” where a length belongs"),
      ("MSG a 1 9999999¶", "a message of 9999999 bytes; at most 8 MiB are taken"),
      ("HMSG a 1 5 4¶", "a header longer than its message"),
      ("MSG a 1 1¶ab¶", "a message that does not end where its length says"),
      ("INFO 5¶", "an INFO without a JSON object"),
    ]
    for (bytes, reason) in malformed {
      exchange = ready()
      #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
      #expect(
        exchange.received("n2", 4222, bytes)
          == ["close n2:4222", "unknown: n2: malformed message: \(reason)"])
    }
    exchange = ready()
    #expect(exchange.ask(.write(key: "k", value: 5)).count == 1)
    #expect(
      exchange.received("n2", 4222, "+OK¶-ERR 'Stale Connection'¶")
        == ["close n2:4222", "unknown: n2: Stale Connection"])
  }

  @Test("status: what the monitor says; the stream is made once")
  func status() {
    var exchange = exchange()
    func ask(_ text: String) -> [String] {
      #expect(exchange.ask(.status) == ["open n2:8222"])
      #expect(
        exchange.opened("n2", 8222)
          == ["send n2:8222 GET /jsz?accounts=true&streams=true HTTP/1.0¶¶"])
      #expect(exchange.received("n2", 8222, text) == [])
      return exchange.closed("n2", 8222, .lost("closed by the server"))
    }
    let head = "HTTP/1.0 200 OK¶Content-Type: application/json¶¶"
    let account =
      #""account_details":[{"name":"$G","stream_detail":[{"name":"KV_plumbline","#
      + #""cluster":{"name":"plumbline","leader":"n3"}}]}]"#
    #expect(
      ask(head + #"{"meta_cluster":{"leader":"n1","cluster_size":3},\#(account)}"#)
        == ["ok null stage=0 leader=n3 term=-"])
    #expect(
      ask(head + #"{"meta_cluster":{"leader":"n1","cluster_size":2}}"#)
        == ["ok null stage=-1 leader=- term=-"])
    #expect(
      ask(head + #"{"meta_cluster":{"cluster_size":3}}"#)
        == ["ok null stage=-1 leader=- term=-"])
    let none = ["unknown: n2: its monitor gave no JSON object"]
    #expect(ask("HTTP/1.0 404 Not Found¶¶{}") == none)
    #expect(ask(head + "{") == none)
    #expect(ask("") == ["refused: n2: its monitor, port 8222: closed by the server"])
    #expect(exchange.ask(.status) == ["open n2:8222"])
    #expect(exchange.abandon() == ["close n2:8222"])

    exchange = ready()
    let about = publish(2, "$JS.API.STREAM.INFO.KV_plumbline", "")
    #expect(exchange.ask(.prepare) == [about])
    let missing = #"{"error":{"code":404,"err_code":10059,"description":"stream not found"}}"#
    let create = exchange.received("n2", 4222, message(2, missing))
    #expect(
      create == [
        publish(
          3, "$JS.API.STREAM.CREATE.KV_plumbline",
          #"{"name":"KV_plumbline","subjects":["$KV.plumbline.>"],"retention":"limits","#
            + #""storage":"file","discard":"new","num_replicas":3,"max_msgs_per_subject":1,"#
            + #""max_msgs":-1,"max_bytes":-1,"max_age":0,"allow_rollup_hdrs":true,"#
            + #""deny_delete":true,"allow_direct":false}"#)
      ])
    #expect(
      exchange.received("n2", 4222, message(3, "{}")) == ["refused: n2: the stream is being made"])
    for (isCurrent, line) in [
      (false, "refused: n2: not all replicas of the stream are current"), (true, "ok null"),
    ] {
      #expect(exchange.ask(.prepare).count == 1)
      let replicas =
        #"{"cluster":{"leader":"n1","replicas":[{"name":"n2","current":true},"#
        + #"{"name":"n3","current":\#(isCurrent)}]}}"#
      #expect(exchange.received("n2", 4222, message(isCurrent ? 5 : 4, replicas)) == [line])
    }
  }

  @Test("the file of a server, and which numbers of nodes there are")
  func files() {
    let process = NATS().processes(Site.told(NATS(), nodes: 3, knobs: ["sync": "always"]))[1]
    #expect(process.arguments == ["-c", "/data/n2/nats.conf"])
    #expect(!process.honoursPreload)
    #expect(
      process.files == [
        .init(
          path: "/data/n2/nats.conf",
          text: """
            server_name: n2
            listen: "10.1.0.2:4222"
            http: "10.1.0.2:8222"
            jetstream {
              store_dir: "/data/n2/jetstream"
              max_mem: 64MB
              max_file: 1GB
              sync_interval: always
            }
            cluster {
              name: plumbline
              listen: "10.0.0.2:6222"
              routes: ["nats://10.0.0.1:6222", "nats://10.0.0.3:6222"]
            }

            """)
      ])
    #expect(throws: Failure.self) { try NATS().validate(Site.told(NATS(), nodes: 4)) }
  }
}
