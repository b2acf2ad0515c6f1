import Base
import Drivers
import Testing

@Suite("RESP")
struct RESPTests {
  @Test("every type of reply is read")
  func types() throws {
    let cases: [(String, RESP)] = [
      ("+OK\r\n", .simple("OK")),
      ("+\r\n", .simple("")),
      ("-ERR no\r\n", .error("ERR no")),
      (":0\r\n", .integer(0)),
      (":-9223372036854775808\r\n", .integer(.min)),
      (":9223372036854775807\r\n", .integer(.max)),
      ("$0\r\n\r\n", .bulk([])),
      ("$4\r\na\r\nb\r\n", .bulk(Array("a\r\nb".utf8))),
      ("$-1\r\n", .null),
      ("*-1\r\n", .null),
      ("_\r\n", .null),
      ("#t\r\n", .boolean(true)),
      ("#f\r\n", .boolean(false)),
      (",1.25\r\n", .number("1.25")),
      (",inf\r\n", .number("inf")),
      ("(-12345678901234567890123\r\n", .number("-12345678901234567890123")),
      ("!9\r\nERR blob!\r\n", .error("ERR blob!")),
      ("=7\r\ntxt:abc\r\n", .verbatim(Array("abc".utf8))),
      ("*0\r\n", .array([])),
      ("*2\r\n:1\r\n*1\r\n$1\r\nx\r\n", .array([.integer(1), .array([.bulk([120])])])),
      ("%1\r\n+a\r\n:1\r\n", .map([.simple("a"), .integer(1)])),
      ("~2\r\n:1\r\n:2\r\n", .set([.integer(1), .integer(2)])),
      (">1\r\n+hello\r\n", .push([.simple("hello")])),
      ("|1\r\n+ttl\r\n:9\r\n:5\r\n", .integer(5)),
      ("*2\r\n:1\r\n|1\r\n+ttl\r\n:9\r\n:2\r\n", .array([.integer(1), .integer(2)])),
      ("|0\r\n:5\r\n", .integer(5)),
    ]
    for (text, value) in cases {
      #expect(try read(Array(text.utf8)) == [value], "\(text.debugDescription)")
    }
  }

  @Test("what is no reply is refused, and says why")
  func malformed() {
    let cases = [
      ("hello\r\n", "a reply of the unknown type 0x68"),
      ("\r\n", "an empty line where a reply begins"),
      (":1\n", "a line end without its CR"),
      (":1\r:", "a CR without its LF"),
      (":\r\n", "“” where an integer belongs"),
      (":-\r\n", "“-” where an integer belongs"),
      (":01\r\n", "“01” where an integer belongs"),
      (":1x\r\n", "“1x” where an integer belongs"),
      (":9223372036854775808\r\n", "“9223372036854775808” where an integer belongs"),
      ("$-2\r\n", "a text of -2 bytes; at most 16 MiB are taken"),
      ("$99999999999\r\n", "a text of 99999999999 bytes; at most 16 MiB are taken"),
      ("$1\r\nxy\r\n", "a text that does not end where its length says"),
      ("*-2\r\n", "an aggregate of -2 elements; at most 1048576 are taken"),
      ("*1048577\r\n", "an aggregate of 1048577 elements; at most 1048576 are taken"),
      ("%-1\r\n", "an aggregate of -1 elements; at most 1048576 are taken"),
      ("$?\r\n", "“?” where an integer belongs"),
      ("#x\r\n", "a Boolean that is neither t nor f"),
      (",x\r\n", "“x” where a number belongs"),
      ("(1.5\r\n", "“1.5” where a number belongs"),
      ("_x\r\n", "a null with text"),
      ("=2\r\nab\r\n", "a verbatim text without its kind"),
      ("+\u{0}ok\r\n", nil),
    ]
    for (text, message) in cases {
      #expect(problem(Array(text.utf8)) == message, "\(text.debugDescription)")
    }
    #expect(problem([43, 0xFF, 13, 10]) == "a text that is not UTF-8")
    #expect(problem(Array("*1\r\n".utf8).repeated(33)) == "nested too deeply")
    #expect(problem(Array("*1\r\n".utf8).repeated(32)) == nil)
    let line = [UInt8](repeating: 43, count: RESPReader.maximumLine + 2)
    #expect(problem(line) == "a line of more than 65536 bytes")
    let big = Array("*2\r\n".utf8) + bulk(9 << 20) + bulk(9 << 20)
    #expect(problem(big) == "a reply of more than 16 MiB")
  }

  @Test("any cut of the bytes gives the same replies")
  func cuts() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var bytes: [UInt8] = []
      var values: [RESP] = []
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let value = Self.value(depth: 3, &random)
        values.append(value)
        bytes += Self.encoded(value)
      }
      #expect(try read(bytes) == values, "seed \(seed)")
      #expect(try read(bytes, cutBy: &random) == values, "seed \(seed), cut")
    }
  }

  @Test("random bytes and damaged replies never trap")
  func fuzz() {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var bytes = Self.encoded(Self.value(depth: 2, &random))
      if seed % 2 == 0 {
        bytes = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
      for _ in 0..<3 {
        let types = Array("+-:$*_#,(!=%~>|0123456789\r\n".utf8)
        bytes[Int.random(in: bytes.indices, using: &random)] = types.randomElement(using: &random)!
      }
      var reader = RESPReader()
      bytes.withUnsafeBytes { reader.append($0) }
      do throws(WireError) {
        while try reader.next() != nil {}
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test("a long stream is read on where it was cut, after what was read is thrown away")
  func compaction() throws {
    var reader = RESPReader()
    let count = 20_000
    let bytes = (0..<count).flatMap { _ in Array(":1\r\n".utf8) } + Array("+par".utf8)
    bytes.withUnsafeBytes { reader.append($0) }
    var replies = 0
    while let reply = try reader.next() { replies += reply == .integer(1) ? 1 : 0 }
    #expect(replies == count)
    Array("tial\r\n".utf8).withUnsafeBytes { reader.append($0) }
    #expect(try reader.next() == .simple("partial"))
  }

  @Test("commands are arrays of bulk strings")
  func commands() {
    var writer = ByteWriter()
    writer.write(command: ["SET", "k", "é\r\n"])
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\né\r\n\r\n")
  }

  // MARK: Helpers

  private func bulk(_ count: Int) -> [UInt8] {
    Array("$\(count)\r\n".utf8) + [UInt8](repeating: 120, count: count) + [13, 10]
  }

  private func problem(_ bytes: [UInt8]) -> String? {
    do {
      _ = try read(bytes)
      return nil
    } catch { return "\(error)" }
  }

  private func read(_ bytes: [UInt8]) throws(WireError) -> [RESP] {
    var reader = RESPReader()
    bytes.withUnsafeBytes { reader.append($0) }
    var values: [RESP] = []
    while let value = try reader.next() { values.append(value) }
    return values
  }

  private func read(
    _ bytes: [UInt8], cutBy random: inout SplitMix64
  ) throws(WireError) -> [RESP] {
    var reader = RESPReader()
    var values: [RESP] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 0...7, using: &random))
      bytes[start..<end].withUnsafeBytes { reader.append($0) }
      while let value = try reader.next() { values.append(value) }
      start = end
    }
    return values
  }

  private static func value(depth: Int, _ random: inout SplitMix64) -> RESP {
    let kind = Int.random(in: 0...(depth > 0 ? 11 : 7), using: &random)
    let count = Int.random(in: 0...4, using: &random)
    func elements(_ count: Int) -> [RESP] {
      (0..<count).map { _ in value(depth: depth - 1, &random) }
    }
    switch kind {
    case 0: return .simple("text \(count)")
    case 1: return .error("ERR \(count)")
    case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
    case 3: return .null
    case 4: return .boolean(count % 2 == 0)
    case 5: return .number("\(count).5")
    case 6: return .verbatim(Array("a\r\nb".utf8.prefix(count)))
    case 7: return .bulk((0..<count * 5).map { _ in UInt8.random(in: 0...255, using: &random) })
    case 8: return .array(elements(count))
    case 9: return .map(elements(count * 2))
    case 10: return .set(elements(count))
    default: return .push(elements(count))
    }
  }

  private static func encoded(_ value: RESP) -> [UInt8] {
    switch value {
    case .simple(let text): Array("+\(text)\r\n".utf8)
    case .error(let text): Array("-\(text)\r\n".utf8)
    case .integer(let value): Array(":\(value)\r\n".utf8)
    case .bulk(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10]
    case .null: Array("_\r\n".utf8)
    case .boolean(let value): Array((value ? "#t\r\n" : "#f\r\n").utf8)
    case .number(let digits): Array(",\(digits)\r\n".utf8)
    case .verbatim(let bytes):
      Array("=\(bytes.count + 4)\r\ntxt:".utf8) + bytes + [13, 10]
    case .array(let elements): aggregate("*", elements.count, elements)
    case .map(let elements): aggregate("%", elements.count / 2, elements)
    case .set(let elements): aggregate("~", elements.count, elements)
    case .push(let elements): aggregate(">", elements.count, elements)
    }
  }

  private static func aggregate(_ type: String, _ count: Int, _ elements: [RESP]) -> [UInt8] {
    Array("\(type)\(count)\r\n".utf8) + elements.flatMap(encoded)
  }
}

extension [UInt8] {
  fileprivate func repeated(_ count: Int) -> [UInt8] { Array((0..<count).flatMap { _ in self }) }
}
