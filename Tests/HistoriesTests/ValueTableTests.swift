import Base
import Histories
import Testing

@Suite("Values")
struct ValueTableTests {
  @Test(
    "numbers are one value when they are equal, however they are written",
    arguments: [
      ["1", "1.0", "1e0", "10e-1", "+1", "0.1E1", "001"],
      ["0", "-0", "0.0", "0e999999999", "-0.00e-5"],
      ["9223372036854775807", "9223372036854775807.0"],
      ["9223372036854775808", "9.223372036854775808e18"],
      ["-9223372036854775808", "-92233720368547758080e-1"],
      ["1.25", "125e-2", "0.0125e2", "1.250"],
      ["100000000000000000000000", "1e23", "10E22"],
      ["1e500", "10e499", "0.1e501"],
    ])
  func equalNumbers(literals: [String]) {
    var values = ValueTable()
    var ids: [ValueID?] = []
    for literal in literals { ids.append(values.intern(number: literal)) }
    #expect(ids.allSatisfy { $0 != nil && $0 == ids[0] })
  }

  @Test("numbers that differ in one digit differ")
  func unequalNumbers() {
    var values = ValueTable()
    let literals = [
      "1", "-1", "10", "0.1", "9007199254740992", "9007199254740993", "9223372036854775808",
      "9223372036854775809", "0.1000000000000000055511151231257827", "0.1000000000000000055",
    ]
    var ids: Set<ValueID> = []
    for literal in literals { ids.insert(values.intern(number: literal) ?? ValueTable.null) }
    #expect(ids.count == literals.count)
  }

  @Test(
    "a number keeps all its digits",
    arguments: [
      ("12345678901234567890123", "12345678901234567890123"), ("0.000001", "0.000001"),
      ("-1e-30", "-1e-30"), ("123456789.123456789", "123456789.123456789"), ("1e50", "1e50"),
      ("9223372036854775807", "9223372036854775807"),
    ])
  func digits(literal: String, text: String) throws {
    var values = ValueTable()
    let interned = values.intern(number: literal)
    let id = try #require(interned)
    #expect(values.describe(id) == text)
  }

  @Test(
    "what is no number, or has an exponent without end, is none",
    arguments: ["", "-", ".", "1x", "e5", "1e", "0x1", "1 ", "1e1000000000", "1e-99999999999", "é"])
  func noNumbers(literal: String) {
    var values = ValueTable()
    let id = values.intern(number: literal)
    #expect(id == nil)
  }

  @Test("kinds are kept apart, equal values are one")
  func kinds() {
    var values = ValueTable()
    let string = values.intern(string: "1")
    let keyword = Array("1".utf8).withUnsafeBytes { values.intern(.keyword, bytes: $0) }
    let integer = values.intern(integer: 1)
    let list = values.intern(list: [integer])
    let set = values.intern(set: [integer, integer])
    let map = values.intern(map: [(integer, string), (integer, list)])
    #expect(Set([string, keyword, integer, list, set, map]).count == 6)
    #expect(
      [string, keyword, integer, list, set, map].map { values.kind(of: $0) }
        == [.string, .keyword, .integer, .list, .set, .map])
    let again = [
      values.intern(string: "1"), values.intern(list: [integer]), values.intern(set: [integer]),
      values.intern(JSON.array([1])),
    ]
    #expect(again == [string, list, set, list])
    #expect(Array(values.parts(of: map)) == [integer, list])
    #expect(values.integer(integer) == 1)
    #expect(values.integer(string) == nil)
    #expect(values.string(keyword) == "1")
    #expect(values.bool(ValueTable.true) == true)
    #expect(values.bool(ValueTable.null) == nil)
  }

  @Test("many values keep their ids while the table grows")
  func growth() {
    var values = ValueTable()
    func numberIDs() -> [ValueID] {
      (0..<5_000).map { values.intern(integer: $0 &* 2_654_435_761) }
    }
    func textIDs() -> [ValueID] { (0..<5_000).map { values.intern(string: "text \($0)") } }
    let numbers = numberIDs()
    let texts = textIDs()
    #expect(Set(numbers + texts).count == 10_000)
    #expect(numberIDs() == numbers)
    #expect(textIDs() == texts)
    #expect(numbers.map { values.integer($0) } == (0..<5_000).map { $0 &* 2_654_435_761 })
  }

  @Test("what is written does not depend on the order in which values came")
  func order() {
    var texts: Set<String> = []
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var values = ValueTable()
      for word in ["b", "a", "10", "9"].shuffled(using: &random) { _ = values.intern(string: word) }
      for number in [10, 9, 2] as [Int64] { _ = values.intern(integer: number) }
      let set = values.intern(set: [
        values.intern(string: "b"), values.intern(integer: 10), values.intern(integer: 9),
        values.intern(string: "a"),
      ])
      let map = values.intern(map: [
        (values.intern(integer: 10), set), (values.intern(integer: 9), ValueTable.null),
        (values.intern(string: "b"), ValueTable.true),
      ])
      texts.insert(values.describe(map))
    }
    #expect(texts == ["{\"10\":[9,10,\"a\",\"b\"],\"9\":null,\"b\":true}"])
  }

  @Test("a map whose keys share one text is a list of pairs")
  func collidingKeys() {
    var values = ValueTable()
    let map = values.intern(map: [
      (values.intern(integer: 0), ValueTable.true), (values.intern(string: "0"), ValueTable.false),
    ])
    #expect(values.describe(map) == "[[0,true],[\"0\",false]]")
  }

  @Test("null stands out in a sentence")
  func describe() {
    #expect(ValueTable().describe(ValueTable.null) == "nil")
    #expect(ValueTable().describe(ValueTable.none) == "nil")
  }
}
