import Findings

/// What stands beside a row of a ``SpaceTime``, in the terminal and on the page.
enum SpaceTimeWords {
  /// The words of a row, legible, whatever the file held.
  static func words(_ row: SpaceTime.Row, _ diagram: SpaceTime, _ names: [String]) -> String {
    let said = Legible.text(row.words, limit: 200)
    switch row.kind {
    case .folded: return "… \(said) …"
    case .begins:
      guard row.fate == .down else { return "\(said) begins" }
      return "\(said) begins – \(name(row.to, names)) is down"
    case .ends: return row.operation == diagram.culprit ? "\(said) – cannot be explained" : said
    case .node: return "\(row.marks.map { name($0, names) }.joined(separator: ", ")) \(said)"
    case .fault: return said
    case .leaves: return "\(said) …"
    case .arrives: return "… \(said)\(end(row, names))"
    case .message: return said + end(row, names)
    }
  }

  private static func end(_ row: SpaceTime.Row, _ names: [String]) -> String {
    switch row.fate {
    case .lost: " – lost"
    case .cut: " – cut"
    case .down: " – \(name(row.to, names)) is down"
    case .underWay: " – still under way at the end"
    case .arrived, nil: ""
    }
  }

  private static func name(_ lane: Int?, _ names: [String]) -> String {
    guard let lane, names.indices.contains(lane) else { return "its receiver" }
    return names[lane]
  }
}
