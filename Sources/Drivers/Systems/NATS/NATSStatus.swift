import Base

/// What a server knows of its cluster, from its monitor: answered by every server on its own,
/// also when it is cut off.
enum NATSStatus {
  static let request = "GET /jsz?accounts=true&streams=true HTTP/1.0\r\n\r\n"

  /// The body of a response whose connection has ended, or nil when it is no whole success.
  static func body(_ text: [UInt8]) -> ArraySlice<UInt8>? {
    var index = 0
    while index + 3 < text.count {
      if text[index] == 13, text[index + 1] == 10, text[index + 2] == 13, text[index + 3] == 10 {
        let head = String(decoding: text[..<index], as: UTF8.self)
        let first = head.prefix { !$0.isNewline }.split(separator: " ")
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), first[1] == "200" else {
          return nil
        }
        return text[(index + 4)...]
      }
      index += 1
    }
    return nil
  }
}

extension NATSSession {
  mutating func answerStatus(_ text: [UInt8], _ effects: inout [SessionEffect]) {
    guard let body = NATSStatus.body(text), let json = try? JSONParser.parse(body),
      json.members != nil
    else {
      let answer = Answer(.unknown("\(name): its monitor gave no JSON object"))
      return self.answer(answer, &effects)
    }
    var status = NodeStatus(stage: -1)
    let meta = json["meta_cluster"]
    if site.nodes.count == 1 {
      status.stage = 0
    } else if meta?["leader"]?.string ?? "" != "",
      meta?["cluster_size"]?.integer ?? 0 >= Int64(site.nodes.count)
    {
      status.stage = 0
    }
    for account in json["account_details"]?.array ?? [] {
      for stream in account["stream_detail"]?.array ?? []
      where stream["name"]?.string == "KV_\(NATS.bucket)" {
        let leader = stream["cluster"]?["leader"]?.string
        status.leader = site.nodes.firstIndex { $0.name == leader }
        if site.nodes.count == 1 { status.leader = 0 }
      }
    }
    answer(Answer(.ok(.null), status: status), &effects)
  }
}
