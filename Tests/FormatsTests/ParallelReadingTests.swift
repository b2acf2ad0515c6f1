import Base
import Glibc
import Histories
import Testing

@testable import Formats

@Suite("Reading on several threads")
struct ParallelReadingTests {
  /// What a text is read as, line by line or in blocks, everything a reader can see included.
  private func sequential(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { all in
      do throws(FormatError) {
        var reader = JSONLinesReader(file: "h")
        let done = try reader.read(lines: all)
        try reader.read(last: UnsafeRawBufferPointer(rebasing: all[done...]))
        return describe(try reader.finish())
      } catch {
        return error.description
      }
    }
  }

  private func parallel(_ bytes: [UInt8], threads: Int, blockSize: Int) -> String {
    bytes.withUnsafeBytes { all in
      do throws(ParallelJSONLines.Ending) {
        let history = try ParallelJSONLines.read(
          ByteSource(all), file: "h", threads: threads, blockSize: blockSize)
        return describe(history)
      } catch {
        return error.failure.message
      }
    }
  }

  private func describe(_ history: History) -> String {
    var text = columns(history) + "\(history.warnings) \(history.functions)\n"
    text += "\(history.line) \(history.completedLine) \(history.nemesis.map(\.line))\n"
    text += "\(history.key) \(history.input) \(history.output) \(history.function)\n"
    for id in 0..<ValueID(history.values.count) {
      text += "\(id) \(history.values.kind(of: id)) \(history.values.json(id))\n"
    }
    return text
  }

  @Test("is the same as reading line by line, whatever the bytes")
  func agrees() {
    var refused = 0
    for seed in 0..<1500 as Range<UInt64> {
      var text = RandomLines(seed: seed)
      let bytes = text.make()
      let expected = sequential(bytes)
      if expected.hasPrefix("h:") { refused += 1 }
      let blockSize = 1 + Int(seed % 300)
      #expect(
        parallel(bytes, threads: 1 + Int(seed % 3), blockSize: blockSize) == expected,
        "seed \(seed)")
    }
    #expect((150...900).contains(refused))
  }

  @Test("gives every value the id that it has when read line by line, sets and maps included")
  func largeHistory() {
    var text = RandomLines(seed: 99)
    let bytes = text.regular(lines: 3000)
    let expected = sequential(bytes)
    #expect(expected.hasPrefix("no header 3000\n"))
    for blockSize in [64, 1000, 4096, 1 << 20] {
      #expect(parallel(bytes, threads: 2, blockSize: blockSize) == expected)
    }
  }

  @Test("a large file is read as its bytes are, with a mark before it, as an array and as EDN")
  func largeFiles() throws {
    var text = RandomLines(seed: 7)
    let lines = text.regular(lines: 6000)
    #expect(lines.count > 1 << 19)
    let path = "/tmp/plumbline-large-\(getpid()).jsonl"
    defer { unlink(path) }
    let expected = sequential(lines)
    try File.replace(path, with: [0xEF, 0xBB, 0xBF] + lines)
    #expect(describe(try HistoryReader.read(path: path)) == expected)
    #expect(describe(try HistoryReader.read(lines, file: path)) == expected)
    try File.replace(path, with: lines + Array("{\"process\":1}\n".utf8))
    #expect(
      throws: Failure(
        .badInput,
        "\(path):6001:1: found no “type” in this event, expected “invoke”, “ok”, “fail” or “info”")
    ) { try HistoryReader.read(path: path) }
    let array = [UInt8(ascii: "[")] + lines.map { $0 == 0x0A ? UInt8(ascii: ",") : $0 }
    try File.replace(path, with: array.dropLast() + [UInt8(ascii: "]")])
    let inArray = try HistoryReader.read(path: path)
    #expect(columns(inArray) == columns(try HistoryReader.read(lines, file: path)))
    let edn = EDNWriter.bytes(of: inArray)
    try File.replace(path, with: edn)
    #expect(columns(try HistoryReader.read(path: path)) == columns(inArray))
  }

  @Test("an integer of any length, with anything after it, is what it says")
  func integers() throws {
    let endings = ["}", " }", ",\"x\":1}"]
    for length in 1...25 {
      for ending in endings {
        let digits = String("9876543210123456789012345".prefix(length))
        for text in [digits, "-" + digits] {
          let line = #"{"process":1,"type":"invoke","f":"add","value":\#(text)\#(ending)"# + "\n"
          let history = try read(line + "\n")
          let value = history.values.json(history.input[0])
          #expect(value == (Int64(text).map { .integer($0) } ?? .number(text)))
        }
      }
    }
  }
}

/// Lines of histories, and lines with something wrong.
private struct RandomLines {
  private var random: SplitMix64
  private var open: [Int: (f: String, value: String)] = [:]
  private var counter = 1

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

  private mutating func value() -> String {
    counter += 1
    switch below(12) {
    case 0: return "null"
    case 1: return "\"v\(counter)\""
    case 2: return "[\(below(9)),\(counter)]"
    case 3: return "{\"z\(below(3))\":\(below(9)),\"a\":[\(counter)],\"m\":\"é\\n\"}"
    case 4: return "\(counter).5"
    case 5: return "-\(counter)"
    case 6: return "\":k\(below(4))\""
    case 7: return "\"a longer text \(below(5))\""
    case 8: return "123456789012345678901\(below(9))"
    default: return "\(counter)"
    }
  }

  private mutating func event() -> String {
    if below(25) == 0 {
      return #"{"process":"nemesis","type":"info","f":"start-kill","value":["n\#(below(3))"]}"#
    }
    let process = below(6)
    let space = below(4) == 0 ? " " : ""
    let extra = below(3) == 0 ? ",\"node\":\"n\(below(3))\",\"x y\":\(value())" : ""
    let time =
      below(5) == 0 ? "" : ",\"time\":\(space)\(counter)\(100_000_000 + below(100_000_000))"
    let key = ",\"key\":\(space)\"k\(process % 2)\""
    let known = open.removeValue(forKey: process)
    let f = known?.f ?? ["read", "write", "add", "a-long-function"][below(4)]
    let value = known?.value ?? value()
    if known == nil { open[process] = (f, value) }
    let type = known == nil ? "invoke" : ["ok", "ok", "fail"][below(3)]
    return "{\"process\":\(space)\(process),\(space)\"type\":\"\(type)\",\"f\":\"\(f)\"\(key)"
      + ",\"value\":\(space)\(value)\(extra)\(time)}"
  }

  mutating func regular(lines: Int) -> [UInt8] {
    var text = ""
    for _ in 0..<lines { text += event() + "\n" }
    return Array(text.utf8)
  }

  /// Up to forty lines, half of the time with a flaw: a wrong line, a changed byte, a torn end.
  mutating func make() -> [UInt8] {
    var text = below(4) == 0 ? "# a comment\n\n" : ""
    if below(3) == 0 { text += "{\"plumbline\":1,\"model\":\"set\"}\n" }
    for _ in 0..<below(40) {
      text += event() + (below(9) == 0 ? " \r\n" : below(9) == 0 ? "\n\n" : "\n")
    }
    var bytes = Array(text.utf8)
    let wrong = [
      "{\"plumbline\":1}\n", "{\"plumbline\":2}\n", "nonsense\n", "{}\n", "# fine\n",
      "{\"process\":1,\"process\":1}\n", "{\"process\":0,\"type\":\"ok\",\"f\":\"read\"}\n",
      "{\"process\":0,\"type\":\"info\",\"f\":\"write\"}\n",
      "{\"process\":77,\"type\":\"invoke\",\"f\":\"read\",\"x\":1,\"x\":2}\n",
      "{\"type\":\"invoke\",\"value\":[[\"r\",1,null]],\"process\":8}\n",
    ]
    switch below(6) {
    case 0:
      let starts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
      bytes.insert(contentsOf: wrong[below(wrong.count)].utf8, at: starts[below(starts.count)])
    case 1 where !bytes.isEmpty: bytes[below(bytes.count)] = UInt8(below(256))
    case 2 where !bytes.isEmpty: bytes.removeLast(below(min(bytes.count, 90)))
    default: break
    }
    return bytes
  }
}
