import Base
import Experiments
import Formats
import Glibc

/// One node: its process when it runs, and the bytes under way to and from it.
struct NodeProcess {
  /// The most bytes that wait for a node that does not read; further messages are dropped, as a
  /// full socket buffer would.
  static let outboxLimit = 4 << 20
  /// The longest line that a node may write.
  static let lineLimit = 16 << 20

  let name: String
  /// The node's own folder in the run's.
  let folder: NodeFolder
  var state = NodeState.down
  var isPaused = false
  var child: ChildProcess?
  var initRequest: Int64 = 0
  var initSent: Int64 = 0
  /// What waits to be written to the node.
  var outbox: [UInt8] = []
  var isWaitingToWrite = false
  /// An unfinished line of the node's.
  var inbox: [UInt8] = []
  /// The end of what it wrote, for the report of an exit.
  var tail: [UInt8] = []
  /// Lines that were no messages.
  var rubbish = 0
  /// Messages that were dropped because it did not read.
  var overflow = 0

  init(name: String, folder: NodeFolder) {
    self.name = name
    self.folder = folder
  }

  /// The last lines of its standard output and error, for a person.
  func lastWords() -> String {
    let errors = (try? File.read(folder.errors)) ?? []
    return LastWords.section("standard output", tail)
      + LastWords.section("standard error", errors)
  }
}

/// The end of what a process wrote, for the report of its exit.
enum LastWords {
  /// The last lines under a title, indented.
  static func section(_ title: String, _ bytes: [UInt8], _ count: Int = 32) -> String {
    let text = String(decoding: bytes.suffix(65_536), as: UTF8.self)
    let lines = text.split(separator: "\n").suffix(count)
    guard !lines.isEmpty else { return "\n  its \(title) is empty" }
    return "\n  the last lines of its \(title):"
      + lines.map { "\n    " + $0.prefix(400) }.joined()
  }
}
