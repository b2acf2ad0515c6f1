import Base
import Histories
import TestSupport
import Testing

@Suite("What values say about [key value]")
struct TupleSignsTests {
  private func reading(_ text: String) throws -> TupleSigns.Reading {
    let lines = text.split(separator: "; ").joined(separator: "\n")
    return try History.text(lines).tupleSigns.reading
  }

  @Test(arguments: [
    "0 invoke read [7,nil]", "0 invoke dequeue [7,nil]; 1 invoke enqueue [7,1]",
    "0 invoke add [0,5]; 1 invoke read [0,nil]; 1 ok read [0,5]",
    "0 invoke cas [7,[1,2]]; 0 ok cas [7,[1,2]]", "0 invoke cas [k,1,2]",
    "0 invoke cas [7,[1,2]]; 0 ok cas nil", "0 invoke acquire [k,nil]; 0 ok acquire nil",
    "0 invoke contains [7,1]; 0 ok contains [7,[1,true]]",
    "0 invoke txn [7,[[read,x,nil],[write,y,1]]]", "0 invoke generate [k,nil]; 0 ok generate [k,1]",
  ]) func proveKeys(text: String) throws {
    #expect(try reading(text) == .tuples)
  }

  @Test(arguments: [
    "", "0 invoke write 3", "0 invoke read nil; 0 ok read [1,2]; 1 invoke write [1,2]",
    "0 invoke write [1,2] x", "0 invoke write [1,2,3]", "0 invoke cas [1,2]",
    "0 invoke cas [7,[1,2,3]]", "0 invoke txn [[read,x,nil],[write,y,1]]",
    "0 invoke contains [7,1]; 0 ok contains [[7,1],true]",
    "0 invoke read [1,2]; 0 ok read 3", "0 invoke read [1,2]; 0 ok read [5,2]",
    "0 invoke write [1,2]; 1 invoke write [1,2,3]",
  ]) func proveNoKeys(text: String) throws {
    #expect(try reading(text) == .plain)
  }

  @Test(arguments: [
    "0 invoke write [1,2]", "0 invoke add [0,5]; 0 ok add [0,5]", "0 invoke enqueue [1,2]",
    "0 invoke read [1,2]; 0 ok read [1,2]", "0 invoke cas [nil,[1,2]]",
    "0 invoke cas [[1,2],[3,4]]", "0 invoke read [[1],nil]", "0 invoke read [nil,nil]",
    // Both are proved, so one is a mistake.
    "0 invoke read [7,nil]; 0 ok read nil", "0 invoke read [7,nil]; 1 invoke write 3",
    "0 invoke read [7,nil]; 0 ok read [8,1]",
  ]) func proveNothing(text: String) throws {
    #expect(try reading(text) == .unknown)
  }

  /// Histories of all kinds of functions, keyed or not; the values put in are scalars or pairs.
  @Test func neverIsTheWrongThingProved() throws {
    var random = SplitMix64(seed: 3)
    var proved = 0
    for _ in 0..<4000 {
      let isKeyed = random.chance(0.5)
      let hasPairs = random.chance(0.5)
      let kinds = (0..<random.draw(1..<4)).map { _ in random.draw(0..<6) }
      var lines: [String] = []
      for operation in 0..<random.draw(1..<6) {
        let value = { (random: inout SplitMix64) in
          let number = random.draw(0..<4)
          return hasPairs ? "[\(number),\(random.draw(0..<4))]" : "\(number)"
        }
        let (one, other) = (value(&random), value(&random))
        let (function, input, output) =
          [
            ("read", "nil", one), ("write", one, one), ("cas", "[\(one),\(other)]", "nil"),
            ("dequeue", "nil", other), ("contains", one, "[\(one),true]"),
            ("acquire", "nil", "nil"),
          ][kinds[random.draw(0..<kinds.count)]]
        let key = random.draw(0..<2)
        let shown = { (text: String) in isKeyed ? "[\(key),\(text)]" : text }
        lines.append("\(operation) invoke \(function) \(shown(input))")
        if random.chance(0.8) { lines.append("\(operation) ok \(function) \(shown(output))") }
      }
      let found = try History.text(lines.joined(separator: "\n")).tupleSigns.reading
      #expect(found != (isKeyed ? .plain : .tuples), "\(lines)")
      if found != .unknown { proved += 1 }
    }
    #expect(proved > 2500)
  }
}
