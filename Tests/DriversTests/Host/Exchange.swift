import Base
import Drivers

/// A session that is told what happens, and what it wants done as lines of text: exchanges without
/// sockets, over any number of connections.
///
/// Bytes that are no printable ASCII are written `\xx`; a CR LF is written `¶`.
struct Exchange {
  private var session: any Session

  init(_ driver: any Driver, _ site: Site, node: Int = 0) {
    session = driver.session(site, client: 0, node: node)
  }

  mutating func ask(_ question: Question) -> [String] { lines { $0.ask(question, &$1) } }

  mutating func abandon() -> [String] { lines { $0.abandon(&$1) } }

  mutating func idle() -> [String] { lines { $0.idle(&$1) } }

  mutating func opened(_ place: String, _ port: Int) -> [String] {
    let endpoint = endpoint(place, port)
    return lines { $0.opened(endpoint, &$1) }
  }

  mutating func received(_ place: String, _ port: Int, _ text: String) -> [String] {
    received(place, port, Self.bytes(text))
  }

  mutating func received(_ place: String, _ port: Int, _ bytes: [UInt8]) -> [String] {
    let endpoint = endpoint(place, port)
    return bytes.withUnsafeBytes { all in lines { $0.received(all, endpoint, &$1) } }
  }

  mutating func closed(_ place: String, _ port: Int, _ closure: Closure) -> [String] {
    let endpoint = endpoint(place, port)
    return lines { $0.closed(endpoint, closure, &$1) }
  }

  private func endpoint(_ place: String, _ port: Int) -> Endpoint {
    Endpoint(node: Int(place.dropFirst()).map { $0 - 1 } ?? 0, port: port)
  }

  private mutating func lines(
    _ event: (inout any Session, inout [SessionEffect]) -> Void
  ) -> [String] {
    var effects: [SessionEffect] = []
    event(&session, &effects)
    return effects.map { effect in
      switch effect {
      case .open(let endpoint): "open \(name(endpoint))"
      case .close(let endpoint): "close \(name(endpoint))"
      case .send(let bytes, let endpoint): "send \(name(endpoint)) \(Self.text(bytes))"
      case .answer(let answer): Self.text(answer)
      }
    }
  }

  private func name(_ endpoint: Endpoint) -> String { "n\(endpoint.node + 1):\(endpoint.port)" }

  static func text(_ answer: Answer) -> String {
    var text: String
    switch answer.outcome {
    case .ok(let value): text = "ok \(value)"
    case .refused(let reason): text = "refused: \(reason)"
    case .unknown(let reason): text = "unknown: \(reason)"
    }
    for member in answer.evidence { text += " \(member.name)=\(member.value)" }
    if answer.isDenied { text += " (denied)" }
    if let status = answer.status {
      let leader = status.leader.map { "n\($0 + 1)" } ?? "-"
      text += " stage=\(status.stage) leader=\(leader) term=\(status.term.map { "\($0)" } ?? "-")"
    }
    return text
  }

  static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 13, index + 1 < bytes.count, bytes[index + 1] == 10 {
        text += "¶"
        index += 1
      } else if byte >= 32, byte < 127, byte != UInt8(ascii: "\\") {
        text.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        text += "\\" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      index += 1
    }
    return text
  }

  static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    let utf8 = Array(text.utf8)
    var index = 0
    while index < utf8.count {
      if utf8[index] == UInt8(ascii: "\\"), index + 2 < utf8.count,
        let byte = UInt8(String(decoding: utf8[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        index += 3
      } else if utf8[index...].starts(with: Array("¶".utf8)) {
        bytes += [13, 10]
        index += 2
      } else {
        bytes.append(utf8[index])
        index += 1
      }
    }
    return bytes
  }
}
