import Base
import Protocols

/// One line of a node's standard input, sorted by what the node has to do with it.
enum NodeInput {
  /// The harness names the node and its peers.
  /// `joins`: it comes to a cluster that is there already.
  case initialise(from: String, request: Int64?, name: String, members: [String], joins: Bool)
  /// The operator wants something of the cluster.
  case operate(from: String, OperatorRequest)
  /// Somebody takes a consistent cut, and the node is to say what it is like.
  case record(for: String)
  /// A client asks for an operation; `answer` is the type of the answer if all goes well.
  case request(ClientRequest, answer: String)
  /// Another node says something; its body is not yet read.
  case peer(from: String, body: JSON)
  /// A request that cannot be understood: the answer to it.
  case refusal(to: String, request: Int64, code: Int64, text: String)

  /// Reads one line.
  ///
  /// - Throws: ``MalformedMessage`` when there is nobody to answer to.
  init(line: some Collection<UInt8>, peerTypes: Set<String>) throws(MalformedMessage) {
    let json: JSON
    do throws(JSONError) {
      json = try JSONParser.parse(line)
    } catch {
      throw MalformedMessage(type: nil, "no JSON: \(error)")
    }
    guard let source = json["src"]?.string, let body = json["body"],
      let type = body["type"]?.string
    else {
      throw MalformedMessage(type: nil, "a message needs “src” and a “body” with a “type”")
    }
    if peerTypes.contains(type) {
      self = .peer(from: source, body: body)
      return
    }
    let id = body["msg_id"]?.integer
    if type == "init" {
      let names = body["node_ids"]?.array?.compactMap(\.string) ?? []
      guard let name = body["node_id"]?.string, names.contains(name) else {
        throw MalformedMessage(type: type, "init: “node_ids” must list “node_id”")
      }
      self = .initialise(
        from: source, request: id, name: name, members: names,
        joins: body["joins"]?.bool ?? false)
      return
    }
    if type == "operator" {
      self = .operate(from: source, try OperatorRequest(body: body))
      return
    }
    if type == "record" {
      self = .record(for: source)
      return
    }
    guard let id else { throw MalformedMessage(type: type, "\(type): a request needs “msg_id”") }
    switch NodeInput.operation(type, body) {
    case .success(let operation):
      self = .request(
        ClientRequest(client: source, id: id, operation: operation), answer: type + "_ok")
    case .failure(let problem):
      self = .refusal(to: source, request: id, code: problem.code, text: problem.text)
    }
  }

  private struct Problem: Error {
    var code: Int64
    var text: String
  }

  /// The operation of a `lin-kv` request.
  private static func operation(_ type: String, _ body: JSON) -> Result<Operation, Problem> {
    let required = ["read": ["key"], "write": ["key", "value"], "cas": ["key", "from", "to"]]
    guard let names = required[type] else {
      return .failure(Problem(code: 10, text: "this node knows read, write and cas"))
    }
    for name in names where body[name] == nil {
      let code = ErrorCode.malformedRequest.rawValue
      return .failure(Problem(code: code, text: "\(type) needs “\(name)”"))
    }
    let member = { (name: String) in body[name] ?? .null }
    switch type {
    case "read": return .success(.read(key: member("key")))
    case "write": return .success(.write(key: member("key"), value: member("value")))
    default:
      return .success(
        .compareAndSet(key: member("key"), from: member("from"), to: member("to")))
    }
  }
}

/// The lines that a node writes.
enum NodeOutput {
  /// Appends one message as a line.
  static func write(
    from source: String, to destination: String, body: JSON, into writer: inout ByteWriter
  ) {
    writer.write("{\"src\":")
    writer.write(jsonString: source)
    writer.write(",\"dest\":")
    writer.write(jsonString: destination)
    writer.write(",\"body\":")
    writer.write(body)
    writer.write("}\n")
  }
}
