import Histories

/// The texts that operations put and append, each by one operation, in a trie of their bytes.
struct TextPieces {
  /// How a text can be taken apart.
  enum Parse {
    /// No parts make it.
    case none
    /// In one way: the call that put its beginning, -1 for the initial text, and those that
    /// appended the rest.
    case one(start: Int32, appended: [Int32])
    /// In several ways.
    case several
  }

  private let task: KeyTask
  private let initial: [UInt8]
  /// The child of a node by a byte: `node << 8 | byte`.
  private var children: NumberIndex
  /// The call whose text ends at each node, or -1.
  private var writer: [Int32] = [-1]
  /// More bytes than these are not looked at.
  private static let limit = 1 << 22

  /// Nil when a text is written twice or empty, all of them are too long, or a value has the wrong
  /// shape.
  init?(_ task: KeyTask, initial: ValueID?) {
    self.task = task
    self.initial = initial.map { Array(task.values.utf8($0)) } ?? []
    var bytes = 0
    for call in task.calls {
      if call.function == .get {
        if call.end != .ok { continue }
        guard call.output > ValueTable.null, task.values.kind(of: call.output) == .string else {
          return nil
        }
        continue
      }
      guard task.values.kind(of: call.input) == .string,
        (try? call.requireEcho(task.values)) != nil
      else { return nil }
      bytes += task.values.utf8(call.input).count
    }
    let ledger = Ledger(task.budget)
    guard bytes < Self.limit, ledger.reserve(bytes: bytes * 40) else { return nil }
    children = NumberIndex(capacity: bytes + 1)
    for (place, call) in task.calls.enumerated() where call.function != .get {
      var node: Int32 = 0
      for byte in task.values.utf8(call.input) {
        let key = node << 8 | Int32(byte)
        if children[key] < 0 {
          children[key] = Int32(writer.count)
          writer.append(-1)
        }
        node = children[key]
      }
      if node == 0 || writer[Int(node)] >= 0 { return nil }
      writer[Int(node)] = Int32(place)
    }
  }

  /// Takes a text apart.
  ///
  /// - Complexity: O(its bytes · the longest text that is written).
  func parse(_ value: ValueID) -> Parse {
    let text = Array(task.values.utf8(value))
    // For each place: in how many ways it is reached, 2 for more; the last piece, and its start.
    var ways = [UInt8](repeating: 0, count: text.count + 1)
    var last = [Int32](repeating: -1, count: text.count + 1)
    var from = [Int](repeating: 0, count: text.count + 1)
    func reach(_ end: Int, _ count: UInt8, _ call: Int32, _ start: Int) {
      ways[end] = min(2, ways[end] + count)
      last[end] = call
      from[end] = start
    }
    if text.starts(with: initial) { reach(initial.count, 1, -1, -1) }
    walk(text, from: 0, .put) { reach($0, 1, $1, -1) }
    for place in text.indices where ways[place] > 0 {
      walk(text, from: place, .append) { reach($0, ways[place], $1, place) }
    }
    guard ways[text.count] == 1 else { return ways[text.count] == 0 ? .none : .several }
    var appended: [Int32] = []
    var place = text.count
    while from[place] >= 0 {
      appended.append(last[place])
      place = from[place]
    }
    return .one(start: last[place], appended: appended.reversed())
  }

  /// Says where each text that is there ends, and which call of a function wrote it.
  private func walk(
    _ text: [UInt8], from start: Int, _ function: FunctionName, _ found: (Int, Int32) -> Void
  ) {
    var node: Int32 = 0
    for place in start..<text.count {
      node = children[node << 8 | Int32(text[place])]
      if node < 0 { return }
      let call = writer[Int(node)]
      if call >= 0, task.calls[Int(call)].function == function { found(place + 1, call) }
    }
  }
}
