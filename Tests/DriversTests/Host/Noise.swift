import Base
import Drivers

/// A host that answers a session's bytes with noise, and holds it to its promises: at most one
/// answer a question and none without one; nothing is sent on a connection that is not open; noise
/// alone is never taken for a success.
struct Noise {
  private var session: any Session
  private var random: SplitMix64
  /// What servers say where they say something sensible, to be damaged; empty: noise alone.
  private let replies: [[UInt8]]
  private var connections: [(endpoint: Endpoint, isOpen: Bool)] = []
  private var effects: [SessionEffect] = []
  private var answers: [Answer] = []
  private var problem: String?

  init(_ driver: any Driver, _ site: Site, seed: UInt64, replies: [[UInt8]]) {
    session = driver.session(site, client: 0, node: 0)
    random = SplitMix64(seed: seed)
    self.replies = replies
  }

  /// Asks some questions. Returns what the session did wrong, or nil.
  mutating func run() -> String? {
    let questions: [Question] = [
      .read(key: "k"), .write(key: "k", value: 5), .cas(key: "k", from: 5, to: 6), .status,
      .write(key: "k", value: .null), .prepare, .removeMember(0),
    ]
    for _ in 0..<6 {
      let question = questions.randomElement(using: &random) ?? .status
      answers = []
      session.ask(question, &effects)
      perform()
      for _ in 0..<40 where answers.isEmpty && problem == nil { step() }
      if answers.count > 1 { problem = "answers \(question) \(answers.count) times" }
      if replies.isEmpty, question != .prepare, case .ok? = answers.first?.outcome {
        problem = "takes noise for \(answers)"
      }
      answers = []
      session.abandon(&effects)
      perform()
      if Int.random(in: 0...1, using: &random) == 0 { step() }
      if !answers.isEmpty { problem = "answers without a question: \(answers)" }
      if let problem { return problem }
    }
    return nil
  }

  /// Something happens to a connection.
  private mutating func step() {
    guard let place = connections.indices.randomElement(using: &random) else {
      session.idle(&effects)
      return perform()
    }
    let endpoint = connections[place].endpoint
    if Int.random(in: 0...9, using: &random) == 0 {
      let isOpen = connections.remove(at: place).isOpen
      session.closed(endpoint, isOpen ? .lost("lost") : .neverOpened("refused"), &effects)
    } else if connections[place].isOpen {
      let bytes = reply()
      bytes.withUnsafeBytes { session.received($0, endpoint, &effects) }
    } else {
      connections[place].isOpen = true
      session.opened(endpoint, &effects)
    }
    perform()
  }

  private mutating func perform() {
    for effect in effects {
      switch effect {
      case .open(let endpoint):
        if !connections.contains(where: { $0.endpoint == endpoint }) {
          connections.append((endpoint, false))
        }
      case .close(let endpoint): connections.removeAll { $0.endpoint == endpoint }
      case .send(_, let endpoint):
        if !connections.contains(where: { $0.endpoint == endpoint && $0.isOpen }) {
          problem = "sends on a connection that is not open"
        }
      case .answer(let answer): answers.append(answer)
      }
    }
    effects = []
  }

  private mutating func reply() -> [UInt8] {
    guard var bytes = replies.randomElement(using: &random) else {
      return (0..<Int.random(in: 1...40, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
    }
    for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
      bytes[Int.random(in: bytes.indices, using: &random)] =
        UInt8.random(in: 0...255, using: &random)
    }
    return Array(bytes.prefix(Int.random(in: 1...max(1, bytes.count * 2), using: &random)))
  }
}
