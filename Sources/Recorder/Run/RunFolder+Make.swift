import Base
import Experiments
import Formats
import Glibc

extension RunFolder {
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
    for node in plan.nodeNames { try File.makeFolder(folder.node(node).path) }
    try RunFolder.mark(latest: name, in: plan.out)
    return folder
  }
}
