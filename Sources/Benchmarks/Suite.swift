import Base
import Generator
import Glibc

/// What the benchmarks have in common: how large, how often, where.
struct Suite {
  /// Small sizes, one round each: shows that everything runs.
  var isQuick = false
  /// How what was measured is printed.
  var form = Form.text
  /// Where files may be written.
  var folder: String
  /// The binary that is measured.
  var plumbline: String
  /// The corpus of histories with known verdicts: beside the package, or further up.
  var corpus: String

  /// The forms, by the word that asks for each.
  enum Form: String {
    case text = ""
    case json = "--json"
    /// As ``text``, and the portfolio as its page in the docs has it.
    case markdown = "--markdown"
  }

  init(folder: String) {
    self.folder = folder
    let places = (1...4).map { String(repeating: "../", count: $0) + "shared/corpus" }
    corpus = places.first { File.kind($0) == .folder } ?? places[0]
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let own = String(
      decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    plumbline = String(own[..<(own.lastIndex(of: "/") ?? own.startIndex)]) + "/plumbline"
  }

  /// How often a thing is measured; the median counts.
  var rounds: Int { isQuick ? 1 : 3 }
  /// The most time that a check may take.
  var timeLimit: String { isQuick ? "2s" : "30s" }
  /// The arguments of a check that may not take for ever.
  var check: [String] { check(timeLimit: timeLimit, memoryLimit: "6GiB") }

  /// The arguments of a check with limits of its own.
  func check(timeLimit: String, memoryLimit: String) -> [String] {
    [plumbline, "check", "--json", "--time-limit", timeLimit, "--memory-limit", memoryLimit]
  }

  /// A number of operations, a hundredth of it in quick mode.
  func size(_ operations: Int) -> Int { isQuick ? operations / 100 : operations }

  /// A group of benchmarks, by the name that selects it.
  struct Group: Sendable {
    var name: String
    var help: String
    /// Whether it is worth its time in quick mode.
    var isQuickToo = true
    var run: @Sendable (Suite) throws -> [Measurement]
  }

  /// Every group. Those that start children come first: see ``ChildRun``.
  static let groups: [Group] = [
    Group(name: "file", help: "file to verdict against md5sum, time and memory") {
      try FileBenchmarks.run($0)
    },
    Group(name: "repeated", help: "five values only, valid and not, with unknown outcomes") {
      try RepeatedBenchmarks.run($0)
    },
    Group(name: "corpus", help: "the public corpus in one check") { try CorpusBenchmark.run($0) },
    Group(name: "portfolio", help: "which shapes of history are decided, of every model") {
      try PortfolioBenchmark.run($0)
    },
    Group(name: "linear", help: "how cost grows with length") { try GrowthBenchmarks.run($0) },
    Group(name: "ten-million", help: "ten million operations", isQuickToo: false) {
      try FileBenchmarks.tenMillion($0)
    },
    Group(name: "recording", help: "operations recorded a second, against a bare loop") {
      try RecordingBenchmark.run($0)
    },
    Group(name: "simulation", help: "messages delivered a second in virtual time") {
      try SimulationBenchmark.run($0)
    },
    Group(name: "generate", help: "how fast histories are made") {
      try MemoryBenchmarks.generate($0)
    },
    Group(name: "memory", help: "a check of a history in memory, on one core") {
      try MemoryBenchmarks.zones($0)
    },
    Group(name: "reading", help: "how fast histories are read and written") {
      try ReadingBenchmark.run($0)
    },
  ]
}

/// The histories that the promises are about.
enum Shape {
  /// One register, 10 clients that are always busy.
  static func tenClients(_ operations: Int) -> GeneratorOptions {
    var options = GeneratorOptions()
    options.operations = operations
    options.clients = 10
    return options
  }

  /// One register, 50 clients, 1 % of outcomes unknown.
  static func fiftyClients(_ operations: Int) -> GeneratorOptions {
    var options = tenClients(operations)
    options.clients = 50
    options.indeterminate = 0.01
    return options
  }

  /// 100 registers.
  static func hundredKeys(_ operations: Int) -> GeneratorOptions {
    var options = tenClients(operations)
    options.keys = 100
    return options
  }
}
