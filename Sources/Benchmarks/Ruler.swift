import Glibc

/// Times pieces of work over the same bytes, with the ratio to the first of them.
///
/// Ratios within one run are what counts: the machine's own speed cancels out. The clock is the
/// processor's time, so that neighbours on a busy machine count less.
struct Ruler {
  /// How often each is done; the best counts.
  let rounds: Int
  private var lines: [(name: String, megabytesPerSecond: Double)] = []

  init(rounds: Int) { self.rounds = rounds }

  /// Runs `work` over `bytes` bytes and keeps the best.
  mutating func measure(_ name: String, bytes: Int, _ work: () -> Void) {
    var best = Int64.max
    for _ in 0..<rounds {
      let start = Ruler.processorTime
      work()
      best = min(best, Ruler.processorTime - start)
    }
    lines.append((name, Double(bytes) * 1000 / Double(max(best, 1))))
  }

  /// Nanoseconds that the process has computed.
  static var processorTime: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// A line for each piece of work. The checksum is of no use, but that the work was done.
  func measurements(checksum: Int) -> [Measurement] {
    let first = lines.first?.megabytesPerSecond ?? 1
    return lines.enumerated().map { index, line in
      let ratio = "\((line.megabytesPerSecond / first).thousandths) of a scan"
      return Measurement(
        name: line.name, value: line.megabytesPerSecond, unit: "MB/s",
        note: index == 0 ? "checksum \(checksum)" : ratio)
    }
  }
}
