import Base
import Generator
import Glibc

/// A generated history in a file, and `plumbline check` of it.
struct CheckedFile {
  let path: String
  let options: GeneratorOptions
  /// The file's size.
  let bytes: Double

  init(_ options: GeneratorOptions, named name: String, in folder: String) throws(Failure) {
    self.options = options
    path = "\(folder)/\(name).jsonl"
    let descriptor = try File.open(path, .emptied)
    defer { close(descriptor) }
    var size = 0
    let path = path
    try Generator.generate(options) { (block) throws(Failure) in
      size += block.count
      try File.write(block, descriptor: descriptor, name: path)
    }
    bytes = Double(size)
  }

  /// Removes the file before the next one comes.
  func remove() { unlink(path) }

  /// One check, and whether it found what the file states.
  struct Outcome {
    var run: ChildRun
    var isRight: Bool
    /// `register-zones`, or what was found instead of the truth.
    var note: String
  }

  /// Checks the file with the binary that lies beside this one.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/defect`` when the verdict is wrong; undecided is not.
  func check(_ suite: Suite) throws(Failure) -> Outcome { try check(suite.check, suite) }

  /// Checks it with the words of a command, as ``check(_:)`` does with the suite's.
  func check(_ words: [String], _ suite: Suite) throws(Failure) -> Outcome {
    let run = try ChildRun(words + [path], in: suite.folder)
    let line = try? JSONParser.parse(String(decoding: run.output, as: UTF8.self))
    let found = line?["verdict"]?.string ?? "exit code \(run.exitCode)"
    let stated = options.error == nil ? "linearizable" : "violation"
    if found != stated, ["linearizable", "violation"].contains(found) {
      throw Failure(.defect, "\(options): found \(found), expected \(stated)")
    }
    let algorithm = line?["algorithm"]?.string ?? "?"
    return Outcome(
      run: run, isRight: found == stated,
      note: found == stated ? algorithm : "\(found), expected \(stated)")
  }

  /// The check of median duration; the first one that is not right ends it.
  func check(_ suite: Suite, rounds: Int) throws(Failure) -> Outcome {
    var outcomes: [Outcome] = []
    for _ in 0..<rounds {
      let outcome = try check(suite)
      guard outcome.isRight else { return outcome }
      outcomes.append(outcome)
    }
    outcomes.sort { $0.run.wallSeconds < $1.run.wallSeconds }
    return outcomes[outcomes.count / 2]
  }
}
