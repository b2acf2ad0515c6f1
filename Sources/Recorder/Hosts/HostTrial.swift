import Base
import Drivers
import Experiments
import Glibc

/// Tries the hosts of a plan before anything is started there.
enum HostTrial {
  /// How long a host may take without the user's word.
  private static let usualPatience: Int64 = 20_000_000_000

  /// Refuses a plan whose hosts cannot be reached, or do not have what it needs.
  ///
  /// - Throws: ``ExitCode/unavailable``, with what ssh or the host said; ``ExitCode/interrupted``
  ///   when a signal came meanwhile.
  static func require(
    _ plan: Plan, clock: MonotonicClock, signal: () -> Int32?
  ) throws(Failure) {
    guard case .hosts(let target) = plan.target else { return }
    let driver = target.driver
    let out = try File.makeTemporaryFolder("plumbline-hosts", in: "/tmp")
    defer { remove(out) }
    var children: [ChildProcess] = []
    defer { children.forEach { $0.end() } }
    for (index, host) in target.machines.enumerated() {
      children.append(
        try ChildProcess(
          server: "/bin/sh", arguments: host.arguments(script: script(target, driver.programs)),
          environment: Environment.variables(), log: out + "/\(index)"))
    }
    let patience = plan.startLimitAsked ?? usualPatience
    let limit = clock.now + patience
    for index in children.indices {
      var ending: ChildProcess.Ending?
      while ending == nil, clock.now < limit {
        ending = children[index].reap()
        if ending == nil { usleep(5_000) }
        if let number = signal() {
          throw Failure(
            number == SIGTERM ? .terminated : .interrupted, "interrupted before anything began")
        }
      }
      guard ending != .exited(0) else { continue }
      let said = String(decoding: (try? File.read(out + "/\(index)")) ?? [], as: UTF8.self)
      throw Failure(
        .unavailable, words(target.hosts[index], ending, said, driver.packages, patience))
    }
  }

  /// Ends with 0 where the host has all, with 3 where a program is missing, named last.
  static func script(_ target: HostsTarget, _ programs: [String]) -> String {
    let names = programs.map { RemoteHost.quoted($0) }.joined(separator: " ")
    return """
      PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
      for program in \(names); do
        command -v "$program" >/dev/null || { echo "$program"; exit 3; }
      done
      folder=\(RemoteHost.quoted(target.folder))
      mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] || { echo "$folder"; exit 4; }
      """
  }

  private static func words(
    _ host: String, _ ending: ChildProcess.Ending?, _ said: String, _ packages: [String],
    _ patience: Int64
  ) -> String {
    let last = said.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    switch ending {
    case .exited(3):
      let hint =
        packages.isEmpty ? "" : "; it is in the package \(packages.joined(separator: ", "))"
      return "--hosts \(host): there is no program \(last)\(hint)"
    case .exited(4): return "--hosts \(host): \(last) cannot be written (--host-folder)"
    case nil:
      return "--hosts \(host): no answer within \(Units.describe(nanoseconds: patience)) "
        + "(--start-limit)"
    default: return "--hosts \(host): ssh cannot log in: \(last)"
    }
  }

  private static func remove(_ folder: String) {
    try? FolderContents.remove(folder)
    rmdir(folder)
  }
}
