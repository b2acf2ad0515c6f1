import Base

/// Reads a system from JSON5.
/// ```
/// {
///   nodes: [
///     { name: "a", capacity: 4000, latency: "2ms", zone: "east", votes: 2 },
///     { name: "b", readCapacity: 2000, writeCapacity: 500, latency: "40ms", zone: "west" },
///     "c",
///   ],
///   read: 2, write: 3,          // or reads: "a*b + c", writes: "…", or system: "majority:3"
/// }
/// ```
public enum SystemFile {
  private static let members = ["nodes", "read", "write", "reads", "writes", "system", "votes"]
  private static let nodeMembers = [
    "name", "capacity", "readCapacity", "writeCapacity", "latency", "zone", "votes",
  ]

  /// Reads the system that the bytes describe; `path` is used in errors.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/badInput`` that names file, line and column, or the
  ///   member, and what was expected.
  public static func parse(_ bytes: [UInt8], path: String) throws(Failure) -> QuorumSystem {
    let json: JSON
    do throws(JSONError) { json = try JSONParser.parse(bytes, relaxed: true) } catch {
      throw Failure(.badInput, "\(path):\(error)")
    }
    do throws(QuorumError) {
      return try describe(json).make()
    } catch {
      throw Failure(.badInput, "\(path): \(error)")
    }
  }

  private static func describe(_ json: JSON) throws(QuorumError) -> SystemDescription {
    try check(json, has: members, what: "a system")
    var description = SystemDescription()
    description.prefix = ""
    description.reads = try text(json, "reads", in: "the system")
    description.writes = try text(json, "writes", in: "the system")
    description.named = try text(json, "system", in: "the system")
    description.votes = try text(json, "votes", in: "the system")
    description.read = try count(json, "read", in: "the system")
    description.write = try count(json, "write", in: "the system")
    guard let nodes = json["nodes"] else { return description }
    if let number = nodes.integer {
      guard (1...Int64(NodeSet.capacity)).contains(number) else {
        throw QuorumError("nodes is \(number), expected 1 to 64")
      }
      description.nodes = NodeNames.numbered(Int(number)).map { QuorumNode($0) }
      return description
    }
    guard let list = nodes.array else {
      throw QuorumError("nodes is \(nodes.kind), expected an array of nodes or their number")
    }
    try add(list, to: &description)
    return description
  }

  private static func add(
    _ list: [JSON], to description: inout SystemDescription
  ) throws(QuorumError) {
    guard (1...NodeSet.capacity).contains(list.count) else {
      throw QuorumError("nodes has \(list.count) elements, expected 1 to 64")
    }
    var votes: [String] = []
    for (index, element) in list.enumerated() {
      let (node, own) = try node(element, number: index + 1)
      if description.nodes.contains(where: { $0.name == node.name }) {
        throw QuorumError("node “\(node.name)” is given twice")
      }
      description.nodes.append(node)
      if let own { votes.append("\(node.name)=\(own)") }
    }
    guard !votes.isEmpty else { return }
    guard description.votes == nil else {
      throw QuorumError("votes are given twice, for the system and for its nodes")
    }
    let without = description.nodes.map(\.name).filter { name in
      !votes.contains { $0.hasPrefix(name + "=") }
    }
    // A node that says nothing has one vote.
    description.votes = (votes + without).joined(separator: ",")
  }

  private static func node(
    _ json: JSON, number: Int
  ) throws(QuorumError) -> (QuorumNode, votes: Int?) {
    if let name = json.string { return (QuorumNode(try checked(name)), nil) }
    let place = "node \(number)"
    try check(json, has: nodeMembers, what: place)
    guard let name = try text(json, "name", in: place) else {
      throw QuorumError("\(place) has no name")
    }
    var node = QuorumNode(try checked(name))
    let capacity = try positive(json, "capacity", of: name)
    node.readCapacity = try positive(json, "readCapacity", of: name) ?? capacity ?? 1
    node.writeCapacity = try positive(json, "writeCapacity", of: name) ?? capacity ?? 1
    node.zone = try text(json, "zone", in: "node \(name)")
    if let latency = json["latency"] {
      let seconds = latency.string.flatMap { Units.nanoseconds($0) }.map { Double($0) / 1e9 }
      guard let seconds = seconds ?? latency.double, seconds >= 0, seconds.isFinite else {
        throw QuorumError(
          "the latency of \(name) is \(latency), expected a duration such as \"5ms\", or seconds")
      }
      node.latencySeconds = seconds
    }
    return (node, try count(json, "votes", in: "node \(name)"))
  }

  private static func checked(_ name: String) throws(QuorumError) -> String {
    guard !name.isEmpty, name.allSatisfy(TokenScanner.isNameCharacter), name != "and", name != "or"
    else {
      throw QuorumError(
        "“\(name)” is no name for a node, expected letters, digits, “_”, “-”, “.” and “:”")
    }
    return name
  }

  private static func check(_ json: JSON, has known: [String], what: String) throws(QuorumError) {
    guard let given = json.members else {
      throw QuorumError("\(what) is \(json.kind), expected an object")
    }
    for member in given where !known.contains(member.name) {
      throw QuorumError(
        "“\(member.name)” is no member of \(what), expected \(known.joined(separator: ", "))"
          + Suggestion.hint(for: member.name, among: known))
    }
  }

  private static func text(
    _ json: JSON, _ name: String, in place: String
  ) throws(QuorumError) -> String? {
    guard let value = json[name] else { return nil }
    guard let text = value.string else {
      throw QuorumError("\(name) of \(place) is \(value.kind), expected a string")
    }
    return text
  }

  private static func count(
    _ json: JSON, _ name: String, in place: String
  ) throws(QuorumError) -> Int? {
    guard let value = json[name] else { return nil }
    guard let count = value.integer, (0...Int64(ExpressionParser.maximumVotes)).contains(count)
    else { throw QuorumError("\(name) of \(place) is \(value), expected a whole number") }
    return Int(count)
  }

  private static func positive(
    _ json: JSON, _ name: String, of node: String
  ) throws(QuorumError) -> Double? {
    guard let value = json[name] else { return nil }
    guard let number = value.double, number > 0, number.isFinite else {
      throw QuorumError("\(name) of \(node) is \(value), expected a number above 0")
    }
    return number
  }
}
