/// What plumbline tells the process of a disk, a line each; each is answered by a line.
enum DiskCommand: Equatable {
  case lose
  case sync
  case full(Bool)
  case failSyncs(Bool)
  case slowSyncs(milliseconds: Int)
  case statistics
  case end

  /// The line, without its end.
  var line: String {
    switch self {
    case .lose: "lose"
    case .sync: "sync"
    case .full(let isOn): "full \(isOn)"
    case .failSyncs(let isOn): "fail-syncs \(isOn)"
    case .slowSyncs(let milliseconds): "slow-syncs \(milliseconds)"
    case .statistics: "statistics"
    case .end: "end"
    }
  }

  /// Reads a line; nil where it says nothing.
  init?(_ line: String) {
    let words = line.split(separator: " ").map { String($0) }
    switch (words.first, words.dropFirst().first) {
    case ("lose", nil): self = .lose
    case ("sync", nil): self = .sync
    case ("full", "true"): self = .full(true)
    case ("full", "false"): self = .full(false)
    case ("fail-syncs", "true"): self = .failSyncs(true)
    case ("fail-syncs", "false"): self = .failSyncs(false)
    case ("slow-syncs", let count?):
      guard let milliseconds = Int(count), milliseconds >= 0 else { return nil }
      self = .slowSyncs(milliseconds: milliseconds)
    case ("statistics", nil): self = .statistics
    case ("end", nil): self = .end
    default: return nil
    }
  }
}

/// What the process of a disk answers.
enum DiskAnswer: Equatable {
  /// It was done; the numbers that the command asks for.
  case done([Int64])
  /// It was not, and why.
  case refused(String)

  /// The line, without its end.
  var line: String {
    switch self {
    case .done(let numbers): (["done"] + numbers.map { String($0) }).joined(separator: " ")
    case .refused(let words): "refused \(words)"
    }
  }

  /// Reads a line; nil where it says nothing.
  init?(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 1).map { String($0) }
    switch words.first {
    case "done":
      let numbers = words.dropFirst().first?.split(separator: " ").map { Int64($0) } ?? []
      guard !numbers.contains(nil) else { return nil }
      self = .done(numbers.compactMap { $0 })
    case "refused": self = .refused(words.dropFirst().first ?? "")
    default: return nil
    }
  }
}
