/// Something that may be shown: a row of its own, or a part of what is folded.
struct SpaceTimeItem {
  /// How much it matters; less is more.
  enum Rank: Int, Comparable {
    /// The counterexample itself.
    case operation
    /// Messages that carry its operations.
    case own
    /// What happened to nodes and links.
    case fault
    /// Messages about the key.
    case key
    /// Other messages that say something new.
    case new
    /// Messages that repeat what the one before them said: never shown.
    case repeated

    static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
  }

  var row: SpaceTime.Row
  /// Its place among those of the same time.
  var order: Int
  var rank: Rank
  /// How far it is from the operations in time.
  var distance: Int64
  /// What it is called where several are counted.
  var name: String

  /// Whether a node's process is ended or stopped.
  var isHit = false

  var time: Int64 { row.time }

  /// Whether the same happened to another node.
  func isSame(as other: SpaceTimeItem) -> Bool {
    row.kind == .node && other.row.kind == .node && row.words == other.row.words
  }

  /// Whether it comes before another.
  func precedes(_ other: SpaceTimeItem) -> Bool { (time, order) < (other.time, other.order) }

}
