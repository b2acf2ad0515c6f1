import Base
import Drivers
import Testing

/// Sessions of every HTTP driver under bytes that are not what they should be.
@Suite("HTTP sessions under wrong bytes")
struct HTTPFuzzTests {
  struct Case {
    var driver: any Driver
    var question: Question
    /// What a server would say, one response a request.
    var responses: [String]
  }

  static let header = #"{"header":{"member_id":"7","revision":"4","raft_term":"2"}"#
  static let consulEntry = #"[{"Key":"a","Value":"NQ==","ModifyIndex":63}]"#
  static let cases: [Case] = [
    Case(
      driver: Etcd(), question: .read(key: "a"),
      responses: [response(header + #","kvs":[{"key":"YQ==","value":"NQ=="}]}"#)]),
    Case(driver: Etcd(), question: .write(key: "a", value: 5), responses: [response(header + "}")]),
    Case(
      driver: Etcd(), question: .cas(key: "a", from: 5, to: 6),
      responses: [response(header + #","succeeded":true}"#)]),
    Case(
      driver: Etcd(), question: .status,
      responses: [
        response(header + #","leader":"8","raftTerm":"2"}"#),
        response(header + #","members":[{"ID":"8","name":"n2"}]}"#),
      ]),
    Case(
      driver: Etcd(), question: .removeMember(1),
      responses: [
        response(header + #","members":[{"ID":"8","name":"n2"}]}"#), response(header + "}"),
      ]),
    Case(driver: Consul(), question: .read(key: "a"), responses: [response(consulEntry)]),
    Case(driver: Consul(), question: .write(key: "a", value: 5), responses: [response("true")]),
    Case(
      driver: Consul(), question: .cas(key: "a", from: 5, to: 6),
      responses: [response(consulEntry), response("true")]),
    Case(driver: HTTPService(), question: .read(key: "a"), responses: [response("5")]),
    Case(driver: HTTPService(), question: .write(key: "a", value: 5), responses: [response("")]),
  ]

  /// Plays a question; `spoil` changes each response and says whether the connection ends then.
  /// Every answer that was given, and false when the session broke the order of effects.
  static func play(
    _ one: Case, _ spoil: (Int, [UInt8]) -> (bytes: [UInt8], ends: Bool)
  ) -> (answers: [Answer], isOrderly: Bool) {
    var script = Script(one.driver, Site.told(one.driver))
    // What is to be done next; nil is the end of the connection, which comes after what was sent.
    var events: [SessionEffect?] = script.ask(one.question)
    var answers: [Answer] = []
    var isOpen = false
    var count = 0
    while !events.isEmpty {
      switch events.removeFirst() {
      case nil:
        if isOpen { events += script.closed(.lost("closed by the server")) }
        isOpen = false
      case .open:
        guard !isOpen else { return (answers, false) }
        isOpen = true
        events += script.opened()
      case .close: isOpen = false
      case .answer(let answer): answers.append(answer)
      case .send:
        guard isOpen else { return (answers, false) }
        let text = count < one.responses.count ? one.responses[count] : ""
        let (bytes, ends) = spoil(count, Array(text.utf8))
        count += 1
        events += script.received(bytes)
        if ends { events.append(nil) }
      }
    }
    return (answers, true)
  }

  static func isOK(_ answer: Answer) -> Bool {
    if case .ok = answer.outcome { true } else { false }
  }

  @Test("the right responses are taken")
  func right() {
    for one in Self.cases {
      let (answers, isOrderly) = Self.play(one) { ($1, false) }
      #expect(isOrderly && answers.count == 1 && answers.allSatisfy(Self.isOK), "\(one.question)")
    }
  }

  @Test("a response that is cut anywhere is never taken for a whole one")
  func cut() {
    for one in Self.cases {
      for (place, text) in one.responses.enumerated() {
        for end in 0..<text.utf8.count {
          let (answers, isOrderly) = Self.play(one) { index, bytes in
            index == place ? (Array(bytes[..<end]), true) : (bytes, false)
          }
          #expect(isOrderly && answers.count == 1, "\(one.question) \(end)")
          guard case .unknown? = answers.first?.outcome else {
            Issue.record("\(one.question), cut at \(end): \(answers)")
            continue
          }
        }
      }
    }
  }

  @Test("random bytes are never an answer that something happened")
  func noise() {
    var random = SplitMix64(seed: 21)
    for one in Self.cases {
      for _ in 0..<200 {
        let (answers, isOrderly) = Self.play(one) { _, _ in
          let bytes = (0..<random.next() % 200).map { _ in
            UInt8(truncatingIfNeeded: random.next())
          }
          return (bytes, true)
        }
        #expect(isOrderly && answers.count == 1 && !answers.contains(where: Self.isOK))
      }
    }
  }

  @Test("changed bytes crash nothing, and give at most one answer")
  func changed() {
    var random = SplitMix64(seed: 22)
    for one in Self.cases {
      for _ in 0..<500 {
        let (answers, isOrderly) = Self.play(one) { _, bytes in
          var bytes = bytes
          for _ in 0..<1 + random.next() % 3 where !bytes.isEmpty {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            default: bytes.insert(bytes[Int(random.next() % UInt64(bytes.count))], at: place)
            }
          }
          return (bytes, true)
        }
        #expect(isOrderly && answers.count == 1)
      }
    }
  }
}
