import Base

/// What nodes are told, a line each.
extension PipeCluster {
  /// Lets a node know what the operator wants.
  func tell(_ index: Int, _ body: JSON) { post(client: 0, to: index, body) }

  /// Puts a line into a node's input.
  func post(from source: String, to index: Int, _ body: JSON) {
    var writer = ByteWriter(capacity: 160)
    writer.write("{\"src\":\"")
    writer.write(source)
    writer.write("\",\"dest\":\"\(nodes[index].name)\",\"body\":")
    writer.write(body)
    writer.write("}\n")
    nodes[index].outbox.append(contentsOf: writer.bytes)
  }
}
