import Base
import Drivers

/// A session that is told what happens, line by line: recorded exchanges without sockets.
struct Script {
  var session: any Session
  let endpoint: Endpoint

  init(_ driver: any Driver, _ site: Site, node: Int = 0, port: Int? = nil) {
    session = driver.session(site, client: 0, node: node)
    endpoint = Endpoint(node: node, port: port ?? driver.clientPort)
  }

  mutating func ask(_ question: Question) -> [SessionEffect] {
    effects { $0.ask(question, &$1) }
  }

  mutating func opened() -> [SessionEffect] {
    let endpoint = endpoint
    return effects { $0.opened(endpoint, &$1) }
  }

  mutating func received(_ text: String) -> [SessionEffect] { received(Array(text.utf8)) }

  mutating func received(_ bytes: [UInt8]) -> [SessionEffect] {
    let endpoint = endpoint
    return bytes.withUnsafeBytes { all in effects { $0.received(all, endpoint, &$1) } }
  }

  mutating func closed(_ closure: Closure) -> [SessionEffect] {
    let endpoint = endpoint
    return effects { $0.closed(endpoint, closure, &$1) }
  }

  mutating func abandon() -> [SessionEffect] { effects { $0.abandon(&$1) } }

  /// Asks on a new or a kept connection and gives each response as it is due; the requests that
  /// were sent, and the answer.
  mutating func talk(
    _ question: Question, _ responses: String...
  ) -> (requests: [String], answer: Answer?) {
    var requests: [String] = []
    var answer: Answer?
    var waiting = ask(question)
    var left = responses[...]
    while !waiting.isEmpty {
      let effect = waiting.removeFirst()
      switch effect {
      case .open: waiting += opened()
      case .send(let bytes, _):
        requests.append(String(decoding: bytes, as: UTF8.self))
        if let response = left.popFirst() { waiting += received(response) }
      case .close: break
      case .answer(let given): answer = given
      }
    }
    return (requests, answer)
  }

  private mutating func effects(
    _ event: (inout any Session, inout [SessionEffect]) -> Void
  ) -> [SessionEffect] {
    var effects: [SessionEffect] = []
    event(&session, &effects)
    return effects
  }
}

/// Text with the line ends of HTTP.
func http(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
}

/// A response of `200 OK` with a length.
func response(_ body: String, status: String = "200 OK", fields: String = "") -> String {
  http("HTTP/1.1 \(status)\n\(fields)Content-Length: \(body.utf8.count)\n\n") + body
}
