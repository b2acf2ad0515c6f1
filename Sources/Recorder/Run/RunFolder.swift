import Base
import Glibc

/// A run's folder and the names in it.
public struct RunFolder: Sendable, Equatable {
  /// The folder's path.
  public let path: String

  /// Names an existing folder.
  public init(path: String) { self.path = path }

  /// `history.jsonl`.
  public var history: String { path + "/history.jsonl" }
  /// `plan.json5`.
  public var plan: String { path + "/plan.json5" }
  /// `faults.jsonl`: what was about to be done, was done, was verified, was undone.
  public var faults: String { path + "/faults.jsonl" }
  /// `wires.pcap`: the frames that nodes sent each other, where the plan asks for them.
  public var capture: String { path + "/wires.pcap" }
  /// `plumbline.log`: what the recorder did, for people.
  public var log: String { path + "/plumbline.log" }
  /// `processes.jsonl`: what was started, for `plumbline cleanup`.
  public var processes: String { path + "/processes.jsonl" }
  /// `commands.jsonl`: the user's commands that were run, and what undoes them.
  public var commands: String { path + "/commands.jsonl" }
  /// The log of a node's server.
  func serverLog(_ name: String) -> String { node(name) + "/server.log" }
  /// The folder of a node: its log, and its data.
  public func node(_ name: String) -> String { path + "/nodes/" + name }

  /// How many bytes its file system has left for us; nil where that cannot be said.
  var bytesLeft: UInt64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    let bytes = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return bytes.overflow ? .max : bytes.partialValue
  }

  /// Makes the folder of a new run, its plan in it, and points `latest` at it.
  ///
  /// - Parameters:
  ///   - plan: the plan of the run.
  ///   - stamp: `YYYYMMDDThhmmss`.
  /// - Returns: the new folder.
  /// - Throws: ``ExitCode/cannotCreate``.
  static func make(_ plan: Plan, stamp: String) throws(Failure) -> RunFolder {
    do throws(Failure) { try File.makeFolder(plan.out) } catch {
      throw Failure(error.code, "\(error.message); --out says where runs are kept")
    }
    let base = "\(plan.runName)-\(stamp)"
    var name = base
    var attempt = 1
    while mkdir("\(plan.out)/\(name)", 0o755) != 0 {
      guard errno == EEXIST, attempt < 1000 else {
        throw Failure(.cannotCreate, "\(plan.out)/\(name): \(File.systemMessage())")
      }
      attempt += 1
      name = "\(base)-\(attempt)"
    }
    let folder = RunFolder(path: "\(plan.out)/\(name)")
    try File.replace(folder.plan, with: Array(plan.json5.utf8))
    for node in plan.nodeNames { try File.makeFolder(folder.node(node)) }
    let latest = "\(plan.out)/latest"
    let draft = "\(plan.out)/.latest\(getpid())"
    unlink(draft)
    if symlink(name, draft) != 0 || rename(draft, latest) != 0 {
      let cause = File.systemMessage()
      unlink(draft)
      throw Failure(.cannotCreate, "\(latest): \(cause)")
    }
    return folder
  }

  /// Now, in local time, as `YYYYMMDDThhmmss`.
  static func stamp() -> String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    let numbers = [
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
      parts.tm_sec,
    ]
    let words = numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }
    return words[0...2].joined() + "T" + words[3...5].joined()
  }
}
