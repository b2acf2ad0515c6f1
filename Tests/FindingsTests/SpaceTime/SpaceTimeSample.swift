import Checker
import Formats
import Histories
import TestSupport

@testable import Findings

/// A write that two nodes had, a node that forgets it, and a read there.
enum SpaceTimeSample {
  static let messages = """
    {"messages":1,"nodes":["n1","n2"],"from":0,"until":null}
    {"time":100000,"node":"n1","event":"started","state":"up"}
    {"time":100000,"node":"n2","event":"started","state":"up"}
    {"time":500000,"node":"n1","event":"leads term 1"}
    {"time":1000000,"client":0,"to":"n1","name":"request","fate":"arrived","at":1100000,\
    "body":{"client":"c1","id":1,"key":0}}
    {"time":1100000,"from":"n1","to":"n2","name":"append","words":"write x 1","fate":"arrived",\
    "at":2100000,"body":{"entries":[{"client":"c1","id":1,"key":0}]}}
    {"time":2100000,"from":"n2","to":"n1","name":"appended","words":"up to 1","fate":"arrived",\
    "at":3100000}
    {"time":3100000,"from":"n1","client":0,"name":"answer","fate":"arrived","at":3200000}
    {"time":4000000,"from":"n1","to":"n2","name":"heartbeat","fate":"arrived","at":5000000}
    {"time":5000000,"from":"n1","to":"n2","name":"heartbeat","fate":"arrived","at":6000000}
    {"time":6000000,"from":"n1","to":"n2","name":"heartbeat","fate":"lost"}
    {"time":6200000,"from":"n1","to":"n2","name":"append","words":"write x 2","fate":"lost",\
    "body":{"entries":[{"key":0}]}}
    {"time":6400000,"from":"n1","to":"n2","name":"append","words":"write x 3","fate":"down",\
    "at":7400000,"body":{"entries":[{"key":0}]}}
    {"time":7000000,"node":"n2","event":"killed","state":"down"}
    {"time":8500000,"node":"n2","event":"started with nothing on its disk","state":"up"}
    {"time":9000000,"client":1,"to":"n2","name":"request","fate":"arrived","at":9100000,\
    "body":{"client":"c2","id":2,"key":0}}
    {"time":9100000,"from":"n2","client":1,"name":"answer","fate":"arrived","at":9200000}

    """

  static func log(_ text: String = messages) throws -> MessageLog {
    try MessageLog(reading: Array(text.utf8), file: "messages.jsonl")
  }

  static func diagram(_ log: MessageLog, _ text: String = forgottenWrite) throws -> SpaceTime? {
    var findings = try Investigate().bytes(Array(text.utf8), name: "h")
    findings.messages = log
    return findings.told(key: nil).flatMap { findings.spaceTime($0.violation, $0.words) }
  }

  /// A row in a line: `6200 message n1→n2 append  write x 2 (lost)`.
  static func line(_ row: SpaceTime.Row, _ diagram: SpaceTime) -> String {
    let name = { (lane: Int?) -> String in
      switch lane.map({ diagram.lanes[$0] }) {
      case .node(let name): name
      case .client(let process): "c\(process)"
      case nil: "-"
      }
    }
    let place =
      row.marks.isEmpty
      ? "\(name(row.from))→\(name(row.to))" : row.marks.map { name($0) }.joined(separator: ",")
    let fate = row.fate.map { " (\($0.rawValue))" } ?? ""
    return "\(row.time / 1000) \(row.kind) \(place) \(row.words)\(fate)"
  }
}
