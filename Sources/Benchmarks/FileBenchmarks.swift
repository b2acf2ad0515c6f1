import Base
import Generator
import Glibc

/// From a file to a verdict, as a user runs it: `plumbline check FILE` against `md5sum FILE`.
enum FileBenchmarks {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    let operations = suite.size(1_000_000)
    return try compare("10 clients", Shape.tenClients(operations), suite)
      + compare("50 clients, 1 % unknown", Shape.fiftyClients(operations), suite)
      + compare("100 keys", Shape.hundredKeys(operations), suite)
  }

  private static func compare(
    _ name: String, _ options: GeneratorOptions, _ suite: Suite
  ) throws(Failure) -> [Measurement] {
    let file = try CheckedFile(options, named: "file", in: suite.folder)
    defer { file.remove() }
    var sums: [Double] = []
    for _ in 0..<suite.rounds + 2 {
      sums.append(try ChildRun(["md5sum", file.path], in: suite.folder).wallSeconds)
    }
    sums.sort()
    let sum = sums[sums.count / 2]
    let outcome = try file.check(suite, rounds: suite.rounds)
    let megabytes = Int(file.bytes / 1e6)
    let note =
      "\(outcome.note), \(outcome.run.wallSeconds.thousandths) s; md5sum "
      + "\(sum.thousandths) s; \(megabytes) MB"
    let time = outcome.isRight ? outcome.run.wallSeconds / sum : nil
    return [
      Measurement(
        name: "file to verdict, \(name)", value: time, unit: "× md5sum", bound: .atMost(2),
        note: note),
      Measurement(
        name: "peak memory, \(name)", value: outcome.run.peakBytes / file.bytes, unit: "× file",
        bound: .atMost(2), note: "\(Int(outcome.run.peakBytes / 1e6)) MB"),
    ]
  }

  /// Ten million operations: decided, in the memory that there is.
  static func tenMillion(_ suite: Suite) throws(Failure) -> [Measurement] {
    let file = try CheckedFile(
      Shape.tenClients(suite.size(10_000_000)), named: "long", in: suite.folder)
    defer { file.remove() }
    let outcome = try file.check(suite)
    let memory = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    return [
      Measurement(
        name: "ten million operations, memory",
        value: outcome.isRight ? outcome.run.peakBytes / memory : nil, unit: "× machine",
        bound: .atMost(0.9),
        note: "\(outcome.note), \(outcome.run.wallSeconds.thousandths) s, "
          + "\(Int(outcome.run.peakBytes / 1e6)) MB; file \(Int(file.bytes / 1e6)) MB")
    ]
  }
}

extension Double {
  /// Rounded to a thousandth, for notes.
  var thousandths: Double { (self * 1000).rounded() / 1000 }
}
