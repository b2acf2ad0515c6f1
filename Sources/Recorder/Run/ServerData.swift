import Base
import Experiments
import Formats
import Glibc

/// What the servers of a run leave on the disk: logs and configuration explain, but write-ahead
/// logs are mostly room that was set aside (64 MiB a file in etcd), and nobody reads them after a
/// run that holds.
public struct ServerData: Sendable, Equatable {
  /// The files that were removed, as paths in the run's folder, sorted.
  public private(set) var removed: [String] = []
  /// How many bytes of the disk they took.
  public private(set) var bytes: Int64 = 0

  /// A file that is no larger is kept: configuration, keys, small databases.
  static let kept: Int64 = 1 << 20

  /// Removes the large files of the servers that a run started here, and notes it in the run's log.
  ///
  /// Links are not followed. What cannot be removed stays.
  /// - Parameters:
  ///   - outcome: the run, which is over.
  ///   - plan: its plan; with ``Plan/keepsData`` nothing is removed.
  public init(removedAfter outcome: RecordingOutcome, of plan: Plan) {
    guard case .started(let servers) = plan.target, !servers.keepsData else { return }
    for node in plan.nodeNames.map(outcome.folder.node) {
      for folder in [node.data, node.disk] { remove(in: folder, below: outcome.folder.path) }
    }
    guard !removed.isEmpty, let words else { return }
    let log = try? RunLog(outcome.folder, now: { outcome.record.durationNanoseconds ?? 0 })
    log?.write(words)
    for path in removed { log?.write("removed \(path)") }
  }

  /// What was removed, in a sentence; nil for nothing.
  public var words: String? {
    guard !removed.isEmpty else { return nil }
    let files = removed.count == 1 ? "1 file" : "\(removed.count) files"
    return "removed \(Units.describe(bytes: bytes)) of the servers' data: \(files) of more than "
      + "\(Units.describe(bytes: ServerData.kept)) (--keep-data keeps them)"
  }

  private mutating func remove(in folder: String, below root: String) {
    for name in (try? File.names(in: folder)) ?? [] {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: remove(in: path, below: root)
      case S_IFREG:
        // What a file takes may be more than its size, and less.
        let taken = Int64(status.st_blocks) * 512
        guard max(taken, Int64(status.st_size)) > ServerData.kept, unlink(path) == 0 else {
          continue
        }
        bytes += taken
        removed.append(String(path.dropFirst(root.count + 1)))
      default: continue
      }
    }
  }
}
