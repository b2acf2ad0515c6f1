import Base
import Testing

@testable import Drivers

/// Responses that refer elsewhere: followed to nodes of the cluster, where it does no harm.
@Suite("HTTP redirects")
struct HTTPRedirectTests {
  let service = HTTPService()

  func exchange(_ knobs: [String: String] = [:]) -> Exchange {
    var site = Site.told(service, knobs: knobs)
    site.learned = ["status": 404, "type": "", "body": ""]
    return Exchange(service, site)
  }

  func redirect(_ status: Int, _ location: String) -> String {
    let field = location.isEmpty ? "" : "Location: \(location)¶"
    return "HTTP/1.1 \(status) Go¶\(field)Content-Length: 0¶¶"
  }

  let write = Question.write(key: "a", value: 1)
  let put = "Content-Type: application/json¶Content-Length: 1¶¶1"

  /// Asks, has the first response said by n1, and gives what is done then.
  func after(
    _ question: Question, _ response: String, _ knobs: [String: String] = [:]
  ) -> (Exchange, [String]) {
    var exchange = exchange(knobs)
    _ = exchange.ask(question)
    _ = exchange.opened("n1", 8080)
    let done = exchange.received("n1", 8080, response)
    return (exchange, done)
  }

  @Test("307 and 308 are followed with method and body, and the node that answers is named")
  func kept() {
    for status in [307, 308] {
      var (exchange, done) = after(write, redirect(status, "http://10.1.0.2:8080/kv/a?x=1"))
      #expect(done == ["open n2:8080"])
      #expect(
        exchange.opened("n2", 8080) == [
          "send n2:8080 PUT /kv/a?x=1 HTTP/1.1¶Host: 10.1.0.2:8080¶" + put
        ])
      #expect(
        exchange.received("n2", 8080, "HTTP/1.1 204 OK¶¶") == [#"ok null server="n2""#])
      // The next question goes to its own node again, on the connection that is kept.
      #expect(
        exchange.ask(write) == ["send n1:8080 PUT /kv/a HTTP/1.1¶Host: 10.1.0.1:8080¶" + put])
      #expect(exchange.received("n1", 8080, redirect(307, "http://10.1.0.2:8080/")).count == 1)
    }
  }

  @Test("reads follow all, 303 as GET without a body")
  func reads() {
    let post = "Content-Type: application/json¶Content-Length: 3¶¶\"a\""
    let knobs = ["read": "POST /get body={key}"]
    for (status, sent) in [
      (
        301,
        "POST /b HTTP/1.1¶Host: 10.1.0.1:8080¶" + post
      ),
      (
        302,
        "POST /b HTTP/1.1¶Host: 10.1.0.1:8080¶" + post
      ),
      (303, "GET /b HTTP/1.1¶Host: 10.1.0.1:8080¶¶"),
    ] {
      var (exchange, done) = after(.read(key: "a"), redirect(status, "/b"), knobs)
      #expect(done == ["send n1:8080 " + sent])
      #expect(exchange.received("n1", 8080, "HTTP/1.1 200 OK¶Content-Length: 1¶¶5") == ["ok 5"])
    }
  }

  @Test("a write that is answered 301, 302 or 303 may be done: unknown, and never asked again")
  func writes() {
    for status in [301, 302, 303] {
      let (_, done) = after(write, redirect(status, "http://10.1.0.2:8080/kv/a"))
      #expect(
        done == [
          "unknown: HTTP status \(status), which does not say whether it was done (307 and 308 say "
            + "that it was not)"
        ])
    }
    #expect(
      after(write, redirect(302, "http://10.1.0.2:8080/"), ["redirects": "all"]).1 == [
        "open n2:8080"
      ])
    #expect(after(write, redirect(303, "/b"), ["redirects": "all"]).1[0].hasPrefix("unknown"))
    #expect(
      after(write, redirect(307, "/b"), ["redirects": "none"]).1 == ["unknown: HTTP status 307"])
    #expect(after(write, redirect(302, "/b"), ["ok": "302"]).1 == ["ok null"])
  }

  @Test(
    "what leads out of the cluster, or nowhere, is not followed",
    arguments: [
      ("http://10.9.9.9:8080/a", "redirected to 10.9.9.9:8080, which is no node of the cluster"),
      ("http://10.1.0.2/a", "redirected to 10.1.0.2, which is no node of the cluster"),
      ("//10.1.0.2:81/a", "redirected to 10.1.0.2:81, which is no node of the cluster"),
      ("https://10.1.0.2:8080/", "redirected to “https://10.1.0.2:8080/”, and only http is spoken"),
      ("/a b", "redirected to a Location that no request can have"),
      ("", "redirected without a Location"),
    ])
  func elsewhere(location: String, words: String) {
    for question in [write, .read(key: "a")] {
      #expect(
        after(question, redirect(307, location)).1 == ["unknown: HTTP status 307: \(words)"])
    }
  }

  @Test("redirects have an end")
  func limit() {
    var (exchange, done) = after(write, redirect(307, "/b"))
    for _ in 1..<5 {
      #expect(done.count == 1 && done[0].hasPrefix("send n1:8080 PUT /b"))
      done = exchange.received("n1", 8080, redirect(307, "/b"))
    }
    #expect(
      exchange.received("n1", 8080, redirect(307, "/b")) == ["unknown: more than 5 redirects"])
  }

  @Test("a node that was referred to and is not there leaves nothing done")
  func gone() {
    var (exchange, _) = after(write, redirect(307, "http://10.1.0.3:8080/kv/a"))
    #expect(
      exchange.closed("n3", 8080, .neverOpened("refused")) == ["refused: no connection: refused"])
    #expect(exchange.ask(write).count == 1)
    // What was kept and ends while another connection is talked to does not matter.
    #expect(
      exchange.received("n1", 8080, redirect(307, "http://10.1.0.3:8080/")) == ["open n3:8080"])
    #expect(exchange.closed("n1", 8080, .lost("closed by the server")) == [])
    #expect(exchange.opened("n3", 8080).count == 1)
    #expect(exchange.received("n3", 8080, "HTTP/1.1 204 OK¶¶") == [#"ok null server="n3""#])
    #expect(exchange.received("n3", 8080, "x") == ["close n3:8080"])
  }

  @Test("the trial before clients begin follows as reads do")
  func trial() {
    let (_, done) = after(.prepare, redirect(302, "http://n2:8080/kv/a"))
    #expect(done == ["open n2:8080"])
  }

  @Test(
    "references are resolved as RFC 3986 says",
    arguments: [
      ("/x", "/x"), ("x", "/kv/x"), ("./x", "/kv/x"), ("../x", "/x"), ("../../x?q=1", "/x?q=1"),
      ("?q", "/kv/a?q"), ("x/.", "/kv/x/"), ("/a/../b/./c", "/b/c"), ("#f", "/kv/a?old"),
      ("x#f", "/kv/x"), ("/b?c=../d", "/b?c=../d"),
    ])
  func references(reference: String, target: String) throws {
    let base = HTTPRedirect(node: 0, host: "h", target: "/kv/a?old")
    let found = try HTTPRedirect.resolve(reference, from: base, Site.told(service))
    #expect(found == HTTPRedirect(node: 0, host: "h", target: target))
  }

  @Test("nodes are known by their addresses, their names and what the user calls their place")
  func names() throws {
    var site = Site.told(service)
    site.nodes[1].hostName = "db2.example"
    site.ports = [8080, 8081, 8082]
    let base = HTTPRedirect(node: 0, host: "h", target: "/")
    for (place, node) in [
      ("10.1.0.1:8080", 0), ("10.0.0.3:8082", 2), ("DB2.example:8081", 1), ("u@n2:8081", 1),
    ] {
      #expect(try HTTPRedirect.resolve("http://\(place)/a", from: base, site).node == node)
    }
    #expect(throws: HTTPRedirect.DeadEnd.self) {
      try HTTPRedirect.resolve("http://10.1.0.1:8081/a", from: base, site)
    }
  }
}
