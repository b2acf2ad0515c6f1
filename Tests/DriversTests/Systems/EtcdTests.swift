import Base
import Drivers
import Testing

/// Exchanges with etcd 3.4.23, as three nodes on loopback said them; heads without the fields that
/// mean nothing here.
@Suite("etcd")
struct EtcdTests {
  let etcd = Etcd()
  let header =
    #""header":{"cluster_id":"12084220668613212599","member_id":"1513194164204222169","#
    + #""revision":"4","raft_term":"2"}"#
  let evidence: [JSON.Member] = [
    .init("revision", 4), .init("term", 2), .init("member", "1513194164204222169"),
  ]
  let fields = "Content-Type: application/json\nGrpc-Metadata-Content-Type: application/grpc\n"

  func script(_ knobs: [String: String] = [:]) -> Script {
    Script(etcd, Site.told(etcd, knobs: knobs))
  }

  func request(_ path: String, _ body: String) -> String {
    http(
      """
      POST /v3/\(path) HTTP/1.1
      Host: 10.1.0.1:2379
      Content-Type: application/json
      Content-Length: \(body.utf8.count)


      """) + body
  }

  /// An error as the gateway says it, in chunks and with a trailer.
  func error(_ status: String, _ message: String, _ code: Int) -> String {
    let body = #"{"error":"\#(message)","message":"\#(message)","code":\#(code)}"#
    return http(
      """
      HTTP/1.1 \(status)
      Content-Type: application/json
      Trailer: Grpc-Trailer-Content-Type
      Transfer-Encoding: chunked

      \(String(body.utf8.count, radix: 16))
      \(body)
      0
      Grpc-Trailer-Content-Type: application/grpc


      """)
  }

  @Test("reads: a value, no key, another key, no JSON")
  func reads() {
    var script = script()
    let (requests, answer) = script.talk(
      .read(key: "a"),
      response(
        #"{\#(header),"kvs":[{"key":"YQ==","create_revision":"2","mod_revision":"3","#
          + #""version":"2","value":"NQ=="}],"count":"1"}"#, fields: fields))
    #expect(requests == [request("kv/range", #"{"key":"YQ=="}"#)])
    #expect(answer == Answer(.ok(5), evidence: evidence))
    let absent = script.talk(.read(key: "b"), response("{\(header)}", fields: fields))
    #expect(absent.answer == Answer(.ok(.null), evidence: evidence))
    let empty = script.talk(.read(key: "b"), response(#"{\#(header),"kvs":[],"count":"0"}"#))
    #expect(empty.answer == absent.answer)
    let other = script.talk(
      .read(key: "b"), response(#"{\#(header),"kvs":[{"key":"YQ==","value":"NQ=="}]}"#))
    #expect(other.answer == Answer(.unknown("a response for another key"), evidence: evidence))
    // “ 5” equals 5, but a comparison of bytes says that it does not.
    for (value, text) in [
      ("YQ==", "a"), ("", ""), ("MSAy", "1 2"), ("IDU=", " 5"),
      ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", nil),
    ] {
      let odd = script.talk(
        .read(key: "a"), response(#"{\#(header),"kvs":[{"key":"YQ==","value":"\#(value)"}]}"#))
      let large = JSON.number("12345678901234567890")
      let read: JSON = text.map { ["not-json": .string($0)] } ?? large
      #expect(odd.answer == Answer(.ok(read), evidence: evidence))
    }
    let cut = script.talk(
      .read(key: "a"), response(#"{\#(header),"kvs":[{"key":"YQ==","value":"N"}]}"#))
    #expect(cut.answer == Answer(.unknown("a value that is no Base64"), evidence: evidence))
    for body in ["{}", "[]", "", "<html>", #"{"kvs":[{"key":"YQ==","value":"NQ=="}]}"#] {
      let foreign = script.talk(.read(key: "a"), response(body))
      #expect(foreign.answer == Answer(.unknown("a response that is not etcd's")))
    }
  }

  @Test("reads that a node serves alone, and the older paths of the gateway")
  func knobs() {
    var serializable = script(["reads": "serializable"])
    let (requests, _) = serializable.talk(.read(key: "a"))
    #expect(requests == [request("kv/range", #"{"key":"YQ==","serializable":true}"#)])
    var older = script(["api": "v3beta"])
    let sent = older.talk(.read(key: "a")).requests
    #expect(sent.map { $0.hasPrefix("POST /v3beta/kv/range HTTP/1.1\r\n") } == [true])
  }

  @Test("writes: a value, and null, which deletes")
  func writes() {
    var script = script()
    let (requests, answer) = script.talk(
      .write(key: "a", value: [1, "x"]), response("{\(header)}", fields: fields))
    #expect(requests == [request("kv/put", #"{"key":"YQ==","value":"WzEsIngiXQ=="}"#)])
    #expect(answer == Answer(.ok(.null), evidence: evidence))
    let delete = script.talk(
      .write(key: "a", value: nil), response(#"{\#(header),"deleted":"1"}"#))
    #expect(delete.requests == [request("kv/deleterange", #"{"key":"YQ=="}"#)])
    #expect(delete.answer == Answer(.ok(.null), evidence: evidence))
  }

  @Test("compare-and-set by value, from nothing, to nothing")
  func swaps() {
    var script = script()
    let done = #"{\#(header),"succeeded":true,"responses":[{"response_put":{}}]}"#
    let (requests, answer) = script.talk(.cas(key: "a", from: 5, to: 6), response(done))
    #expect(
      requests == [
        request(
          "kv/txn",
          #"{"compare":[{"key":"YQ==","target":"VALUE","result":"EQUAL","value":"NQ=="}],"#
            + #""success":[{"request_put":{"key":"YQ==","value":"Ng=="}}]}"#)
      ])
    #expect(answer == Answer(.ok(true), evidence: evidence))
    let not = script.talk(.cas(key: "a", from: 5, to: 6), response("{\(header)}"))
    #expect(not.answer == Answer(.ok(false), evidence: evidence))
    let odd = script.talk(
      .cas(key: "a", from: 5, to: 6), response(#"{\#(header),"succeeded":"true"}"#))
    #expect(odd.answer == Answer(.unknown("a response that is not etcd's"), evidence: evidence))
    let first = script.talk(.cas(key: "b", from: nil, to: 6), response(done))
    #expect(
      first.requests == [
        request(
          "kv/txn",
          #"{"compare":[{"key":"Yg==","target":"CREATE","result":"EQUAL","#
            + #""create_revision":"0"}],"#
            + #""success":[{"request_put":{"key":"Yg==","value":"Ng=="}}]}"#)
      ])
    let last = script.talk(.cas(key: "b", from: 6, to: nil), response(done))
    #expect(
      last.requests == [
        request(
          "kv/txn",
          #"{"compare":[{"key":"Yg==","target":"VALUE","result":"EQUAL","value":"Ng=="}],"#
            + #""success":[{"request_delete_range":{"key":"Yg=="}}]}"#)
      ])
  }

  @Test("errors: what proves that nothing was proposed, and what proves nothing")
  func errors() {
    var script = script()
    let cases: [(status: String, message: String, code: Int, isDefinite: Bool)] = [
      ("503 Service Unavailable", "etcdserver: request timed out", 14, false),
      ("500 Internal Server Error", "context deadline exceeded", 2, false),
      ("503 Service Unavailable", "etcdserver: leader changed", 14, false),
      ("503 Service Unavailable", "etcdserver: server stopped", 14, false),
      ("503 Service Unavailable", "etcdserver: no leader", 14, false),
      ("429 Too Many Requests", "etcdserver: mvcc: database space exceeded", 8, false),
      ("503 Service Unavailable", "transport is closing", 14, false),
      ("429 Too Many Requests", "etcdserver: too many requests", 8, true),
      ("400 Bad Request", "etcdserver: request is too large", 3, true),
      ("500 Internal Server Error", "raft proposal dropped", 2, true),
      ("400 Bad Request", "etcdserver: key is not provided", 3, true),
    ]
    for (status, message, code, isDefinite) in cases {
      let (_, answer) = script.talk(.write(key: "a", value: 1), error(status, message, code))
      #expect(answer == Answer(isDefinite ? .refused(message) : .unknown(message)))
    }
    let wrong = script.talk(
      .write(key: "a", value: 1), response("404 page not found\n", status: "404 Not Found"))
    #expect(wrong.answer == Answer(.unknown("HTTP status 404")))
    let older = script.talk(
      .write(key: "a", value: 1),
      response(#"{"error":"etcdserver: too many requests","code":8}"#, status: "429 x"))
    #expect(older.answer == Answer(.refused("etcdserver: too many requests")))
  }

  let members = [1, 2, 3].map {
    #"{"ID":"\#(10 + $0)","name":"n\#($0)","peerURLs":["http://10.0.0.\#($0):2380"],"#
      + #""clientURLs":["http://10.1.0.\#($0):2379"]}"#
  }

  func list(_ places: [Int]) -> String {
    response("{\(header),\"members\":[\(places.map { members[$0] }.joined(separator: ","))]}")
  }

  func status(leader: String, own: Int = 11) -> String {
    response(
      #"{"header":{"member_id":"\#(own)","raft_term":"2"},"version":"3.4.23",\#(leader)"#
        + #""raftIndex":"9","raftTerm":"2","raftAppliedIndex":"9"}"#)
  }

  @Test("status: the node leads, another does, a member that is new, nobody")
  func statuses() {
    var script = script()
    let ask = request("maintenance/status", "{}")
    let look = request("cluster/member/list", "{}")
    let own = script.talk(.status, status(leader: #""leader":"11","#))
    #expect(own.requests == [ask])
    #expect(
      own.answer
        == Answer(.ok(.null), status: NodeStatus(stage: 0, leader: 0, term: 2, version: "3.4.23")))
    let other = script.talk(.status, status(leader: #""leader":"13","#), list([0, 1, 2]))
    #expect(other.requests == [ask, look])
    #expect(
      other.answer
        == Answer(.ok(.null), status: NodeStatus(stage: 0, leader: 2, term: 2, version: "3.4.23")))
    let again = script.talk(.status, status(leader: #""leader":"12","#))
    #expect(again.requests == [ask], "the members are known")
    #expect(again.answer?.status == NodeStatus(stage: 0, leader: 1, term: 2, version: "3.4.23"))
    let stranger = script.talk(.status, status(leader: #""leader":"99","#), list([0, 1, 2]))
    #expect(stranger.requests == [ask, look])
    #expect(
      stranger.answer?.status == NodeStatus(stage: 0, leader: nil, term: 2, version: "3.4.23"))
    let nobody = script.talk(.status, status(leader: #""errors":["etcdserver: no leader"],"#))
    #expect(nobody.answer?.status == NodeStatus(stage: -1, version: "3.4.23"))
  }

  @Test("nodes of one address are told apart by their ports")
  func ports() {
    var site = Site.told(etcd)
    for index in site.nodes.indices { site.nodes[index].clientAddress = "127.0.0.1" }
    site.ports = [23791, 23792, 23793]
    var script = Script(etcd, site, port: 23791)
    let members = [2, 3, 1].map {
      #"{"ID":"\#($0)","name":"a\#($0)","clientURLs":["http://127.0.0.1:2379\#($0)"]}"#
    }
    let (requests, answer) = script.talk(
      .status, status(leader: #""leader":"3","#),
      response("{\(header),\"members\":[\(members.joined(separator: ","))]}"))
    #expect(requests.allSatisfy { $0.contains("\r\nHost: 127.0.0.1:23791\r\n") })
    #expect(answer?.status == NodeStatus(stage: 0, leader: 2, term: 2, version: "3.4.23"))
  }

  @Test("a member is taken out by its id, and added by its address")
  func membership() {
    var script = script()
    let look = request("cluster/member/list", "{}")
    let out = script.talk(.removeMember(2), list([0, 1, 2]), response("{\(header)}"))
    #expect(out.requests == [look, request("cluster/member/remove", #"{"ID":"13"}"#)])
    #expect(out.answer == Answer(.ok(.null)))
    let twice = script.talk(.removeMember(2), list([0, 1]))
    #expect(twice.requests == [look])
    #expect(twice.answer == Answer(.ok(.null)))
    let late = script.talk(
      .removeMember(2), list([0, 1, 2]), error("404 Not Found", "etcdserver: member not found", 5))
    #expect(late.answer == Answer(.ok(.null)))
    let added = script.talk(.addMember(2), list([0, 1]), response("{\(header)}"))
    let body = #"{"peerURLs":["http://10.0.0.3:2380"]}"#
    #expect(added.requests == [look, request("cluster/member/add", body)])
    #expect(added.answer == Answer(.ok(.null)))
    let there = script.talk(.addMember(2), list([0, 1, 2]))
    #expect(there.requests == [look])
    let weak = "etcdserver: unhealthy cluster"
    let refused = script.talk(
      .addMember(2), list([0, 1]), error("503 Service Unavailable", weak, 14))
    #expect(refused.answer == Answer(.refused(weak)))
  }

  @Test("the command line of a founding node, and of one that was added again")
  func processes() throws {
    var site = Site.told(etcd, knobs: ["election": "500ms"])
    try etcd.validate(site)
    let founding = etcd.processes(site)
    #expect(founding.map(\.node) == [0, 1, 2])
    #expect(
      founding[1]
        == ServerProcess(
          node: 1, role: "etcd", program: "etcd",
          arguments: [
            "--name", "n2", "--data-dir", "/data/n2/etcd",
            "--listen-client-urls", "http://10.1.0.2:2379",
            "--advertise-client-urls", "http://10.1.0.2:2379",
            "--listen-peer-urls", "http://10.0.0.2:2380",
            "--initial-advertise-peer-urls", "http://10.0.0.2:2380",
            "--initial-cluster",
            "n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380,n3=http://10.0.0.3:2380",
            "--initial-cluster-state", "new", "--initial-cluster-token", "plumbline",
            "--heartbeat-interval", "100", "--election-timeout", "500",
            "--logger", "zap", "--log-level", "warn",
          ], honoursPreload: false))
    site.nodes[0].isMember = false
    site.nodes[1].generation = 2
    let joining = etcd.processes(site)[1].arguments
    #expect(joining.contains("/data/n2/etcd-2"))
    #expect(joining.contains("existing"))
    #expect(joining.contains("n2=http://10.0.0.2:2380,n3=http://10.0.0.3:2380"))
  }

  @Test("timers that etcd would refuse")
  func refusals() {
    let cases = [
      (
        ["heartbeat": "1s"],
        "etcd: election=1s is less than five times heartbeat=1s, which etcd refuses"
      ),
      (["heartbeat": "fast"], "etcd: heartbeat=fast, expected whole milliseconds such as 100ms"),
      (["heartbeat": "0"], "etcd: heartbeat=0, expected whole milliseconds such as 100ms"),
      (["election": "10us"], "etcd: election=10us, expected whole milliseconds such as 100ms"),
      (["election": "60s"], "etcd: election=60s, at most 50s"),
    ]
    for (knobs, message) in cases {
      #expect(throws: Failure(.usage, message)) {
        try etcd.validate(Site.told(etcd, knobs: knobs))
      }
    }
  }
}
