import Base
import Quorums
import Testing

struct ExpressionParserTests {
  static func parse(_ text: String) throws(QuorumError) -> (QuorumExpression, [String]) {
    var names = NodeNames()
    let expression = try ExpressionParser.parse(text, names: &names)
    return (expression, names.names)
  }

  @Test(arguments: [
    ("a", "a"),
    ("a*b + c*d", "a * b + c * d"),
    ("a and b or c and d", "a * b + c * d"),
    ("(a + b) * (c + d)", "(a + b) * (c + d)"),
    ("((a))", "a"),
    ("majority(a,b,c)", "majority(a, b, c)"),
    ("choose(2, a, b*c, d)", "majority(a, b * c, d)"),
    ("choose(3, a, b, c, d, e + f)", "majority(a, b, c, d, e + f)"),
    ("choose(2, a, b, c, d)", "choose(2, a, b, c, d)"),
    ("choose(1,a,b)", "a + b"),
    (
      "majority(majority(a,b,c), majority(d,e,f), g)",
      "majority(majority(a, b, c), majority(d, e, f), g)"
    ),
    ("votes(3, a=2, b, c=1)", "votes(3, a=2, b, c)"),
    ("n-1*eu.west:2", "n-1 * eu.west:2"),
    ("and1 + or2", "and1 + or2"),
    ("majority + choose", "majority + choose"),
  ])
  func readsAndWrites(text: String, expected: String) throws {
    let (expression, names) = try Self.parse(text)
    #expect(expression.text(names: names) == expected)
    #expect(try Self.parse(expected).0 == expression)
  }

  @Test(arguments: [
    ("", "the expression is empty, expected a node such as a or majority(a, b, c)"),
    ("   ", "the expression is empty, expected a node such as a or majority(a, b, c)"),
    (
      "a*b + )",
      """
      column 7: found “)”, expected a node, “(”, majority(…), choose(…) or votes(…)
        a*b + )
              ^
      """
    ),
    (
      "(a + b", "column 7: found the end, expected “)” for the “(” of column 1\n  (a + b\n        ^"
    ),
    ("a b", "column 3: found “b”, expected “+”, “*” or the end\n  a b\n    ^"),
    ("a & b", "column 3: found “&”, expected “+”, “*” or the end\n  a & b\n    ^"),
    (
      "choose(0, a, b)",
      "column 8: found 0, expected 1 to 2, the things to choose from\n  choose(0, a, b)\n         ^"
    ),
    (
      "choose(a, b)",
      "column 8: found “a”, choose begins with how many it needs\n  choose(a, b)\n         ^"
    ),
    (
      "majority()",
      "column 10: found “)”, expected what majority is to count\n  majority()\n           ^"
    ),
    (
      "most(a, b)",
      "column 1: “most” is no function, expected majority, choose or votes\n  most(a, b)\n  ^"
    ),
    (
      "votes(9, a=99999999999999999999)",
      "column 12: found “99999999999999999999”, expected a whole number of at most 1000000000000\n"
        + "  votes(9, a=99999999999999999999)\n             ^"
    ),
  ])
  func saysWhatAndWhere(text: String, message: String) throws {
    do throws(QuorumError) {
      _ = try Self.parse(text)
      Issue.record("“\(text)” was read")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test func theSixtyFifthNodeIsNamed() throws {
    let text = (1...65).map { "n\($0)" }.joined(separator: "+")
    do throws(QuorumError) {
      _ = try Self.parse(text)
      Issue.record("65 nodes were read")
    } catch {
      #expect(error.message == "“n65” is node 65, and a system has at most 64")
      #expect(error.column == 248)
    }
  }

  @Test func nestingHasABound() throws {
    let text = String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100)
    do throws(QuorumError) {
      _ = try Self.parse(text)
      Issue.record("it was read")
    } catch {
      #expect(error.message == "nested deeper than 64 levels")
    }
  }

  @Test func whatIsWrittenReadsBackTheSame() throws {
    for seed in 0..<500 {
      var random = SplitMix64(seed: UInt64(seed))
      let expression = RandomSystem.expression(nodes: 5, &random)
      var names = NodeNames(NodeNames.numbered(5))
      let text = expression.text(names: names.names)
      let back = try ExpressionParser.parse(text, names: &names)
      for set in 0..<NodeSet(32) {
        #expect(back.isQuorum(set) == expression.isQuorum(set), "seed \(seed): \(text)")
      }
    }
  }
}
