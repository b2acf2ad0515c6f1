import Base
import Formats
import Histories
import TestSupport
import Testing

/// Jepsen's `test.jepsen`, made here byte by byte, against the `history.edn` of the same history.
@Suite struct JepsenTestTests {
  /// A test map whose history is in block 1.
  static let test: Fressian = .map([
    (.key("name"), .text("etcd")), (.key("start-time"), .structure("date-time", [.text("2026")])),
    (.key("odd"), .structure("my.Record", [.int(1), .list([])])),
    (.key("history"), .structure("block-ref", [.int(1)])),
    (.key("results"), .structure("block-ref", [.int(9)])),
  ])

  /// A random history of a few clients.
  private func lines(_ random: inout SplitMix64, count: Int) -> [JepsenLine] {
    var open: [Int64: (String, (Fressian, String))] = [:]
    var numbers = (0..<4).map { Int64($0) }
    return (0..<count).map { index in
      var line = JepsenLine(
        index: Int64(index), time: Int64(index) * 1_000_003, type: "info", process: nil,
        function: "start-partition", value: (.null, "nil"))
      let slot = Int(random.next() % 5)
      guard slot < 4 else { return line }
      line.process = numbers[slot]
      if let (function, value) = open.removeValue(forKey: numbers[slot]) {
        line.type = ["ok", "fail", "info"][Int(random.next() % 3)]
        (line.function, line.value) = (function, value)
        if line.type == "info" {
          line.extras = [("error", .key("timeout"), ":timeout"), ("node", .text("n1"), "\"n1\"")]
          numbers[slot] += 4
        }
        return line
      }
      line.type = "invoke"
      let number = Int64(truncatingIfNeeded: random.next() >> (random.next() % 64))
      switch random.next() % 3 {
      case 0: (line.function, line.value) = ("read", (.null, "nil"))
      case 1: (line.function, line.value) = ("write", (.int(number), "\(number)"))
      default:
        (line.function, line.value) = (
          "cas", (.list([.int(number), .text("é😀")]), "[\(number) \"é😀\"]")
        )
      }
      open[numbers[slot]] = (line.function, line.value)
      return line
    }
  }

  private func read(_ bytes: [UInt8], _ options: ReadOptions = ReadOptions()) throws -> History {
    try HistoryReader.read(bytes, file: "t", options: options)
  }

  /// One list, a stream, vectors of streams, vectors in vectors, with the test in one or two parts.
  private func files(_ lines: [JepsenLine]) -> [[UInt8]] {
    var files: [[UInt8]] = []
    for version in 0..<2 {
      var file = JepsenFile(version: Int32(version))
      file.add(1, .list(lines.map { version == 0 ? $0.map : $0.operation }))
      file.add(2, Self.test)
      files.append(file.closed(root: 2))
    }
    var stream = JepsenFile()
    stream.add(1, stream: lines.map(\.operation))
    stream.add(2, type: 3, .map([(.key("name"), .text("x"))]), prefix: JepsenFile.big(Int32(3)))
    stream.add(3, type: 3, Self.test, prefix: JepsenFile.big(Int32(0)))
    files.append(stream.closed(root: 2))
    var vector = JepsenFile()
    vector.add(1, .null)
    vector.add(2, Self.test)
    let third = lines.count / 3
    vector.add(4, stream: lines[..<third].map(\.operation))
    // A block that was written again, as the vector is with every chunk.
    vector.add(1, vector: [(0, 4)], count: Int64(third))
    vector.add(5, .list(lines[third..<2 * third].map(\.operation)))
    vector.add(6, stream: lines[(2 * third)...].map(\.operation))
    vector.add(7, vector: [(0, 5), (Int64(third), 6)], count: Int64(lines.count - third))
    vector.add(1, vector: [(0, 4), (Int64(third), 7)], count: Int64(lines.count))
    files.append(vector.closed(root: 2))
    return files
  }

  @Test func asTheTextOfTheSameHistory() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<trials(20) {
      let lines = lines(&random, count: Int(random.next() % 200))
      let text = lines.map(\.edn).joined()
      let expected = try HistoryReader.read(
        Array(text.utf8), file: "t", options: ReadOptions(format: "edn"))
      for file in files(lines) {
        let history = try read(file)
        #expect(columns(history) == columns(expected))
        #expect(history.line == expected.line && history.completedLine == expected.completedLine)
        #expect(history.warnings == expected.warnings)
        #expect(try read(file, ReadOptions(order: .index)).count == expected.count)
      }
    }
  }

  /// What a value is read as, in JSON.
  private func json(_ value: Fressian) throws -> String {
    let history = try read(Self.file([("invoke", "write", value)]), ReadOptions(keyed: false))
    return history.values.json(history.input[0]).description
  }

  /// A file of operations of one client.
  static func file(_ operations: [(String, String, Fressian)]) -> [UInt8] {
    var file = JepsenFile()
    file.add(
      1,
      stream: operations.enumerated().map { index, operation in
        JepsenLine(
          index: Int64(index), time: 5, type: operation.0, process: 0, function: operation.1,
          value: (operation.2, "")
        ).operation
      })
    file.add(2, test)
    return file.closed(root: 2)
  }

  @Test func everyValue() throws {
    let values: [(Fressian, String)] = [
      (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.double(0), "0"),
      (.double(1), "1"), (.double(-2.5), "-2.5"), (.double(1e300), "1e300"), (.float(0.1), "0.1"),
      (.double(.infinity), "\"##Inf\""), (.double(-.infinity), "\"##-Inf\""),
      (.double(.nan), "\"##NaN\""), (.text(""), "\"\""), (.text("a\"é😀"), "\"a\\\"é😀\""),
      (
        .text(String(repeating: "ab😀", count: 90)),
        "\"" + String(repeating: "ab😀", count: 90) + "\""
      ),
      (.bytes([0, 1, 255]), "\"0001ff\""), (.key("a", "b"), "\":a/b\""), (.symbol("s"), "\"s\""),
      (.list([]), "[]"), (.marked([.int(1), .list([.int(2)]), .int(3)]), "[1,[2],3]"),
      (.list((0..<9).map { .int($0) }), "[0,1,2,3,4,5,6,7,8]"),
      (.map([(.key("k"), .int(1))]), "{\":k\":1}"), (.set([.int(2), .int(1)]), "[1,2]"),
      (.structure("persistent-hash-set", [.list([.int(3)])]), "[3]"),
      (.structure("persistent-sorted-set", [.null]), "[]"),
      (.structure("multiset", [.map([(.int(1), .int(2))])]), "[\"#multiset\",{\"1\":2}]"),
      (.structure("atom", [.int(4)]), "4"), (.structure("vec", [.list([.int(1)])]), "[1]"),
      (.structure("ratio", [.int(2), .int(6)]), "\"1/3\""),
      (.structure("char", [.int(97)]), "\"a\""),
      (.structure("byte", [.int(-3)]), "-3"), (.structure("instant", [.text("t")]), "\"t\""),
      (.structure("record", [.symbol("r"), .map([(.key("v"), .int(1))])]), "{\":v\":1}"),
      (.raw([0xC6, 0xD2, 0xFF, 0x38]), "-200"),
      (.raw([0xC6, 0xD9, 0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0]), "18446744073709551616"),
      (.raw([0xC6, 0xD1, 0x80]), "-128"), (.raw([0xC6, 0xD0]), "0"),
      (.raw([0xC7, 0xD1, 0x7D, 0x02]), "1.25"), (.raw([0xC7, 0xD1, 0x7D, 0xFF]), "1250"),
      (.raw([0xC3, 0xD9, 0x10] + (0..<16)), "\"00010203-0405-0607-0809-0a0b0c0d0e0f\""),
      (.raw([0xC8, 0x00]), "\"1970-01-01T00:00:00.000-00:00\""),
      (.raw([0xC8, 0xFF]), "\"1969-12-31T23:59:59.999-00:00\""),
      (.raw([0xC8, 0x7B, 0x9C, 0x5D, 0x0E, 0x2D, 0xC1]), "\"2026-02-14T16:48:56.257-00:00\""),
      (.raw([0xC4, 0xDB, 0x61]), "\"a\""), (.longs([1, -1, 1 << 40]), "[1,-1,1099511627776]"),
      (.doubles([0.5, 1]), "[0.5,1]"), (.raw([0xB2, 0x02, 0xF5, 0xF6]), "[true,false]"),
      (.raw([0xFE, 0x05]), "5"),
      (.raw([0xCF, 0xCF, 0xCF, 0xCF, 0, 0, 0, 9, 1, 2, 3, 4, 0x06]), "6"),
    ]
    for (value, expected) in values {
      #expect(try json(value) == expected, "\(value)")
    }
    for power in 0..<63 {
      for number in [(1 << power) - 1, 1 << power, -(1 << power), -(1 << power) - 1] as [Int64] {
        #expect(try json(.int(number)) == "\(number)")
      }
    }
    #expect(try json(.int(.min)) == "\(Int64.min)" && json(.int(.max)) == "\(Int64.max)")
  }

  /// The type keeps a key and its value apart from a list of two.
  @Test func tuples() throws {
    let pair: Fressian = .structure("map-entry", [.text("k"), .int(3)])
    let tagged = try read(Self.file([("invoke", "write", pair), ("ok", "write", pair)]))
    #expect(tagged.values.describe(tagged.key[0]) == "\"k\"")
    #expect(tagged.values.describe(tagged.input[0]) == "3")
    let swap: Fressian = .structure("map-entry", [.text("k"), .list([.int(3), .int(4)])])
    let flat = try read(Self.file([("invoke", "cas", swap), ("info", "cas", swap)]))
    #expect(flat.values.describe(flat.input[0]) == "[3,4]")
    let list: Fressian = .list([.text("k"), .int(3)])
    #expect(throws: Failure.self) { try read(Self.file([("invoke", "write", list)])) }
    // A pair among values that are none proves nothing.
    let mixed = Self.file([
      ("invoke", "write", .int(1)), ("ok", "write", .int(1)), ("invoke", "write", pair),
    ])
    #expect(try read(mixed).key == [ValueTable.none, ValueTable.none])
  }

  @Test func whatWasKilledSaysSo() throws {
    let whole = Self.file([("invoke", "write", .int(1)), ("ok", "write", .int(1))])
    let history = try read(whole + [UInt8](repeating: 0, count: 40))
    #expect(history.count == 1)
    #expect(history.warnings.count == 1)
    #expect(history.warnings[0].hasPrefix("40 bytes behind the last whole block were not read"))
    var empty = JepsenFile()
    empty.add(1, .null)
    empty.add(2, Self.test)
    #expect(try read(empty.closed(root: 2)).warnings == ["the file holds no events"])
  }
}
