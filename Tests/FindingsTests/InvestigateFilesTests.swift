import Base
import Checker
import Findings
import Formats
import Glibc
import Testing

/// Files that are looked at side by side are told as one after the other would be.
@Suite struct InvestigateFilesTests {
  private static let line =
    #"{"process":0,"type":"invoke","f":"write","value":1}"# + "\n"
    + #"{"process":0,"type":"ok","f":"write","value":1}"# + "\n"
    + #"{"process":0,"type":"invoke","f":"read","value":null}"# + "\n"

  /// A folder of so many files, in turn right, wrong, unreadable and too little.
  private func withFiles(_ count: Int, _ body: ([FoundHistory]) throws -> Void) throws {
    let folder = try File.makeTemporaryFolder("plumbline-side")
    defer { _ = system("rm -r '\(folder)'") }
    let ends = [
      #"{"process":0,"type":"ok","f":"read","value":1}"#,
      #"{"process":0,"type":"ok","f":"read","value":2}"#, #"{"process":"#,
      #"{"process":0,"type":"info","f":"read","value":null}"#,
    ]
    var files: [FoundHistory] = []
    for number in 0..<count {
      let path = "\(folder)/\(number).jsonl"
      try File.replace(path, with: Array((Self.line + ends[number % ends.count] + "\n").utf8))
      files.append(FoundHistory(path))
    }
    try body(files)
  }

  private func investigate(threads: Int, bytes: Int64? = nil) -> Investigate {
    Investigate(options: {
      var options = CheckOptions()
      options.threads = threads
      options.budget = Budget(bytes: bytes)
      return options
    })
  }

  private func told(_ files: [FoundHistory], _ investigate: Investigate) throws -> [String] {
    var signal: Int32?
    var told: [String] = []
    try investigate.files(files, signal: &signal) { found in
      told.append("\(found.file): \(found.ending)")
    }
    #expect(signal == nil)
    return told
  }

  @Test(arguments: [1, 7, 41]) func theirOrderAndWhatIsFoundStay(count: Int) throws {
    try withFiles(count) { files in
      let alone = try told(files, investigate(threads: 1))
      #expect(alone.count == count)
      #expect(try told(files, investigate(threads: 3)) == alone)
    }
  }

  /// What does not fit beside others is looked at once more.
  @Test func memoryThatIsSharedDecidesNothing() throws {
    try withFiles(4) { files in
      let checks = Lock(0)
      func small(threads: Int) -> Investigate {
        Investigate(options: {
          checks.withLock { $0 += 1 }
          var options = CheckOptions()
          options.threads = threads
          options.budget = Budget(bytes: 10)
          return options
        })
      }
      let alone = try told(files, small(threads: 1))
      // One asks how many threads there are.
      let asked = checks.withLock { $0 } - 1
      #expect(try told(files, small(threads: 2)) == alone)
      #expect(alone.filter { $0.hasSuffix("undecided") }.count == 3)
      #expect(checks.withLock { $0 } - 1 == asked + 1 + 2 * asked)
    }
  }

  @Test func aSignalEndsAllOfThem() throws {
    try withFiles(20) { files in
      var interrupted = investigate(threads: 2)
      interrupted.attend = { _, budget, work in
        budget.cancel()
        work()
        return SIGINT
      }
      var signal: Int32?
      var count = 0
      try interrupted.files(files, signal: &signal) { found in
        count += 1
        #expect(found.ending == .undecided)
      }
      #expect(signal == SIGINT && count < 2)
    }
  }

  /// A part that begins after the whole was cancelled has to stop as well.
  @Test func whoeverCancelsTheWholeCancelsItsParts() {
    let (whole, early, late) = (Budget(), Budget(), Budget())
    whole.include(early)
    #expect(early.spent == nil)
    whole.cancel()
    whole.include(late)
    #expect(early.spent == .cancelled && late.spent == .cancelled)
  }
}
