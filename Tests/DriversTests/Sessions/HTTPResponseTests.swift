import Base
import Drivers
import Testing

/// Reading responses: what is whole, what is none, and that it does not matter how bytes are cut.
@Suite("HTTP responses")
struct HTTPResponseTests {
  struct Reading: Equatable {
    var progress: HTTPResponse.Progress
    var status = 0
    var body = ""
    var keepsAlive = true
    var isBounded = true
  }

  /// Reads the bytes in the given pieces, and then the end of the connection when asked to.
  static func read(
    _ bytes: [UInt8], cuts: [Int] = [], isHead: Bool = false, ends: Bool = false
  ) -> Reading {
    var response = HTTPResponse()
    response.reset(isAnswerToHead: isHead)
    var progress = HTTPResponse.Progress.needsMore
    var start = 0
    for end in cuts + [bytes.count] {
      progress = bytes[start..<end].withUnsafeBytes { response.take($0) }
      if case .malformed = progress { return Reading(progress: progress) }
      start = end
    }
    if ends { progress = response.end() }
    return Reading(
      progress: progress, status: response.status,
      body: String(decoding: response.body, as: UTF8.self), keepsAlive: response.keepsAlive,
      isBounded: response.isBodyBounded)
  }

  static func whole(
    _ status: Int, _ body: String, keepsAlive: Bool = true, isBounded: Bool = true
  ) -> Reading {
    Reading(
      progress: .complete, status: status, body: body, keepsAlive: keepsAlive,
      isBounded: isBounded)
  }

  static let accepted: [(text: String, reading: Reading)] = [
    ("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", whole(200, "hello")),
    ("HTTP/1.1 200\ncontent-LENGTH:5\n\nhello", whole(200, "hello")),
    ("HTTP/1.1 404 Not Found\nContent-Length: 0\n\n", whole(404, "")),
    ("HTTP/1.1 204 No Content\nDate: x\n\n", whole(204, "")),
    ("HTTP/1.1 304 Not Modified\nContent-Length: 5\n\n", whole(304, "")),
    ("HTTP/1.1 204 No Content\nContent-Length: 0\n\n", whole(204, "")),
    (
      "HTTP/1.1 204 No Content\nContent-Length: 5\n\n", whole(204, "", keepsAlive: false)
    ),
    (
      "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 X\nA: b\n\nHTTP/1.1 200 OK\nContent-Length: 1\n\na",
      whole(200, "a")
    ),
    (
      "HTTP/1.1 200 OK\nConnection: close\nContent-Length: 1\n\na",
      whole(200, "a", keepsAlive: false)
    ),
    ("HTTP/1.0 200 OK\nContent-Length: 1\n\na", whole(200, "a", keepsAlive: false)),
    ("HTTP/1.0 200 OK\nConnection: x, Keep-Alive\nContent-Length: 1\n\na", whole(200, "a")),
    ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n", whole(200, "hello")),
    (
      "HTTP/1.1 500 Oh\nTransfer-Encoding: Chunked\n\n05 ;a=b\nhello\nA\n0123456789\n000\nX: y\n\n",
      whole(500, "hello0123456789")
    ),
  ]

  @Test("what is whole, cut anywhere")
  func wholeResponses() {
    for (text, reading) in Self.accepted {
      for bytes in [Array(http(text).utf8), Array(text.utf8)] {
        // A body with a line end of its own in it: only chunked ones here, which count bytes.
        #expect(Self.read(bytes) == reading, "\(text)")
        for cut in 0...bytes.count {
          #expect(Self.read(bytes, cuts: [cut]) == reading, "\(text) cut at \(cut)")
        }
        for end in 0..<bytes.count {
          let part = Self.read(Array(bytes[..<end]))
          #expect(part.progress == .needsMore, "\(text) up to \(end)")
        }
      }
    }
  }

  @Test("a body that ends with the connection is whole then, and its length is not known")
  func untilClose() {
    let bytes = Array(http("HTTP/1.1 200 OK\n\n").utf8) + Array("12".utf8)
    #expect(Self.read(bytes).progress == .needsMore)
    let reading = Self.whole(200, "12", keepsAlive: false, isBounded: false)
    #expect(Self.read(bytes, ends: true) == reading)
    #expect(Self.read(bytes, cuts: [18], ends: true) == reading)
    let head = Array(http("HTTP/1.1 200 OK\nContent-Length: 5\n\nabc").utf8)
    #expect(Self.read(head, ends: true).progress == .needsMore, "five bytes were said")
  }

  @Test("the answer to HEAD has no body")
  func head() {
    let bytes = Array(http("HTTP/1.1 200 OK\nContent-Length: 5\n\n").utf8)
    #expect(Self.read(bytes, isHead: true) == Self.whole(200, ""))
  }

  @Test("bytes after a response end the connection, not the response")
  func surplus() {
    let bytes = Array(http("HTTP/1.1 200 OK\nContent-Length: 1\n\nabc").utf8)
    for cut in 0...bytes.count {
      #expect(Self.read(bytes, cuts: [cut]) == Self.whole(200, "a", keepsAlive: false))
    }
  }

  static let refused: [(text: String, reason: String)] = [
    ("HTTP/2 200 OK\n\n", "no status line of HTTP/1"),
    ("SSH-2.0-OpenSSH_9.2\n", "no status line of HTTP/1"),
    ("HTTP/1.1 20 OK\n", "no status line of HTTP/1"),
    ("HTTP/1.1 2000 OK\n", "no status line of HTTP/1"),
    ("HTTP/1.1 600 OK\n", "no status line of HTTP/1"),
    ("\n", "no status line of HTTP/1"),
    ("HTTP/1.1 101 Switching\n\n", "a change of protocol that nobody asked for"),
    ("HTTP/1.1 200 OK\nno colon\n", "a field without a name"),
    ("HTTP/1.1 200 OK\n: x\n", "a field without a name"),
    ("HTTP/1.1 200 OK\nA: b\n folded: c\n", "a field without a name"),
    ("HTTP/1.1 200 OK\nContent-Length : 5\n", "a field without a name"),
    ("HTTP/1.1 200 OK\nContent-Length: -5\n", "a length that is none, or two of them"),
    ("HTTP/1.1 200 OK\nContent-Length: 5, 5\n", "a length that is none, or two of them"),
    (
      "HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n",
      "a length that is none, or two of them"
    ),
    (
      "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n",
      "a length that is none, or two of them"
    ),
    ("HTTP/1.1 200 OK\nContent-Length: 9000000\n\n", "a body of more than 8388608 bytes"),
    (
      "HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n",
      "a transfer coding beside “chunked”, or with a length"
    ),
    (
      "HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked\n",
      "a transfer coding beside “chunked”, or with a length"
    ),
    ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n\n", "a chunk without a size"),
    ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5x\n", "a chunk without a size"),
    ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n-1\n", "a chunk without a size"),
    (
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nFFFFFFFF\n",
      "a body of more than 8388608 bytes"
    ),
    ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n111111111\n", "a chunk without a size"),
    (
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nabc\n",
      "a chunk that is longer than it says"
    ),
    (String(repeating: "HTTP/1.1 100 Go\n\n", count: 17), "more than 16 interim responses"),
    (
      "HTTP/1.1 200 OK\nA: " + String(repeating: "a", count: 70_000),
      "a head of more than 65536 bytes"
    ),
    (
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\nA: "
        + String(repeating: "a", count: 70_000),
      "a head of more than 65536 bytes"
    ),
  ]

  @Test("what is no response", arguments: refused)
  func malformed(text: String, reason: String) {
    let bytes = Array(http(text).utf8)
    let reading = Reading(progress: .malformed(reason))
    #expect(Self.read(bytes) == reading)
    var random = SplitMix64(seed: UInt64(bytes.count))
    for _ in 0..<20 {
      let cuts = (0..<3).map { _ in Int(random.next() % UInt64(bytes.count)) }.sorted()
      #expect(Self.read(bytes, cuts: cuts) == reading)
    }
  }

  @Test("lines between many chunks do not count for the bound of the head")
  func manyChunks() {
    let chunk = "1;" + String(repeating: "x", count: 100) + "\r\na\r\n"
    let text =
      http("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n")
      + String(repeating: chunk, count: 2_000) + "0\r\n\r\n"
    #expect(Self.read(Array(text.utf8)) == Self.whole(200, String(repeating: "a", count: 2_000)))
  }

  @Test("random responses read the same however they are cut")
  func randomCuts() {
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var body = ""
      var text = "HTTP/1.1 \(200 + random.next() % 300) X\r\n"
      if random.next() % 3 == 0 { text += "Connection: close\r\n" }
      for index in 0..<random.next() % 4 { text += "F\(index): \(random.next())\r\n" }
      if random.next() % 2 == 0 {
        body = String(repeating: "b\r\n", count: Int(random.next() % 40))
        text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
      } else {
        text += "Transfer-Encoding: chunked\r\n\r\n"
        for _ in 0..<random.next() % 5 {
          let chunk = String(repeating: "0\r\n", count: 1 + Int(random.next() % 20))
          text += String(chunk.utf8.count, radix: 16) + "\r\n\(chunk)\r\n"
          body += chunk
        }
        text += "0\r\n\r\n"
      }
      let bytes = Array(text.utf8)
      let reading = Self.read(bytes)
      if reading.status != 204, reading.status != 304 { #expect(reading.body == body) }
      for _ in 0..<5 {
        let cuts = (0..<random.next() % 9).map { _ in Int(random.next() % UInt64(bytes.count + 1)) }
        #expect(Self.read(bytes, cuts: cuts.sorted()) == reading)
      }
    }
  }

  @Test("random bytes never crash, and read the same however they are cut")
  func noise() {
    let words = [
      "HTTP/1.1 ", "200 OK\r\n", "\r\n", "\n", "Content-Length: ", "7",
      "Transfer-Encoding: chunked",
      "0\r\n\r\n", "5\r\nhello\r\n", ":", "Connection: close\r\n", "\u{0}", "é",
      "HTTP/1.0 204 x\r\n",
    ]
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var bytes: [UInt8] = []
      for _ in 0..<random.next() % 12 {
        if random.next() % 4 == 0 {
          bytes.append(UInt8(truncatingIfNeeded: random.next()))
        } else {
          bytes += words[Int(random.next() % UInt64(words.count))].utf8
        }
      }
      let reading = Self.read(bytes, ends: true)
      for _ in 0..<3 {
        let cuts = (0..<random.next() % 5).map { _ in Int(random.next() % UInt64(bytes.count + 1)) }
        #expect(Self.read(bytes, cuts: cuts.sorted(), ends: true) == reading)
      }
    }
  }

  @Test("fields are found by name without case")
  func fields() {
    var response = HTTPResponse()
    let bytes = Array(
      http("HTTP/1.1 200 OK\nX-Consul-Index:  63 \nETag: \"a:b\"\nContent-Length: 0\n\n").utf8)
    _ = bytes.withUnsafeBytes { response.take($0) }
    #expect(response.field("x-consul-index") == "63")
    #expect(response.field("ETAG") == "\"a:b\"")
    #expect(response.field("Consul-Index") == nil)
    #expect(response.field("HTTP/1.1 200 OK") == nil)
  }

  @Test("requests are rendered whole")
  func requests() {
    let post = HTTPRequestHead(
      "POST", "/v3/kv/put", host: "10.0.0.1:2379", fields: [("Content-Type", "application/json")])
    #expect(
      String(decoding: post.request(body: Array("{}".utf8)), as: UTF8.self)
        == http(
          """
          POST /v3/kv/put HTTP/1.1
          Host: 10.0.0.1:2379
          Content-Type: application/json
          Content-Length: 2

          {}
          """))
    let empty = HTTPRequestHead("PUT", "/a", host: "h:1").request(body: [])
    #expect(
      String(decoding: empty, as: UTF8.self)
        == http("PUT /a HTTP/1.1\nHost: h:1\nContent-Length: 0\n\n"))
    let get = HTTPRequestHead("GET", "/a", host: "h:1").request(body: [])
    #expect(String(decoding: get, as: UTF8.self) == http("GET /a HTTP/1.1\nHost: h:1\n\n"))
  }
}
