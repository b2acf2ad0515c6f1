import Generator

/// The portfolio's cells as a map of what is decided, and as measurements.
struct PortfolioMap {
  let axes: PortfolioShape.Axes
  var rows: [Row]

  /// The cells of a model and a length, by unknown outcomes, then values, then clients.
  struct Row {
    var model: String
    var operations: Int
    var cells: [PortfolioCell]
  }

  private static let legend = """
    .  decided in less than 0.1 s    V  a valid history stays undecided
    -  in less than 1 s              X  a violating one
    +  in less than 10 s             #  one of each
    !  in time, its evidence later

    """

  /// A map for each length: a letter a shape, each group the clients from few to many.
  var text: String {
    var text = PortfolioMap.legend
    let clients = axes.clients.map(String.init).joined(separator: ", ")
    for operations in axes.operations {
      text += "\n\(operations) operations; in each group \(clients) clients\n"
      text += line("", axes.unknown.map { percent($0) + " unknown" }, 8 * axes.values.count)
      text += line("", axes.unknown.flatMap { _ in axes.values.map(word) }, 8)
      for row in rows where row.operations == operations && !row.cells.isEmpty {
        text += line(row.model, groups(row).map { String($0.map(\.letter)) }, 8)
      }
    }
    return text
  }

  /// A line a shape, for programs.
  var measurements: [Measurement] {
    rows.flatMap(\.cells).map { cell in
      Measurement(
        name: cell.shape.name, value: cell.undecided.isEmpty ? cell.seconds : nil, unit: "s",
        bound: .atMost(PortfolioBenchmark.seconds),
        note: "\(Int(cell.bytes / 1e6)) MB"
          + cell.undecided.map { "; undecided: \($0.words)" }.joined())
    }
  }

  /// A line a length: how many shapes are decided.
  var summary: [Measurement] {
    axes.operations.map { operations in
      let cells = rows.filter { $0.operations == operations }.flatMap(\.cells)
      let decided = cells.filter(\.undecided.isEmpty)
      let slowest = cells.max { $0.seconds < $1.seconds }
      let largest = cells.map(\.bytes).max() ?? 0
      return Measurement(
        name: "portfolio, \(operations) operations, shapes decided", value: Double(decided.count),
        unit: "of \(cells.count)", bound: .atLeast(Double(cells.count)),
        note: "at most \((slowest?.seconds ?? 0).thousandths) s (\(slowest?.shape.name ?? "")), "
          + "\(Int(largest / 1e6)) MB")
    }
  }

  /// The cells that differ in nothing but clients.
  private func groups(_ row: Row) -> [[PortfolioCell]] {
    axes.unknown.flatMap { unknown in
      axes.values.map { values in
        row.cells.filter { $0.shape.unknown == unknown && $0.shape.values == values }
      }
    }
  }

  private func line(_ name: String, _ cells: [String], _ width: Int) -> String {
    var line = name.padded(to: 16)
    for cell in cells { line += cell.padded(to: width) }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  func word(_ values: Int) -> String { values == 0 ? "unique" : "\(values)" }

  func percent(_ share: Double) -> String { PortfolioShape.percent(share) }
}

extension GeneratorOptions {
  /// The options as they are written behind `plumbline generate`.
  var words: String {
    "--model \(model) -n \(operations) --clients \(clients)"
      + (values > 0 ? " --values \(values)" : "")
      + (indeterminate > 0 ? " --indeterminate \(indeterminate)" : "") + " --seed \(seed)"
      + (error.map { " --error \($0)" } ?? "")
  }
}

extension String {
  /// With blanks behind it, a column wide.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
