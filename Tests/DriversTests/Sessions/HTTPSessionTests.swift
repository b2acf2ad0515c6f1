import Base
import Drivers
import Testing

/// What becomes of a question when connections open late, end, or are abandoned.
@Suite("HTTP sessions")
struct HTTPSessionTests {
  /// Speaks `GET /KEY`, or `HEAD /` for the status, and answers with status and body.
  struct Echo: HTTPTalk {
    mutating func begin(_ question: Question) -> HTTPStep {
      guard case .read(let key) = question else {
        return .send(Array("HEAD /\n".utf8), isHead: true)
      }
      return key.isEmpty ? .answer(Answer(.ok(0))) : .send(Array("GET /\(key)\n".utf8))
    }

    mutating func proceed(_ response: borrowing HTTPResponse) -> HTTPStep {
      if response.status == 302 { return .send(Array("GET /again\n".utf8)) }
      let text = String(decoding: response.body, as: UTF8.self)
      return .answer(Answer(.ok([JSON(response.status), .string(text)])))
    }
  }

  let there = Endpoint(node: 0, port: 80)

  func script() -> Script {
    var script = Script(HTTPService(), Site.told(HTTPService()), port: 80)
    script.session = HTTPSession(Echo(), there)
    return script
  }

  func send(_ text: String) -> SessionEffect { .send(Array(text.utf8), there) }
  func answer(_ outcome: Answer.Outcome) -> SessionEffect { .answer(Answer(outcome)) }

  @Test("one connection is kept for many questions")
  func keeps() {
    var script = script()
    #expect(script.ask(.read(key: "a")) == [.open(there)])
    #expect(script.opened() == [send("GET /a\n")])
    #expect(script.received("HTTP/1.1 200 OK\r\nContent-Le") == [])
    #expect(script.received("ngth: 2\r\n\r\nhi") == [answer(.ok([200, "hi"]))])
    #expect(script.ask(.read(key: "b")) == [send("GET /b\n")])
    #expect(script.received(response("", status: "404 No")) == [answer(.ok([404, ""]))])
    #expect(script.ask(.status) == [send("HEAD /\n")])
    #expect(
      script.received(http("HTTP/1.1 200 OK\nContent-Length: 9\n\n")) == [answer(.ok([200, ""]))])
    #expect(script.ask(.read(key: "")) == [answer(.ok(0))], "without a request")
  }

  @Test("a connection that the server does not keep is opened again")
  func closes() {
    var script = script()
    #expect(script.ask(.read(key: "a")) == [.open(there)])
    #expect(script.opened() == [send("GET /a\n")])
    #expect(
      script.received(response("x", fields: "Connection: close\n"))
        == [.close(there), answer(.ok([200, "x"]))])
    #expect(script.ask(.read(key: "b")) == [.open(there)])
    #expect(script.opened() == [send("GET /b\n")])
    #expect(
      script.received(response("x", status: "302 Go", fields: "Connection: close\n"))
        == [.close(there), .open(there)], "a second request needs a second connection")
    #expect(script.opened() == [send("GET /again\n")])
    #expect(script.received(response("y")) == [answer(.ok([200, "y"]))])
    #expect(script.closed(.lost("closed by the server")) == [])
    #expect(script.ask(.read(key: "c")) == [.open(there)])
  }

  @Test("nothing was done when the connection never opened")
  func neverOpened() {
    var script = script()
    #expect(script.ask(.read(key: "a")) == [.open(there)])
    #expect(
      script.closed(.neverOpened("Connection refused"))
        == [answer(.refused("no connection: Connection refused"))])
    #expect(script.ask(.read(key: "b")) == [.open(there)])
    #expect(script.opened() == [send("GET /b\n")], "the first request is not sent later")
  }

  @Test("nobody knows when the connection ends before the response is whole")
  func lost() {
    for (bytes, place) in [("", "before the response"), ("HTTP/1.1 2", "within the response")] {
      var script = script()
      _ = script.ask(.read(key: "a"))
      _ = script.opened()
      #expect(script.received(bytes) == [])
      #expect(
        script.closed(.lost("Connection reset by peer"))
          == [answer(.unknown("connection lost \(place): Connection reset by peer"))])
      #expect(script.ask(.read(key: "b")) == [.open(there)])
    }
  }

  @Test("a body without a length is whole at the end of the connection")
  func untilClose() {
    var script = script()
    _ = script.ask(.read(key: "a"))
    _ = script.opened()
    #expect(script.received("HTTP/1.0 200 OK\r\n\r\nab") == [])
    #expect(script.closed(.lost("closed by the server")) == [answer(.ok([200, "ab"]))])
    #expect(script.ask(.read(key: "b")) == [.open(there)])
  }

  @Test("what is no HTTP closes the connection, and nobody knows")
  func malformed() {
    var script = script()
    _ = script.ask(.read(key: "a"))
    _ = script.opened()
    #expect(
      script.received("+OK\r\n")
        == [
          .close(there), answer(.unknown("no HTTP response: no status line of HTTP/1")),
        ])
    #expect(script.received("more\r\n") == [], "bytes that were on their way")
    #expect(script.ask(.read(key: "b")) == [.open(there)])
  }

  @Test("the late response of an abandoned question is not the answer of the next")
  func abandoned() {
    var script = script()
    #expect(script.ask(.read(key: "a")) == [.open(there)])
    #expect(script.abandon() == [.close(there)], "while it is being opened")
    #expect(script.opened() == [], "too late")
    #expect(script.ask(.read(key: "b")) == [.open(there)])
    #expect(script.opened() == [send("GET /b\n")])
    #expect(script.received("HTTP/1.1 200 OK\r\n") == [])
    #expect(script.abandon() == [.close(there)], "while the response is due")
    #expect(script.received("Content-Length: 1\r\n\r\nb") == [])
    #expect(script.ask(.read(key: "c")) == [.open(there)])
    #expect(script.opened() == [send("GET /c\n")])
    #expect(script.received(response("c")) == [answer(.ok([200, "c"]))])
    #expect(script.abandon() == [], "nothing is open")
    #expect(script.ask(.read(key: "d")) == [send("GET /d\n")])
  }

  @Test("bytes that nobody asked for end the connection")
  func unasked() {
    var script = script()
    _ = script.ask(.read(key: "a"))
    _ = script.opened()
    _ = script.received(response("a"))
    #expect(script.received("HTTP/1.1 408 Timeout\r\n\r\n") == [.close(there)])
    #expect(script.ask(.read(key: "b")) == [.open(there)])
    _ = script.opened()
    #expect(
      script.received(response("b") + response("c")) == [.close(there), answer(.ok([200, "b"]))])
  }
}
