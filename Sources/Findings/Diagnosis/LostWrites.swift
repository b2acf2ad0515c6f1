import Checker
import Histories

/// Whether a write that a read missed is lost, or only not there where that read was answered.
///
/// A read without it proves no loss: one copy may lag, and a run may end before anybody could look.
/// Lost is what an answer that cannot lag lacks (a final read, one of the node that had
/// acknowledged the write, one of the leader, a compare-and-set that took an older value), while
/// nobody sees it again although somebody looked once no fault was on any more.
struct LostWrites {
  private let register: RegisterScene
  private var scene: Scene { register.scene }

  init(_ register: RegisterScene) { self.register = register }

  /// The first answer, of those to what began after a write, that shows an older value.
  func firstOlder(than newer: ValueID, after write: Int) -> Int? {
    looks(after: write).filter { isOlder($0, than: newer) }
      .min { scene.history.completed[$0] < scene.history.completed[$1] }
  }

  /// What says that a write is lost, in sentences; nil when nothing does.
  ///
  /// - Complexity: O(operations of the key).
  func evidence(that write: Int, of newer: ValueID, isLostTo reader: Int) -> [Sentence]? {
    let looks = looks(after: write)
    let gone = looks.filter { isOlder($0, than: newer) }
    guard let first = firstOlder(than: newer, after: write),
      let witness = gone.last(where: { isSure($0, write) })
    else { return nil }
    let after = looks.filter { scene.begin($0) > scene.history.completed[first] }
    guard after.allSatisfy({ register.seen($0) != newer }),
      finals(looks).allSatisfy({ isOlder($0, than: newer) || register.seen($0) != newer })
    else { return nil }
    var told: [Sentence] = []
    let faults = scene.history.faultSpans()
    if !faults.isEmpty {
      let end = faults.map { $0.isInstant ? $0.begin : $0.end }.max() ?? History.never
      // A swap is no copy's: whatever is there afterwards came after it.
      let later = scene.name(witness) == "cas" ? after + gone : gone
      guard let last = later.last(where: { scene.begin($0) > end }),
        let value = register.seen(last)
      else { return nil }
      if last != reader {
        told.append(
          Sentence(
            "After the last fault ", scene.client(last), " found ", scene.value(value), " ",
            scene.ended(last), "."
          ).given(.noFaultSince(last), .shows(last, Item(value))))
      }
    }
    return told + [sureness(witness, write, reader), last(newer, first)]
  }

  /// What was begun after a write was acknowledged and saw a value.
  private func looks(after write: Int) -> [Int] {
    scene.all.filter { register.seen($0) != nil && scene.precedes(write, $0) }
  }

  private func isOlder(_ look: Int, than newer: ValueID) -> Bool {
    register.seen(look).map {
      register.origin($0) != .unclear && register.follows(newer, $0)
    } ?? false
  }

  private func isFinal(_ look: Int) -> Bool {
    scene.history.extra("final", at: scene.begin(look)) == ValueTable.true
  }

  private func finals(_ looks: [Int]) -> [Int] { looks.filter(isFinal) }

  /// Whether the leader answered, by its own word.
  private func isLeaders(_ look: Int) -> Bool {
    guard let leader = scene.history.evidence("leader", of: look), leader > ValueTable.null,
      let node = scene.node(look)
    else { return false }
    return leader == node
  }

  /// Whether an answer cannot come from a copy that only lags.
  private func isSure(_ look: Int, _ write: Int) -> Bool {
    if isFinal(look) || scene.name(look) == "cas" || isLeaders(look) { return true }
    guard let node = scene.node(look) else { return false }
    return node == scene.node(write)
  }

  private func sureness(_ look: Int, _ write: Int, _ reader: Int) -> Sentence {
    let who =
      look == reader
      ? Sentence("that answer")
      : Sentence(
        "the answer to ", scene.deed(look), " ",
        scene.ended(look))
    if scene.name(look) == "cas" {
      return Sentence(who, " is no copy’s that lags: a swap changes the value itself.").capitalized
        .given(.outcome(look, .ok))
    }
    if let node = scene.node(look), node == scene.node(write), let name = scene.nodeName(look) {
      return Sentence(
        "It was node ", name, " itself that had acknowledged it and that answered ",
        scene.deed(look), " (", scene.lines(look), ") without it."
      ).given(.outcome(write, .ok), .node(write, node), .node(look, node))
    }
    if isLeaders(look), let name = scene.nodeName(look), let node = scene.node(look) {
      return Sentence(
        "Node ", name, ", which answered ", scene.deed(look), " (", scene.lines(look),
        "), was the leader by its own word."
      ).given(.node(look, node), .field(look, .completion, "leader", node))
    }
    return Sentence(who, " is that to a final read, made when the run was over.").capitalized
      .given(.field(look, .invocation, "final", ValueTable.true))
  }

  private func last(_ newer: ValueID, _ first: Int) -> Sentence {
    let name = scene.value(newer)
    let seen = (register.observers[newer] ?? []).max {
      scene.history.completed[$0] < scene.history.completed[$1]
    }
    guard let seen else {
      return Sentence("Nobody ever saw ", name, ".").given(.nobodyShows(Item(newer)))
    }
    return Sentence(
      name, " was last seen by ", scene.client(seen), " ", scene.ended(seen),
      ", and by nobody who began to look after that."
    ).given(.shows(seen, Item(newer)), .nobodyShowsAfter(Item(newer), seen))
  }
}
