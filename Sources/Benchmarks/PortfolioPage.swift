/// The portfolio as the page `docs/reference/portfolio.md` has it.
extension PortfolioMap {
  /// The map, every cell's time and memory in a table, and what stays undecided.
  var markdown: String {
    """
    # The portfolio

    What is decided, of every model, by clients, repeated values, unknown outcomes and length:
    written by `Benchmarks --markdown portfolio`. Of each shape some histories are checked, as many
    valid as violating, each in a process of its own with one thread, 10 s and 2 GB.
    [What it says](../explanation/portfolio.md).

    \(counts)
    ```
    \(text)```

    The processor time in seconds and the peak memory in megabytes, both of the shape's worst
    history and of the whole process; in a column's title the values, then the clients.

    \(table)
    \(undecided)
    """
  }

  private var counts: String {
    var text = "| operations | shapes | decided | the longest check, s | the most memory, MB |\n"
    text += "|--:|--:|--:|--:|--:|\n"
    for operations in axes.operations {
      let cells = rows.filter { $0.operations == operations }.flatMap(\.cells)
      let decided = cells.filter(\.undecided.isEmpty)
      let seconds = decided.map(\.seconds).max() ?? 0
      let bytes = decided.map(\.bytes).max() ?? 0
      text += "| \(operations) | \(cells.count) | \(decided.count) | \(hundredths(seconds)) | "
      text += "\(Int(bytes / 1e6)) |\n"
    }
    return text
  }

  private var table: String {
    let titles = axes.values.flatMap { values in axes.clients.map { "\(word(values)), \($0)" } }
    var text = "| model | operations | unknown | \(titles.joined(separator: " | ")) |\n"
    text += "|---|--:|--:|" + String(repeating: "--:|", count: titles.count) + "\n"
    for row in rows {
      for unknown in axes.unknown {
        let cells = row.cells.filter { $0.shape.unknown == unknown }
        let words =
          cells.map(\.measured) + Array(repeating: "", count: titles.count - cells.count)
        text += "| \(row.model) | \(row.operations) | \(percent(unknown)) | "
        text += words.joined(separator: " | ") + " |\n"
      }
    }
    return text
  }

  private var undecided: String {
    let all = rows.flatMap(\.cells).flatMap(\.undecided)
    if all.isEmpty { return "Every shape is decided." }
    return "Undecided, as `plumbline generate` makes them:\n\n"
      + all.map { "- `\($0.words)`" }.joined(separator: "\n")
  }
}

extension PortfolioCell {
  /// Seconds, and megabytes behind them.
  fileprivate var measured: String {
    guard undecided.isEmpty else { return "undecided" }
    return "\(hundredths(seconds)), \(Int(bytes / 1e6))"
  }
}

/// Rounded to a hundredth.
private func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }
