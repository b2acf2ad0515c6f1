import Base
import Foundation
import Quorums

/// A trace of small lines, changed in one place, and checked.
///
/// A line is written as `a vote term:1 cand:"b"`: the node, the event, and its members in JSON. The
/// time of each line is its number.
struct PlantedTrace {
  enum Edit {
    /// Puts another line in the place of that one.
    case replace(Int, String)
    /// Puts a line behind that one; the lines after it count one more.
    case insert(after: Int, String)
    /// Takes that line away.
    case delete(Int)
  }

  var lines: [String]

  init(_ text: String) {
    lines = text.split(separator: "\n").map(String.init)
  }

  func with(_ edits: [Edit]) -> PlantedTrace {
    var result = self
    for edit in edits {
      switch edit {
      case .replace(let line, let text): result.lines[line - 1] = text
      case .insert(let line, let text): result.lines.insert(text, at: line)
      case .delete(let line): result.lines.remove(at: line - 1)
      }
    }
    return result
  }

  var json: String {
    lines.enumerated().map { offset, line in
      let words = line.split(separator: " ")
      let members = words.dropFirst(2).map { word -> String in
        let parts = word.split(separator: ":", maxSplits: 1)
        return "\"\(parts[0])\":\(parts[1])"
      }
      let head =
        "{\"n\":\"\(words[0])\",\"q\":\(offset),\"t\":\(offset + 1),\"event\":\"\(words[1])\""
      return ([head] + members).joined(separator: ",") + "}\n"
    }.joined()
  }

  /// Each broken rule with the lines of its violations.
  func broken() throws -> [String: [[Int]]] {
    var found: [String: [[Int]]] = [:]
    for violation in try check().violations {
      found[violation.rule.name, default: []].append(violation.events.map { Int($0.line) })
    }
    return found
  }

  func check() throws -> DynamicReport { try Self.check([json]) }

  static func check(_ texts: [String], system: QuorumSystem? = nil) throws -> DynamicReport {
    let folder = FileManager.default.temporaryDirectory.path + "/planted-\(UUID().uuidString)"
    try File.makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var paths: [String] = []
    for (place, text) in texts.enumerated() {
      paths.append("\(folder)/\(place).jsonl")
      try File.replace(paths[place], with: Array(text.utf8))
    }
    return try TraceCheck.run(paths, system: system)
  }
}
