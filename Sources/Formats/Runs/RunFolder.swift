import Base

/// A run's folder and every name in it, said once: the recorder writes them, the others read them.
public struct RunFolder: Sendable, Equatable {
  /// What a run's folder has in it.
  public enum Name: String, Sendable, CaseIterable {
    /// What the clients saw.
    case history = "history.jsonl"
    /// Everything needed to repeat the run.
    case plan = "plan.json5"
    /// How the run went: see ``RunRecord``.
    case record = "run.json"
    /// What was about to be done, was done, was verified, was undone.
    case faults = "faults.jsonl"
    /// What was sent in a simulated run: see ``MessageLog``.
    case messages = "messages.jsonl"
    /// The verdict, as `check --json` says it.
    case verdict = "verdict.json"
    /// The page for people.
    case report = "report.html"
    /// What the recorder did, for people.
    case log = "plumbline.log"
    /// What was started, for `plumbline cleanup`.
    case processes = "processes.jsonl"
    /// The user's commands that were run, and what undoes them.
    case commands = "commands.jsonl"
    /// What commands said that a cleanup ran.
    case cleanupLog = "cleanup.log"
    /// The frames that nodes sent each other, where the plan asks for them.
    case capture = "wires.pcap"
    /// The library that shifts the clocks of servers.
    case clocks = "clock"
    /// A folder for each node: ``NodeFolder``.
    case nodes = "nodes"
  }

  /// The link in the folder of all runs that points at the newest.
  public static let latest = "latest"

  /// The folder's path, without a slash at the end.
  public let path: String

  /// Names a folder; slashes at the end do not matter.
  public init(path: String) {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    self.path = String(path)
  }

  /// The folder that a run's history lies in; nil for a file that has another name.
  ///
  /// The file's name alone decides; whether the folder has a plan says ``hasPlan``.
  public init?(ofHistory file: String) {
    let name = Name.history.rawValue
    guard file == name || file.hasSuffix("/" + name) else { return nil }
    let folder = file.dropLast(name.count)
    self.init(path: folder.isEmpty ? "." : String(folder))
  }

  /// The path of something in the folder.
  public subscript(name: Name) -> String { path + "/" + name.rawValue }

  /// Whether it has a plan, as every run's folder has from its start on.
  public var hasPlan: Bool { File.kind(self[.plan]) == .file }
  /// Whether it has a history.
  public var hasHistory: Bool { File.kind(self[.history]) == .file }

  /// `history.jsonl`.
  public var history: String { self[.history] }
  /// `plan.json5`.
  public var plan: String { self[.plan] }

  /// The folder of a node: its logs, and its data.
  public func node(_ name: String) -> NodeFolder { NodeFolder(path: self[.nodes] + "/" + name) }

  /// The names of the nodes that have a folder, sorted; empty where there is none.
  public var nodeNames: [String] {
    guard File.kind(self[.nodes]) == .folder else { return [] }
    return (try? File.names(in: self[.nodes])) ?? []
  }

  /// The traces of the nodes, in the order of their names.
  public var traces: [String] {
    nodeNames.map { node($0).trace }.filter { File.kind($0) == .file }
  }
}

/// The folder of one node in a run's, and the names in it.
public struct NodeFolder: Sendable, Equatable {
  /// The folder's path.
  public let path: String

  /// What a server keeps, or an external node (`PLUMBLINE_DATA`).
  public var data: String { path + "/data" }
  /// What stands behind `data` where the node has a disk of its own.
  public var disk: String { path + "/disk" }
  /// How the node's clock is shifted.
  public var clock: String { path + "/clock" }
  /// What happened inside an embedded node, one JSON object a line.
  public var trace: String { path + "/" + NodeFolder.traceName }
  /// What a node that talks through its standard streams says besides.
  public var errors: String { path + "/stderr.log" }
  /// What the user's commands for this node said.
  public var commandLog: String { path + "/commands.log" }
  /// What a server wrote, by its role: `server`, `sentinel`.
  public func log(ofRole role: String) -> String { "\(path)/\(role).log" }

  /// The role of a node's only server, and of one that the user's commands keep.
  public static let onlyRole = "server"
  /// The name of a trace.
  public static let traceName = "trace.jsonl"
}
