import Base
import Formats
import Histories
import Testing

/// Micro-operations are a transaction's, whatever its function is called.
@Suite struct TransactionNameTests {
  private static let words = "lists of micro-operations"

  /// One operation a row: function, what was asked, what was answered.
  private func text(_ rows: [(String, String, String)]) -> String {
    rows.enumerated().map { process, row in
      """
      {"process":\(process),"type":"invoke","f":"\(row.0)","value":\(row.1)}
      {"process":\(process),"type":"ok","f":"\(row.0)","value":\(row.2)}

      """
    }.joined()
  }

  private func names(_ rows: [(String, String, String)]) throws -> [String] {
    let history = try read(text(rows))
    return (0..<history.count).map { history.functionName($0) }
  }

  @Test func anotherName() throws {
    let history = try read(
      text([
        ("transfer", #"[["r","x",null],["w","y",1]]"#, #"[["r","x",3],["w","y",1]]"#),
        ("peek", #"[[":r","x",null]]"#, #"[[":r","x",3]]"#),
        ("txn", #"[["w","x",3]]"#, #"[["w","x",3]]"#),
      ]))
    #expect((0..<3).map { history.functionName($0) } == ["txn", "txn", "txn"])
    #expect(history.warnings.count == 1)
    #expect(history.warnings[0].contains("“transfer”, “peek” are \(Self.words)"))
    #expect(history.warnings[0].contains("(txn)"))
  }

  @Test func inEDNAndLogs() throws {
    let edn = "{:process 0 :type :invoke :f :t :value [[:r 1 nil] [:w 2 3]]}\n"
    #expect(try read(edn).functionName(0) == "txn")
    #expect(try read("0\t:invoke\t:t\t[[:r 1 nil] [:w 2 3]]\n").functionName(0) == "txn")
    let tagged = "{:process 0 :type :invoke :f :t :value [7 [[:r 1 nil] [:w 2 3]]]}\n"
    let history = try read(tagged, ReadOptions(keyed: true))
    #expect(history.functionName(0) == "txn")
    #expect(history.values.describe(history.key[0]) == "7")
  }

  /// One value that is no such list, and the name stays.
  @Test(arguments: [
    [("t", #"[["r","x",null]]"#, #"[["r","x",1]]"#), ("t", "5", "5")],
    [("t", #"[["r","x",null]]"#, #"[["r","y",1]]"#)],
    [("t", #"[["r","x",null]]"#, #"[["r","x",1],["r","y",1]]"#)],
    [("t", #"[["w","x",1]]"#, #"[["w","x",2]]"#)],
    [("t", #"[["r","x",null]]"#, "3")],
    [("t", #"[["inc","x",1]]"#, #"[["inc","x",1]]"#)],
    [("t", #"[["r","x"]]"#, #"[["r","x"]]"#)],
    [("t", "[]", "[]")],
  ])
  func noEvidence(rows: [(String, String, String)]) throws {
    #expect(try names(rows).allSatisfy { $0 == "t" })
  }

  /// A name that a model has may mean what the model means by it.
  @Test(arguments: History.namesOfModels.sorted())
  func namesOfModels(name: String) throws {
    let transaction = (name, #"[["r","x",null],["w","x",1]]"#, #"[["r","x",4],["w","x",1]]"#)
    let blind = (name, #"[["w","x",1]]"#, #"[["w","x",1]]"#)
    #expect(try names([transaction]) == ["txn"])
    #expect(try names([blind, transaction]) == ["txn", "txn"])
    // Nothing was asked and answered: it may be a list that was put in.
    #expect(try names([blind]) == [name])
    // Something else has another value.
    #expect(try names([transaction, ("read", "null", "3")])[0] == name)
  }

  @Test func aHeaderDecides() throws {
    let rows = text([("t", #"[["r","x",null]]"#, #"[["r","x",1]]"#)])
    #expect(try read("{\"plumbline\":1,\"model\":\"bag\"}\n" + rows).functionName(0) == "t")
    let own = try read("{\"plumbline\":1,\"model\":\"multi-register\"}\n" + rows)
    #expect(own.functionName(0) == "txn")
  }
}
