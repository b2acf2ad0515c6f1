import Base
import Experiments

extension PipeCluster: CutLinks {
  func isUp(_ index: Int) -> Bool { state(index) == .up }

  func isAble(_ index: Int) -> Bool { state(index) == .up && !nodes[index].isPaused }

  func askRecord(_ index: Int, for asker: String) {
    post(from: asker, to: index, ["type": "record"])
  }

  func sendMarker(of cut: Int, over link: Link) {
    network.send(Network.Message(from: link.from, to: link.to, line: [], cut: cut), at: now())
  }
}

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
