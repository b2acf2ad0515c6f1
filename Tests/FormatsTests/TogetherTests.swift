import Base
import Foundation
import Histories
import Testing

@testable import Formats

/// The logs of several clients as one history.
@Suite struct TogetherTests {
  /// Files in a folder of their own, read as one.
  private func together(
    _ files: [(String, String)], _ options: ReadOptions = ReadOptions()
  ) throws -> History {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try File.makeFolder(folder)
    for (name, text) in files { try File.replace(folder + "/" + name, with: Array(text.utf8)) }
    do throws(Failure) {
      var history = try HistoryReader.read(
        together: files.map { folder + "/" + $0.0 }, options: options)
      history.warnings = history.warnings.map { $0.replacing(folder + "/", with: "") }
      return history
    } catch {
      throw Failure(error.code, error.message.replacing(folder + "/", with: ""))
    }
  }

  private func refusal(
    _ files: [(String, String)], _ options: ReadOptions = ReadOptions()
  ) -> String {
    do { return "was read: " + written(try together(files, options)) } catch {
      return (error as? Failure)?.message ?? "\(error)"
    }
  }

  private func line(_ process: Int, _ type: String, _ f: String, _ value: String, _ time: Int)
    -> String
  {
    #"{"process":\#(process),"type":"\#(type)","f":"\#(f)","value":\#(value),"time":\#(time)}"#
  }

  /// Each has a header and a process 0, and no newline at its end.
  @Test func headersAndProcesses() throws {
    let header = "{\"plumbline\":1,\"model\":\"register\"}\n"
    let history = try together([
      ("a", header + line(0, "invoke", "write", "1", 10) + "\n" + line(0, "ok", "write", "1", 20)),
      ("b", header + line(0, "invoke", "read", "null", 15) + "\n" + line(0, "ok", "read", "1", 30)),
    ])
    #expect(
      written(history) == """
        {"plumbline":1,"model":"register"}
        {"process":0,"type":"invoke","f":"write","value":1,"time":10}
        {"process":1,"type":"invoke","f":"read","value":null,"time":15}
        {"process":0,"type":"ok","f":"write","value":1,"time":20}
        {"process":1,"type":"ok","f":"read","value":1,"time":30}

        """)
    #expect(
      history.warnings == [
        "1 of the processes of b have numbers that another file has, and count as clients of their "
          + "own: its process 0 is 1 here"
      ])
  }

  /// What ends as something else begins, in another file, is concurrent with it.
  @Test func oneInstant() throws {
    let history = try together([
      ("a", line(0, "invoke", "write", "1", 10) + "\n" + line(0, "ok", "write", "1", 20)),
      ("b", line(1, "invoke", "read", "null", 20) + "\n" + line(1, "ok", "read", "null", 30)),
    ])
    #expect(history.invoked[1] < history.completed[0])
  }

  /// Dates are compared, not times from the start of each file.
  @Test func otherFormats() throws {
    let csv = "client,op,value,result,start,end\n"
    let history = try together([
      (
        "a.csv",
        csv + "a,put,1,,2025-01-01T00:00:00Z,2025-01-01T00:00:01Z\n"
          + "a,get,,1,2025-01-01T00:00:05Z,2025-01-01T00:00:06Z\n"
      ),
      ("b.csv", csv + "a,put,2,,2025-01-01T00:00:03Z,2025-01-01T00:00:04Z\n"),
      ("c.edn", "{:process 7 :type :invoke :f :read :time 1735689603000000000}\n"),
    ])
    #expect((0..<4).map { history.functionName($0) } == ["write", "write", "read", "read"])
    #expect(history.invokedTime == [0, 3_000_000_000, 3_000_000_000, 5_000_000_000])
    #expect(Set(history.processes).count == 3)
  }

  @Test func keysAreAskedOfTheWhole() throws {
    let write = line(0, "invoke", "write", "[7,1]", 10)
    let read = line(1, "invoke", "read", "[7,null]", 20)
    for options in [ReadOptions(), ReadOptions(keyed: true)] {
      let history = try together([("a", write), ("b", read)], options)
      #expect(history.key.map { history.values.describe($0) } == ["7", "7"])
    }
    #expect(try !together([("a", write), ("b", read)], ReadOptions(keyed: false)).isKeyed)
    let keyed = #"{"process":2,"type":"invoke","f":"write","key":7,"value":1,"time":5}"#
    #expect(refusal([("a", write), ("b", keyed)]).hasPrefix("the operations of b have keys"))
    let transaction = line(0, "invoke", "t", #"[["w",1,2]]"#, 3)
    #expect(try together([("a", transaction), ("b", "")]).functionName(0) == "txn")
  }

  @Test func contradictions() throws {
    let one = line(0, "invoke", "read", "null", 1)
    #expect(
      refusal([
        ("a", "{\"plumbline\":1,\"model\":\"set\"}\n" + one),
        ("b", "{\"plumbline\":1,\"model\":\"bag\"}\n" + one),
      ]) == "the header of b says that “model” is \"bag\", and that of a file before it is \"set\"")
    #expect(
      refusal([("a", one), ("b", "0\t:invoke\t:read\tnil\n")]).contains("no time to sort by"))
    #expect(
      refusal([("a", one), ("b", #"{"process":1,"type":"invoke","f":"read"}"#)]).hasPrefix(
        "b:1:1: this event has no “time”"))
    let apart = try together([("a", one), ("b", line(1, "invoke", "read", "null", 9))])
    #expect(apart.warnings.count == 2 && apart.warnings[0].contains("has no moment in common"))
  }
}
