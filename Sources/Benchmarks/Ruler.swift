import Glibc

/// Times pieces of work and prints them as a table, with the ratio to the first line.
///
/// Ratios within one run are what counts: the machine's own speed cancels out. The clock is the
/// processor's time, so that neighbours on a busy machine count less.
struct Ruler {
  private var lines: [(name: String, megabytesPerSecond: Double)] = []

  /// Runs `work` over `bytes` bytes `rounds` times and keeps the best.
  mutating func measure(_ name: String, bytes: Int, rounds: Int = 5, _ work: () -> Void) {
    var best = Int64.max
    for _ in 0..<rounds {
      let start = Ruler.processorTime
      work()
      best = min(best, Ruler.processorTime - start)
    }
    lines.append((name, Double(bytes) * 1000 / Double(max(best, 1))))
  }

  /// Nanoseconds that the process has computed.
  private static var processorTime: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The table as text.
  var table: String {
    var text = pad("what", 44) + pad("MB/s", 10) + "ratio\n"
    for line in lines {
      let ratio = line.megabytesPerSecond / (lines.first?.megabytesPerSecond ?? 1)
      text +=
        pad(line.name, 44) + pad("\(Int(line.megabytesPerSecond))", 10)
        + "\(Double(Int(ratio * 1000)) / 1000)\n"
    }
    return text
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
