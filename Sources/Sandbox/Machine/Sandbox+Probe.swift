import Base
import CLinux
import Glibc

extension Sandbox {
  /// What this machine allows to whoever asks, each thing tried and not guessed.
  ///
  /// Everything is tried in a child, in namespaces of its own that end with it: nothing of this
  /// process changes, and nothing is left. Takes some 50 ms, mostly the kernel's for ending the
  /// namespaces, and a few hundred for the compiler, which is only looked for without `compiles`.
  public static func probe(compiles: Bool = true) -> [Capability] {
    isolation() + [freezer(), CompilerTrial.capability(compiles: compiles)]
  }

  private static func isolation() -> [Capability] {
    var denials: [Denial] = []
    for way in Way.all(isRoot: geteuid() == 0) where denials.allSatisfy(way.isWorthTrying) {
      let attempts = Attempts(MachineTrial.all.map(\.attempt))
      var entry = plumbline_entry()
      if attempts.make(way, &entry) {
        return found(
          way, denials, zip(MachineTrial.all, attempts.causes).map { $0.obstacle(cause: $1) })
      }
      denials.append(Denial(way: way, entry: entry))
    }
    let words = Denial.words(of: denials)
    return [
      Capability(name: namespaces.name, purpose: namespaces.purpose, obstacle: words),
      Capability(name: processes.name, purpose: processes.purpose, obstacle: "no namespaces"),
    ]
      + MachineTrial.all.map {
        Capability(name: $0.name, purpose: $0.purpose, obstacle: "no namespaces")
      }
  }

  private static let namespaces = (
    name: "namespaces", purpose: "a network and mounts of our own, without root"
  )
  private static let processes = (
    name: "processes", purpose: "every process ends with plumbline, however it ends"
  )

  private static func found(
    _ way: Way, _ denials: [Denial], _ obstacles: [String?]
  ) -> [Capability] {
    let reason = way.hasOwnProcesses ? nil : Denial.words(of: denials)
    return [
      Capability(name: namespaces.name, purpose: namespaces.purpose, obstacle: nil),
      Capability(name: processes.name, purpose: processes.purpose, obstacle: reason),
    ]
      + zip(MachineTrial.all, obstacles).map {
        Capability(name: $0.name, purpose: $0.purpose, obstacle: $1)
      }
  }

  /// Whether there is a control group that we may put processes into and freeze.
  private static func freezer() -> Capability {
    let lines = (try? File.read("/proc/self/cgroup")) ?? []
    let own = String(decoding: lines, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    let folders = [
      ("/sys/fs/cgroup\(own ?? "/")", "cgroup.procs"),
      ("/sys/fs/cgroup/unified\(own ?? "/")", "cgroup.procs"), ("/sys/fs/cgroup/freezer", "tasks"),
    ].filter { access("\($0.0)/\($0.1)", F_OK) == 0 }.map(\.0)
    let isWritable = folders.contains { access($0, W_OK) == 0 }
    let obstacle =
      folders.first.map { "\($0) is not writable: \(File.systemMessage())" }
      ?? "there is no control group file system at /sys/fs/cgroup"
    return Capability(
      name: "freezer", purpose: "a node with all its processes stopped at once",
      obstacle: isWritable ? nil : obstacle)
  }
}
