import Base
import CLinux
import Glibc

/// Why a way inside was closed.
struct Denial {
  let way: Way
  let stage: plumbline_stage
  let cause: Int32

  init(way: Way, entry: plumbline_entry) {
    self.way = way
    stage = plumbline_stage(rawValue: plumbline_stage.RawValue(entry.stage))
    cause = entry.cause
  }

  /// Whether no other way can help either.
  var isFinal: Bool {
    stage == PLUMBLINE_STAGE_EXEC || stage == PLUMBLINE_STAGE_FORK || stage == PLUMBLINE_STAGE_PIPE
  }

  /// What was refused, for a person: the last of each kind, as later ones asked for less.
  static func words(of denials: [Denial]) -> String {
    denials.last?.words(KernelSettings.read()) ?? "there is no way to try"
  }

  /// What was refused, the system's words and the settings that explain it.
  func words(_ settings: KernelSettings) -> String {
    let system = File.systemMessage(cause)
    return switch stage {
    case PLUMBLINE_STAGE_CLONE: "\(namespaces) refused: \(system)\(settings.reason(for: self))"
    case PLUMBLINE_STAGE_IDS:
      "the user namespace has no rights (mapping the user: \(system))\(settings.reason(for: self))"
    case PLUMBLINE_STAGE_MOUNTS: "making mounts private: \(system)"
    case PLUMBLINE_STAGE_PROC: "mounting /proc: \(system)"
    case PLUMBLINE_STAGE_LOOPBACK: "bringing up the loopback interface: \(system)"
    case PLUMBLINE_STAGE_EXEC: "starting plumbline again: \(system)"
    case PLUMBLINE_STAGE_FORK: "making a process: \(system)"
    default: "making a pipe: \(system)"
    }
  }

  private var namespaces: String {
    let names =
      (way.hasOwnUsers ? ["user"] : []) + ["network", "mount", "ipc", "uts"]
      + (way.hasOwnProcesses ? ["pid"] : [])
    return "\(names.joined(separator: ", ")) namespaces are"
  }
}

/// What the kernel is set to, of the settings that forbid namespaces.
struct KernelSettings: Equatable {
  /// `kernel.unprivileged_userns_clone` (Debian, Ubuntu).
  var unprivilegedUserNamespaces: Int64?
  /// `kernel.apparmor_restrict_unprivileged_userns` (Ubuntu 23.10 and later).
  var appArmorRestriction: Int64?
  /// `user.max_user_namespaces`.
  var userNamespaceLimit: Int64?
  /// `user.max_net_namespaces`.
  var networkNamespaceLimit: Int64?

  /// Reads them; what is not there is nil.
  static func read() -> KernelSettings {
    KernelSettings(
      unprivilegedUserNamespaces: number("kernel/unprivileged_userns_clone"),
      appArmorRestriction: number("kernel/apparmor_restrict_unprivileged_userns"),
      userNamespaceLimit: number("user/max_user_namespaces"),
      networkNamespaceLimit: number("user/max_net_namespaces"))
  }

  private static func number(_ name: String) -> Int64? {
    guard let bytes = try? File.read("/proc/sys/\(name)") else { return nil }
    return Int64(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self))
  }

  /// The setting that explains a denial, with what would lift it; empty when none does.
  func reason(for denial: Denial) -> String {
    if denial.way.hasOwnUsers {
      if userNamespaceLimit == 0 {
        return " (user.max_user_namespaces is 0: sysctl -w user.max_user_namespaces=10000)"
      }
      if unprivilegedUserNamespaces == 0 {
        return " (kernel.unprivileged_userns_clone is 0:"
          + " sysctl -w kernel.unprivileged_userns_clone=1)"
      }
      if appArmorRestriction == 1 {
        return " (kernel.apparmor_restrict_unprivileged_userns is 1:"
          + " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0,"
          + " or an AppArmor profile for plumbline)"
      }
    }
    if networkNamespaceLimit == 0 { return " (user.max_net_namespaces is 0)" }
    switch denial.cause {
    case EPERM: return " (inside a container its seccomp profile may forbid it)"
    case ENOSPC: return " (a limit below /proc/sys/user is reached)"
    case EINVAL: return " (this kernel is built without them)"
    default: return ""
    }
  }
}
