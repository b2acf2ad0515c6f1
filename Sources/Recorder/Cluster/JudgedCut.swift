import Base
import Experiments
import Protocols

/// A cut that came to its end and is judged, in a thread beside the loop.
struct JudgedCut {
  /// What judging gave.
  typealias Found = Result<Breach?, MalformedMessage>

  /// Which cut of the run.
  let number: Int
  /// Whether it is exact.
  let isClaimed: Bool
  /// How many messages were under way.
  let underWay: Int
  private let work: Beside<Found>

  /// Begins to judge.
  init(
    number: Int, isClaimed: Bool, underWay: Int,
    judge: @escaping @Sendable () throws(MalformedMessage) -> Breach?
  ) {
    self.number = number
    self.isClaimed = isClaimed
    self.underWay = underWay
    work = Beside { Found { () throws(MalformedMessage) in try judge() } }
  }

  /// Whether ``found()`` need not wait.
  var isDone: Bool { work.isDone }

  /// What judging gave; to be asked for once.
  func found() -> Found { work.value() }
}

extension LiveCuts {
  /// Judges what nodes of a protocol said.
  static func judge(for description: ProtocolDescription) -> Judge { opened(description.node) }

  private static func opened<Node: ProtocolNode>(_ node: Node.Type) -> Judge {
    { (views, underWay) throws(MalformedMessage) in
      var states: [Node.Safety.View] = []
      for view in views {
        let body = try parsed(view)
        states.append(try Node.Safety.View(reading: body["view"] ?? .null))
      }
      var sent: [GlobalState<Node>.UnderWay] = []
      for (link, line) in underWay {
        let message = try Node.Message(body: try parsed(line)["body"] ?? .null)
        sent.append(.init(from: link.from, to: link.to, message: message))
      }
      return Node.Safety().breach(in: GlobalState<Node>(nodes: states, underWay: sent))
    }
  }

  private static func parsed(_ bytes: [UInt8]) throws(MalformedMessage) -> JSON {
    do throws(JSONError) { return try JSONParser.parse(bytes) } catch {
      throw MalformedMessage(type: nil, "no JSON: \(error)")
    }
  }
}
