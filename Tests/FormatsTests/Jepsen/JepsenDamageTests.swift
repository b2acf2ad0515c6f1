import Base
import Formats
import Histories
import TestSupport
import Testing

/// A `test.jepsen` that is cut, damaged or strange is refused with the byte where it is so.
@Suite struct JepsenDamageTests {
  private let operations: [(String, String, Fressian)] = [
    ("invoke", "write", .int(1)), ("ok", "write", .int(1)), ("invoke", "read", .null),
    ("ok", "read", .int(1)),
  ]

  private func refusal(_ bytes: [UInt8]) -> String {
    FormatsTests.refusal(of: bytes, ReadOptions(format: "jepsen-test"))
  }

  @Test func cutAnywhere() {
    let whole = JepsenTestTests.file(operations)
    for length in 0..<whole.count {
      let words = refusal(Array(whole[..<length]))
      #expect(words.hasPrefix("h: byte "), "\(length): \(words)")
    }
    #expect(
      refusal(Array(whole[..<(whole.count - 1)])).contains("it was cut or damaged"))
  }

  @Test func oneBitAnywhereInABlock() {
    let whole = JepsenTestTests.file(operations)
    let expected = refusal(whole)
    #expect(expected.hasPrefix("was read: "))
    for place in 18..<whole.count {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      #expect(refusal(bytes).hasPrefix("h: byte "), "\(place)")
    }
    var bytes = whole
    bytes[60] ^= 1
    #expect(refusal(bytes).contains("is damaged: its checksum is"))
  }

  private func refusal(value: Fressian) -> String {
    refusal(JepsenTestTests.file([("invoke", "write", value)]))
  }

  @Test func strangeValues() {
    for (value, words) in [
      (
        .structure("my.Tag", [.int(1)]),
        "found the tag “my.Tag”, whose values plumbline does not know"
      ),
      (.raw([0xF2]), "found byte 0xf2, expected a Fressian value"),
      (.raw([0x9F]), "found the cached value 31 of"), (.raw([0xAF]), "found the struct 15 of 1"),
      (.raw([0xCD, 0x84]), "found the cached value"),
      (.raw([0xDD, 0xED, 0xA0, 0x80]), "half of a surrogate pair"),
      (.raw([0xE3, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), "found the count"),
      (.raw([0xE3, 0x70, 0xFF, 0xFF, 0xFF]), "found the count -"),
      (.raw([0xE3, 0x73, 0xFF, 0xFF, 0xFF]), "found a text of 33554431 bytes"),
      (.raw([0xEC, 0x73, 0xFF, 0xFF, 0xFF]), "found the end of the block inside a value"),
      (.raw([0xC0, 0xE5, 0x01]), "found a map with a key that has no value"),
      (.raw([0xC0, 0xE8, 0x01, 0x02, 0x01, 0x03]), "found 1 twice in one map"),
      (.structure("map-entry", [.int(1)]), "with 1 fields, expected 2"),
      (.structure("char", [.int(0xD800)]), "found the character 55296"),
      (.structure("ratio", [.int(1), .int(0)]), "found a ratio of no integers"),
      (.raw([0xC6, 0xD9, 0x54, 0x01]), "found a text of 1025 bytes"),
      (
        .raw([0xC7, 0xD1, 0x01, 0xF8, 0x7F, 0, 0, 0, 0, 0, 0, 0]), "found a scale that is too large"
      ),
      (.raw([0xCF, 0xCF, 0x01]), "found a broken footer"),
      (.raw([UInt8](repeating: 0xE5, count: 200)), "nested deeper than 128 levels"),
      (.raw([UInt8](repeating: 0xCD, count: 200)), "nested deeper than 128 levels"),
      (.raw([UInt8](repeating: 0xFE, count: 200)), "nested deeper than 128 levels"),
      (.raw([UInt8](repeating: 0xEF, count: 200)), "nested deeper than 128 levels"),
    ] as [(Fressian, String)] {
      let refused = refusal(value: value)
      #expect(refused.hasPrefix("h: byte ") && refused.contains(words), "\(words): \(refused)")
    }
  }

  /// Lists of cached lists of cached lists: a few bytes would be billions of values.
  @Test func cachedValuesDoNotGrow() {
    var bytes: [UInt8] = [0xED]
    bytes += [0xCD, 0xE6, 0x01, 0x02]
    for level in 0..<25 { bytes += [0xCD, 0xE6, 0x84 + UInt8(level), 0x84 + UInt8(level)] }
    bytes.append(0xFD)
    let refused = refusal(value: .raw(bytes))
    #expect(refused.contains("cached values inside one another become too large"), "\(refused)")
  }

  @Test func strangeBlocks() {
    func file(_ make: (inout JepsenFile) -> Void, root: Int32 = 2, version: Int32 = 1) -> String {
      var file = JepsenFile(version: version)
      make(&file)
      return refusal(file.closed(root: root))
    }
    let line = JepsenLine(
      index: 0, time: 0, type: "invoke", process: 0, function: "read", value: (.null, "nil"))
    #expect(file({ _ in }, version: 7).contains("byte 6: found the version 7"))
    #expect(file({ _ in }).contains("found the block 2 here, which the index does not have"))
    #expect(file({ $0.add(2, type: 5, [0]) }).contains("found a block of type 5 as the test"))
    #expect(file({ $0.add(2, type: 9, [0]) }).contains("found the type 9 of the block 2"))
    #expect(file({ $0.add(2, .list([])) }).contains("found no map, expected the test"))
    #expect(file({ $0.add(2, .map([])) }).contains("found no :history in the test map"))
    #expect(
      file({ $0.add(2, .map([(.key("history"), .int(3))])) }).contains("no reference to a block"))
    // A vector that is its own part, parts that are not where they should be, too few.
    #expect(
      file({
        $0.add(1, vector: [(0, 1)], count: 1)
        $0.add(2, JepsenTestTests.test)
      }).contains("found the block 1 a second time"))
    #expect(
      file({
        $0.add(1, vector: [(0, 3), (7, 4)], count: 2)
        $0.add(2, JepsenTestTests.test)
        $0.add(3, stream: [line.operation])
      }).contains("found 7 as the place of the next operations, and there were 1 before"))
    #expect(
      file({
        $0.add(1, vector: [(0, 3)], count: 2)
        $0.add(2, JepsenTestTests.test)
        $0.add(3, stream: [line.operation])
      }).contains("found 1 operations in a vector of 2"))
    #expect(
      file({
        $0.add(2, type: 3, .map([]), prefix: JepsenFile.big(Int32(2)))
      }).contains("found the block 2 a second time"))
    #expect(
      file({
        $0.add(1, stream: [.int(3)])
        $0.add(2, JepsenTestTests.test)
      }).contains("found 3, expected an operation"))
    var unsaved = JepsenFile().closed(root: 0)
    unsaved.replaceSubrange(10..<18, with: [UInt8](repeating: 0, count: 8))
    #expect(refusal(unsaved).contains("byte 10: found no index"))
  }

  /// Rules are told by the operation's number, the line of Jepsen's history.edn.
  @Test func rules() {
    let refused = refusal(
      JepsenTestTests.file([("invoke", "read", .null), ("ok", "write", .int(1))]))
    #expect(refused == "h:2:1: process 0 completes “write” but invoked “read” on line 1")
  }

  /// Whatever the bytes are, reading ends, with a history that can be written or with an error.
  @Test func anyBytes() {
    var random = SplitMix64(seed: 5)
    let values: [Fressian] = [
      .null, .int(-70_000), .text("é😀x"), .list([.int(1), .key("k")]),
      .map([(.key("a", "b"), .set([.double(2.5)]))]), .structure("map-entry", [.int(1), .int(2)]),
      .longs([1, 2]), .raw([0xC6, 0xD2, 0xFF, 0x38]),
      .marked([.structure("ratio", [.int(1), .int(3)])]),
    ]
    var file = JepsenFile()
    file.add(
      3,
      stream: values.enumerated().map { index, value in
        JepsenLine(
          index: Int64(index), time: 9, type: "invoke", process: Int64(index), function: "write",
          value: (value, ""), extras: [("error", .key("x"), "")]
        ).operation
      })
    file.add(1, vector: [(0, 3)], count: Int64(values.count))
    file.add(2, JepsenTestTests.test)
    let whole = file.closed(root: 2)
    for _ in 0..<trials(3000) {
      var bytes = whole
      for _ in 0...random.next() % 3 {
        let place = 18 + Int(random.next() % UInt64(bytes.count - 18))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 2:
          bytes[place] = [0xCD, 0x80, 0xA0, 0xEF, 0xE3, 0xEC, 0xFD, 0xC0][Int(random.next() % 8)]
        default: bytes[place] = bytes[18 + Int(random.next() % UInt64(bytes.count - 18))]
        }
      }
      let refused = refusal(JepsenFile.mended(bytes, blocks: file.starts()))
      #expect(refused.hasPrefix("h:") || refused.hasPrefix("was read: "))
    }
  }
}
