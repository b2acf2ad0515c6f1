import Base
import Quorums

/// A trace or a history under construction: events that keep their identity when others are put
/// between them.
struct Script {
  /// One line; members are JSON texts.
  struct Event {
    var id: Int
    var node: String
    var kind: String
    var members: [(name: String, value: String)]
    /// What a node of Raft was left with, where the generator says so.
    var raft: RaftScript.Node?

    subscript(name: String) -> String? {
      get { members.first { $0.name == name }?.value }
      set {
        members.removeAll { $0.name == name }
        if let newValue { members.append((name, newValue)) }
      }
    }

    func integer(_ name: String) -> Int { self[name].flatMap { Int($0) } ?? 0 }

    /// The strings of a list of names.
    func names(_ name: String) -> [String] {
      guard let text = self[name], text.count > 2 else { return [] }
      return text.dropFirst().dropLast().split(separator: ",").map {
        String($0.dropFirst().dropLast())
      }
    }

    /// The numbers of a list of numbers.
    func integers(_ name: String) -> [Int] {
      guard let text = self[name] else { return [] }
      return text.dropFirst().dropLast().split { ", ".contains($0) }.compactMap { Int($0) }
    }
  }

  /// The first line of a history; nil for a trace.
  var header: String?
  private(set) var events: [Event] = []
  private var nextID = 0

  init(header: String? = nil) { self.header = header }

  /// Adds an event at the end, or before the one at a place.
  @discardableResult
  mutating func add(
    _ node: String, _ kind: String, _ members: KeyValuePairs<String, String>, at place: Int? = nil
  ) -> Int {
    let event = Event(
      id: nextID, node: node, kind: kind, members: members.map { ($0.key, $0.value) })
    nextID += 1
    events.insert(event, at: place ?? events.count)
    return event.id
  }

  /// Says what the last event left its node with.
  mutating func leave(_ raft: RaftScript.Node) { events[events.count - 1].raft = raft }

  /// Changes one member of an event.
  mutating func set(_ id: Int, _ name: String, _ value: String?) {
    events[place(id)][name] = value
  }

  /// The line of an event, from 1.
  func line(_ id: Int) -> Int { place(id) + (header == nil ? 1 : 2) }

  func place(_ id: Int) -> Int { events.firstIndex { $0.id == id } ?? -1 }

  func all(_ kinds: String...) -> [Event] { events.filter { kinds.contains($0.kind) } }

  private static func text(_ members: [(name: String, value: String)]) -> String {
    members.map { ",\"\($0.name)\":\($0.value)" }.joined()
  }

  /// The trace, in which the time of a line is its number, or the history.
  var json: String {
    if let header {
      let lines = events.map { "{\"type\":\"\($0.kind)\"\(Self.text($0.members))}\n" }
      return header + "\n" + lines.joined()
    }
    var numbers: [String: Int] = [:]
    var text = ""
    for (offset, event) in events.enumerated() {
      numbers[event.node, default: -1] += 1
      text += "{\"n\":\"\(event.node)\",\"q\":\(numbers[event.node] ?? 0),\"t\":\(offset + 1)"
      text += ",\"event\":\"\(event.kind)\""
      text += Self.text(event.members) + "}\n"
    }
    return text
  }

  static func list(_ names: some Sequence<String>) -> String {
    "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
  }
}

/// A trace with one breach, and what is to be said about it.
struct Planted {
  var script: Script
  /// The events that the violation names, by identity, in order.
  var events: [Int]
}

/// One way to break one rule, at a random place of a correct trace; nil where the trace has none.
typealias Planter = @Sendable (Script, inout SplitMix64) -> Planted?

extension SplitMix64 {
  /// One of them, or nil of none.
  mutating func pick<Element>(_ list: [Element]) -> Element? {
    list.isEmpty ? nil : list[draw(0..<list.count)]
  }

  /// As many of them as said, in their order.
  mutating func some<Element>(_ count: Int, of list: [Element]) -> [Element] {
    var left = Array(list.indices)
    while left.count > count { left.remove(at: draw(0..<left.count)) }
    return left.map { list[$0] }
  }
}
