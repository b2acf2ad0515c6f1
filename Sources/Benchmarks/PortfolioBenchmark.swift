import Base
import Generator

/// What is decided in 10 s and 2 GB on one thread: every model, by clients, repeated values,
/// unknown outcomes and length.
///
/// Of each shape several histories are checked, valid and violating; the first that is undecided
/// ends its half of the cell. A cell is as slow and as large as its worst history.
enum PortfolioBenchmark {
  /// The most time of one check.
  static let seconds = 10.0

  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    let axes = suite.isQuick ? PortfolioShape.Axes.quick : .init()
    var map = PortfolioMap(axes: axes, rows: [])
    for model in Generator.models {
      try File.write(
        Array("  \(model.name)\n".utf8), descriptor: 2, name: "standard error")
      for operations in axes.operations {
        var cells: [PortfolioCell] = []
        for shape in axes.shapes(model, operations) { cells.append(try cell(shape, suite)) }
        map.rows.append(.init(model: model.name, operations: operations, cells: cells))
      }
    }
    switch suite.form {
    case .json: return map.measurements
    case .markdown:
      try say(map.markdown)
      return []
    case .text:
      try say(map.text)
      return map.summary
    }
  }

  /// Checks a shape's histories.
  private static func cell(
    _ shape: PortfolioShape, _ suite: Suite
  ) throws(Failure) -> PortfolioCell {
    var cell = PortfolioCell(shape: shape)
    for isValid in [true, false] {
      for seed in 1...(suite.isQuick ? 1 : shape.seeds) {
        let options = shape.options(seed: seed, isValid: isValid)
        let file = try CheckedFile(options, named: "shape", in: suite.folder)
        defer { file.remove() }
        let words = suite.check(timeLimit: "\(seconds)s", memoryLimit: "2GB")
        let outcome = try file.check(words + ["--threads", "1", "--allow-vacuous"], suite)
        if outcome.isRight {
          cell.seconds = max(cell.seconds, outcome.run.processorSeconds)
          cell.bytes = max(cell.bytes, outcome.run.peakBytes)
        } else if outcome.run.exitCode == ExitCode.undecided.rawValue {
          cell.undecided.append(options)
          break
        } else {
          throw Failure(.defect, "\(options): \(outcome.note)")
        }
      }
    }
    return cell
  }
}

/// What became of a shape's histories.
struct PortfolioCell {
  let shape: PortfolioShape
  /// The processor time of the longest check that decided, from the program's start to its end.
  var seconds = 0.0
  /// The most memory that a check that decided had.
  var bytes = 0.0
  /// The histories that were not decided: at most a valid one and a violating one.
  var undecided: [GeneratorOptions] = []

  /// The cell of a map.
  var letter: Character {
    if undecided.count > 1 { return "#" }
    if let one = undecided.first { return one.error == nil ? "V" : "X" }
    if seconds < 1 { return seconds < 0.1 ? "." : "-" }
    return seconds < PortfolioBenchmark.seconds ? "+" : "!"
  }
}
