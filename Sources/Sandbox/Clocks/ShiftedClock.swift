import Base
import CLinux
import Glibc

/// The time of day that a node's processes are told: the machine's, moved and drifting.
///
/// Takes effect at once in every process that was started with ``environment(_:)``, for what asks
/// the C library: monotonic clocks stay as they are, and so does the time stamp of a file.
public final class ShiftedClock {
  /// The file that the node's processes map.
  public let file: String
  private let shim: ClockShim
  private let state: UnsafeMutablePointer<Int64>
  private var since: Int64 = 0
  private var shift: Int64 = 0
  private var drift: Int64 = 0

  /// Makes a clock that is right. The file is made, or emptied when it is there, and stays when the
  /// clock is gone.
  ///
  /// - Throws: ``ExitCode/cannotCreate``.
  public init(file: String, shim: ClockShim) throws(Failure) {
    guard let state = plumbline_clock_map(file) else {
      throw Failure(.cannotCreate, "\(file): \(File.systemMessage())")
    }
    self.file = file
    self.shim = shim
    self.state = state
  }

  deinit { plumbline_clock_unmap(state) }

  private static func machineTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// How far it is off now, in nanoseconds.
  public var shiftNanoseconds: Int64 { shift(at: ShiftedClock.machineTime()) }

  private func shift(at now: Int64) -> Int64 {
    let parts = (now - since).multipliedFullWidth(by: drift)
    return shift &+ Int64(1_000_000_000).dividingFullWidth(parts).quotient
  }

  private func set(shift: Int64, drift: Int64, since now: Int64) {
    (self.shift, self.drift, since) = (shift, drift, now)
    plumbline_clock_set(state, now, shift, drift)
  }

  /// Whether a process is told this time: the library is in it, and maps the file.
  ///
  /// A process that was started without the library, or that asks the kernel itself (a program of
  /// Go, say, behind a script), is told the machine's.
  public func isTold(to process: pid_t) -> Bool {
    var status = stat()
    guard let image = try? ProgramImage("/proc/\(process)/exe"), image.obstacle == nil,
      stat(file, &status) == 0, let maps = try? File.read("/proc/\(process)/maps")
    else { return false }
    // `begin-end rights offset device inode path` (proc(5)). A path may be seen by another name,
    // and an overlay may show another inode.
    return maps.split(separator: 0x0A).contains { line in
      let fields = line.split(separator: 0x20, maxSplits: 5)
      guard fields.count == 6 else { return false }
      let path = String(decoding: fields[5].drop { $0 == 0x20 }, as: UTF8.self)
      let inode = UInt(String(decoding: fields[4], as: UTF8.self))
      return path == file || inode == status.st_ino && path.hasSuffix("/clock")
    }
  }

  /// Moves it, forwards or back.
  public func jump(nanoseconds: Int64) {
    let now = ShiftedClock.machineTime()
    set(shift: shift(at: now) &+ nanoseconds, drift: drift, since: now)
  }

  /// Has it run faster (2 is twice as fast) or slower (0 stands still) from now on; 1 is right.
  public func drift(factor: Double) {
    let now = ShiftedClock.machineTime()
    let drift = ((min(max(factor, 0), 1000) - 1) * 1e9).rounded()
    set(shift: shift(at: now), drift: Int64(drift), since: now)
  }

  /// Sets it right: a jump to the machine's time.
  public func reset() { set(shift: 0, drift: 0, since: ShiftedClock.machineTime()) }

  /// The environment that makes a process see this clock, from the one it would have.
  public func environment(_ variables: [String]) -> [String] {
    shim.environment(variables, clock: file)
  }
}
