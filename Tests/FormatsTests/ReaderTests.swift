import Base
import Formats
import Glibc
import Histories
import Testing

/// gzip of one file, made with `gzip -n`.
private func gzip(_ text: String) -> [UInt8] {
  // A stored block (RFC 1951, 3.2.4) needs no compressor: the length, its complement, the bytes.
  let bytes = Array(text.utf8)
  let length = UInt16(bytes.count)
  var crc = UInt32.max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(length) + little(~length) + bytes
    + little(~crc) + little(UInt32(bytes.count))
}

@Suite("Files")
struct ReaderTests {
  private static let first = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"
  private static let second = "{\"process\":0,\"type\":\"ok\",\"f\":\"read\",\"value\":1}\n"

  @Test("gzip is read by its first bytes, members and all")
  func gzipped() throws {
    let whole = gzip(Self.first) + gzip(Self.second)
    let history = try HistoryReader.read(whole, file: "h")
    #expect(
      written(history) == Self.first.replacing("}\n", with: ",\"value\":null}\n") + Self.second)
    #expect(history.warnings == [])
  }

  @Test("gzip that ends early gives what there is, and a warning")
  func gzipTorn() throws {
    let early = "the gzip data end early (a writer that was killed?)"
    let whole = gzip(Self.first + Self.second)
    let noTrailer = try HistoryReader.read(Array(whole.dropLast(8)), file: "h")
    #expect(noTrailer.outcome == [.ok])
    #expect(noTrailer.warnings == [early])
    let torn = try HistoryReader.read(Array(whole.dropLast(12)), file: "h")
    #expect(torn.outcome == [.indeterminate])
    #expect(
      torn.warnings == [
        early,
        "line 2, the last, is torn and was dropped: found the end of the line after a name, "
          + "expected “:” at column 44",
      ])
  }

  @Test("gzip that is damaged, or followed by something else")
  func gzipDamaged() throws {
    var damaged = gzip(Self.first)
    damaged[30] ^= 1
    #expect(
      refusal(of: damaged)
        == "h: damaged gzip data: incorrect data check, near byte \(damaged.count - 4)")
    let followed = try HistoryReader.read(gzip(Self.first) + [0, 0, 0], file: "h")
    #expect(followed.warnings == ["3 bytes after the gzip data were ignored"])
    #expect(
      throws: Failure(
        .unavailable,
        "h: compressed with gzip, and libnothing.so is not installed (apt-get install zlib1g, or "
          + "decompress it first)")
    ) {
      try Gzip.decompress(gzip(""), name: "h", library: "libnothing.so")
    }
  }

  @Test("each way a file cannot be read has its own code")
  func codes() throws {
    #expect(throws: Failure(.missingInput, "/nowhere/h: No such file or directory")) {
      try HistoryReader.read(path: "/nowhere/h")
    }
    #expect(throws: Failure(.missingInput, "/tmp: is a directory")) {
      try HistoryReader.read(path: "/tmp")
    }
    #expect(
      throws: Failure(
        .badInput,
        "h:1:1: found “h” at the start, expected a history (jsonl, edn, jepsen-log, call-return, "
          + "etcd, jepsen-test, intervals, csv, tsv, logfmt, otlp, records; --format names one)")
    ) { try read("hello") }
    #expect(
      throws: Failure(
        .usage,
        "“xml” is no history format (known: jsonl, edn, jepsen-log, call-return, etcd, "
          + "jepsen-test, intervals, csv, tsv, logfmt, otlp, records)")
    ) { try read("", ReadOptions(format: "xml")) }
  }

  @Test("a history that takes more memory than it may is not read to its end")
  func memoryLimit() throws {
    let path = "/tmp/plumbline-memory-test-\(getpid())"
    defer { unlink(path) }
    func refusal(_ file: String) -> Failure {
      Failure(
        .undecided,
        "\(file): undecided: the history and its check take more memory than the limit, so it was "
          + "not read to its end (--memory-limit allows more)")
    }
    let lines = String(repeating: Self.first + Self.second, count: 500)
    let edn = "{:process 0, :type :invoke, :f :read, :value nil}\n"
    let maps = String(repeating: edn + edn.replacing("invoke", with: "ok"), count: 500)
    let files = [Array(lines.utf8), Array(maps.utf8), gzip(lines)].map { part in
      Array(repeatElement(part, count: 16).joined())
    }
    var options = ReadOptions()
    for bytes in files {
      try File.replace(path, with: bytes)
      options.memoryLimit = 300_000
      #expect(throws: refusal(path)) {
        try HistoryReader.read(path: path, options: options)
      }
      options.memoryLimit = 10_000_000
      #expect(try HistoryReader.read(path: path, options: options).count == 8_000)
    }
    options.memoryLimit = 1_000
    #expect(throws: refusal("h")) {
      try HistoryReader.read(gzip(lines), file: "h", options: options)
    }
    // It has no end, and no size that could be asked for.
    options.format = "edn"
    #expect(throws: refusal("/dev/zero")) {
      try HistoryReader.read(path: "/dev/zero", options: options)
    }
  }

  @Test("a file on disk is read like its bytes")
  func path() throws {
    let path = "/tmp/plumbline-reader-test-\(getpid()).jsonl"
    defer { unlink(path) }
    try File.replace(path, with: Array((Self.first + Self.second).utf8))
    #expect(try HistoryReader.read(path: path).outcome == [.ok])
  }

  @Test(
    "the format is found by the content",
    arguments: [
      ("{\"process\":0}", "jsonl"), ("\n# x\n {\"", "jsonl"), ("[\n{\"a\"", "jsonl"), ("", "jsonl"),
      ("{:a 1}", "edn"), ("; x\n[{:a 1}]", "edn"), ("({:a", "edn"), ("#op{:a 1}", "edn"),
      ("[\n\n {:process", "edn"), ("()", "edn"),
      ("INFO jepsen.util - 0 :invoke :read nil", "jepsen-log"),
      ("started\n0\t:invoke\t:read\tnil\n", "jepsen-log"),
      ("[1] call enq(2)", "call-return"), ("# @object atomic-stack\n", "call-return"),
      ("# x\n\n[12]  call pop", "call-return"),
      ("process,f,value,start,end\n1,read,3,4,5\n", "csv"),
      ("{\"resourceSpans\":[]}", "otlp"),
    ])
  func detection(text: String, name: String) {
    Array(text.utf8).withUnsafeBytes { bytes in
      #expect(Formats.detect(bytes)?.name == name)
      #expect(Formats.all.allSatisfy { $0.sniff(bytes) <= $0.surest })
    }
  }
}

@Suite("Keys in tuples")
struct KeyedTests {
  /// Events of one process, in order, as Jepsen's `independent` writes them.
  private func events(_ pairs: [(String, String, String)]) -> String {
    pairs.map { function, input, output in
      "{:process 0 :type :invoke :f :\(function) :value \(input)}\n"
        + "{:process 0 :type :ok :f :\(function) :value \(output)}\n"
    }.joined()
  }

  private func shown(_ text: String, _ keyed: Bool?) throws -> [String] {
    let history = try read(text, ReadOptions(keyed: keyed))
    return (0..<history.count).map { index in
      let id = history.key[index]
      let key = id == ValueTable.none ? "-" : history.values.describe(id)
      return "\(key) \(history.values.describe(history.input[index])) "
        + history.values.describe(history.output[index])
    }
  }

  @Test("they are taken apart when a read of [key nil] or a cas of [key [a b]] proves it")
  func inferred() throws {
    let reads = events([("write", "[7 1]", "[7 1]"), ("read", "[7 nil]", "[7 1]")])
    #expect(try shown(reads, nil) == ["7 1 1", "7 nil 1"])
    #expect(try shown(reads, false) == ["- [7,1] [7,1]", "- [7,null] [7,1]"])
    let swaps = events([("write", "[7 1]", "[7 1]"), ("cas", "[7 [1 2]]", "[7 [1 2]]")])
    #expect(try shown(swaps, nil) == ["7 1 1", "7 [1,2] [1,2]"])
  }

  @Test("they are left alone when something else is possible")
  func notInferred() throws {
    for text in [
      events([("write", "[7 1]", "[7 1]"), ("read", "nil", "[7 1]")]),
      events([("cas", "[1 2]", "[1 2]")]),
      events([("cas", "[7 [1 2 3]]", "[7 [1 2 3]]")]),
    ] {
      #expect(try shown(text, nil) == (try shown(text, false)))
    }
  }

  @Test("what proves nothing, or both, is refused with both options")
  func undecided() {
    for (text, words) in [
      (
        events([("write", "[7 1]", "[7 1]")]),
        "h:1:1: “write” of [7,1] may be a value or a pair [key value] (Jepsen's independent keys), "
          + "and nothing in the file decides; say --keyed or --not-keyed"
      ),
      (
        events([("write", "3", "3"), ("read", "[7 nil]", "[7 1]")]),
        "h:3:1: “read” of [7,null] shows values that are pairs [key value], and “write” of 3 on "
          + "line 1 that they are not; say --not-keyed, or --keyed if the latter is a mistake"
      ),
      (
        events([("read", "[7 nil]", "nil")]),
        "h:1:1: “read” of [7,null] shows values that are pairs [key value], and “read” answered "
          + "nil on line 2 that they are not; say --not-keyed, or --keyed if the latter is a "
          + "mistake"
      ),
    ] {
      #expect(refusal(of: text) == words)
    }
  }

  @Test("tags, a flat compare-and-set, and every model")
  func further() throws {
    for tag in ["#jepsen.independent.Tuple ", "#clojure.lang.MapEntry "] {
      #expect(try shown(events([("write", tag + "[7 1]", "[7 1]")]), nil) == ["7 1 1"])
    }
    let flat = events([("cas", "[\"k\" 1 2]", "[\"k\" 1 2]"), ("write", "[\"k\" 3]", "nil")])
    #expect(try shown(flat, nil) == ["\"k\" [1,2] [1,2]", "\"k\" 3 nil"])
    let set = events([("add", "[7 1]", "[7 1]"), ("read", "[7 nil]", "[7 #{1}]")])
    #expect(try shown(set, nil) == ["7 1 1", "7 nil [1]"])
  }

  @Test("a set of two is no pair, and stays none where it is written as a list")
  func setsOfTwo() throws {
    for input in ["#{11/2 \"s\"}", "#{:a :b}", "#{1 2}"] {
      for function in ["add", "write", "contains"] {
        let history = try read(events([(function, input, input)]))
        let json = JSONLinesWriter.bytes(of: history)
        let again = try HistoryReader.read(json, file: "again", options: ReadOptions())
        #expect(again.key == [ValueTable.none])
        #expect(JSONLinesWriter.bytes(of: again) == json)
      }
    }
  }

  @Test("a test map before the operations names the model")
  func testMap() throws {
    for (map, model) in [
      ("{:name \"x\" :nodes [] :model #knossos.model.CASRegister{:value nil}}", "cas-register"),
      ("{:model :set :time-limit 3}", "set"), ("{:name \"a\" :concurrency 3}", nil),
    ] {
      let history = try read(map + "\n" + events([("read", "nil", "nil")]))
      #expect(history.header?["model"]?.string == model)
      #expect(history.count == 1)
    }
    let log =
      "2022-07-28 07:52:55,480{GMT}\tINFO\t[jepsen test runner] jepsen.core: Running test:\n"
      + "{:model #knossos.model.Mutex{:locked false},\n :x 1}\n"
      + "2022-07-28 07:53:02,859{GMT}\tINFO\t[jepsen worker 2] jepsen.util: 2\t:invoke\t:read"
      + "\tnil\n"
    #expect(try read(log).header?["model"]?.string == "lock")
  }

  @Test("what is no tuple is refused when tuples were promised")
  func refused() {
    let keyed = ReadOptions(keyed: true)
    #expect(
      refusal(of: events([("write", "3", "3")]), keyed)
        == "h:1:1: found 3 as the value of “write”, expected [key value]")
    #expect(
      refusal(of: events([("read", "[1 nil]", "3")]), keyed)
        == "h:2:1: found 3 as the value of “read”, expected [key value]")
    #expect(
      refusal(of: events([("read", "[1 nil]", "[2 3]")]), keyed)
        == "h:2:1: found the key 2, expected 1 as on line 1")
    #expect(
      refusal(of: "{:process 0 :type :invoke :f :f :key 1 :value [1 2]}\n", keyed)
        == "h:1:1: this event has a key of its own, expected none when values are [key value]")
  }

  @Test("an unknown outcome need not repeat the tuple")
  func unknown() throws {
    let text =
      "0\t:invoke\t:read\t[1 nil]\n0\t:fail\t:read\t:timed-out\n0\t:invoke\t:cas\t[1 [2 3]]\n"
      + "0\t:info\t:cas\t[1 [2 3]]\n"
    #expect(try shown(text, nil) == ["1 nil \":timed-out\"", "1 [2,3] [2,3]"])
  }

  @Test("a writer says when what looks like tuples is none")
  func written() throws {
    let text = events([("read", "[7 nil]", "[7 1]")])
    let plain = try read(text, ReadOptions(keyed: false))
    let json = FormatsTests.written(plain)
    #expect(json.hasPrefix("{\"plumbline\":1,\"keyed\":false}\n"))
    #expect(FormatsTests.written(try read(json)) == json)
    let split = FormatsTests.written(try read(text))
    #expect(
      split == """
        {"process":0,"type":"invoke","f":"read","key":7,"value":null}
        {"process":0,"type":"ok","f":"read","key":7,"value":1}

        """)
    #expect(FormatsTests.written(try read(split)) == split)
  }
}
