import Base
import Drivers

/// A command line of the user's own, for servers that only the user knows how to start or to hurt.
public struct UserCommand: Sendable, Equatable {
  /// One of ``names``.
  public var name: String
  /// What `/bin/sh -c` is given, with `{node}` and the other words of ``variables``.
  public var text: String

  /// What a command of that name must do is in ``all``.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  /// Every name, with what its command must do, in the order of the documentation.
  public static let all: [(name: String, help: String)] = [
    ("start", "starts the server of {node} (in the foreground where the run starts servers)"),
    ("kill", "ends it at once, as SIGKILL does"),
    ("stop", "asks it to end, as SIGTERM does, and waits until it has"),
    ("pause", "stops it as SIGSTOP does"),
    ("resume", "lets it go on as SIGCONT does"),
    ("wipe", "empties the disk of {node}, whose server has ended"),
    ("cut", "lets {node} no longer hear {peer}"),
    ("heal", "lets {node} hear {peer} again"),
    ("reach", "ends with code 0 if {node} hears {peer}"),
    ("ready", "ends with code 0 once {node} can serve clients"),
    ("leader", "prints the name of the node that leads"),
    ("logs", "prints what the server of {node} has logged"),
  ]

  /// The names alone.
  public static var names: [String] { all.map(\.name) }

  /// What a text may name, each in braces.
  public static let variables = [
    "node", "index", "address", "port", "data", "host", "peer", "peer-address", "peers",
  ]

  /// What undoes a command, by name; nil for what needs no undoing.
  package static func undo(of name: String) -> String? {
    switch name {
    case "kill", "stop", "wipe": "start"
    case "pause": "resume"
    case "cut": "heal"
    default: nil
    }
  }
}

/// Fills in a command's words.
package struct CommandTemplate {
  package let site: Site
  /// The port of each node that clients use.
  package let ports: [Int]
  /// What ssh is told for each node; empty where the cluster is not reached by ssh.
  package var hosts: [String] = []

  package init(site: Site, ports: [Int], hosts: [String] = []) {
    self.site = site
    self.ports = ports
    self.hosts = hosts
  }

  /// The text for a node, and where the command is about two nodes, the other one.
  ///
  /// Braces round any other word are the shell's and stay.
  package func fill(_ text: String, node: Int, peer: Int? = nil) -> String {
    var filled = text
    for name in UserCommand.variables {
      guard let value = value(name, node, peer) else { continue }
      filled = CommandTemplate.replace("{\(name)}", in: filled, by: value)
    }
    return filled
  }

  private func value(_ name: String, _ node: Int, _ peer: Int?) -> String? {
    let here = site.nodes[node]
    switch name {
    case "node": return here.name
    case "index": return "\(node + 1)"
    case "address": return here.clientAddress
    case "port": return "\(ports[node])"
    case "data": return here.data
    case "host": return hosts.isEmpty ? here.clientAddress : hosts[node]
    case "peer": return peer.map { site.nodes[$0].name }
    case "peer-address": return peer.map { site.nodes[$0].peerAddress }
    case "peers":
      return site.nodes.indices.filter { $0 != node }
        .map { "\(site.nodes[$0].peerAddress):\(ports[$0])" }.joined(separator: ",")
    default: return nil
    }
  }

  private static func replace(_ word: String, in text: String, by value: String) -> String {
    let bytes = Array(text.utf8)
    let wanted = Array(word.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      // The shell's own ${name} is not ours.
      let isShells = index > 0 && bytes[index - 1] == UInt8(ascii: "$")
      if !isShells, bytes[index...].starts(with: wanted) {
        result += Array(value.utf8)
        index += wanted.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
