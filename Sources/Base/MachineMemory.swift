import CLinux
import Glibc

/// How much memory this process may take before the kernel ends it.
public enum MachineMemory {
  /// The least of the machine's memory, the control groups' limits and the process's own, in bytes.
  public static func limit() -> Int64 {
    let pages = Int64(sysconf(Int32(_SC_PHYS_PAGES)))
    var least = max(pages * Int64(sysconf(Int32(_SC_PAGESIZE))), 1 << 20)
    for resource in [RLIMIT_AS, RLIMIT_DATA] {
      var bound = rlimit()
      if getrlimit(Int32(resource.rawValue), &bound) == 0, bound.rlim_cur < UInt64(Int64.max) {
        least = min(least, Int64(bound.rlim_cur))
      }
    }
    return min(least, controlGroups { try? File.read($0) } ?? least)
  }

  /// What this process takes now, in bytes; 0 where the system does not say.
  ///
  /// - Complexity: a read of a file in `/proc`.
  public static func resident() -> Int64 {
    guard let text = try? File.read("/proc/self/statm") else { return 0 }
    let fields = text.split(separator: UInt8(ascii: " "))
    guard fields.count > 1, let pages = Int64(String(decoding: fields[1], as: UTF8.self)) else {
      return 0
    }
    return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Has the allocator give back at once what is freed, so that a limit is not used up by what
  /// nobody needs any more.
  public static func keepTight() { plumbline_allocate_tightly() }

  /// The least limit of the control groups that the process is in, of both versions, or nil.
  ///
  /// A group's limit holds for all below it. Inside a container the groups' own paths may not be
  /// visible, and its limit is that of the root.
  static func controlGroups(_ read: (String) -> [UInt8]?) -> Int64? {
    var least: Int64?
    for line in String(decoding: read("/proc/self/cgroup") ?? [], as: UTF8.self).split(
      separator: "\n")
    {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isSecond = fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory") else { continue }
      let root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      var path = fields[2].split(separator: "/")
      while true {
        let folder = ([root] + path.map(String.init)).joined(separator: "/")
        let name = isSecond ? "memory.max" : "memory.limit_in_bytes"
        let text = String(decoding: read("\(folder)/\(name)") ?? [], as: UTF8.self)
        // “max” is no number: no limit.
        if let bytes = Int64(text.filter { !$0.isWhitespace }), bytes > 0 {
          least = min(least ?? bytes, bytes)
        }
        if path.popLast() == nil { break }
      }
    }
    return least
  }
}
