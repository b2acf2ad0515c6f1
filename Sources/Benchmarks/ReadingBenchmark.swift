import Base
import Formats
import Glibc
import Histories

/// How fast histories are read and written, against a bare scan for newlines and a byte sum.
enum ReadingBenchmark {
  /// A history of register operations by ten clients as JSON lines, about 65 bytes each.
  static func lines(events: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var writer = ByteWriter(capacity: events * 70)
    var open = [(function: String, key: JSON, value: JSON)?](repeating: nil, count: 10)
    var next: Int64 = 0
    var time: Int64 = 0
    for _ in 0..<events {
      let client = Int(random.next() % 10)
      time += Int64(random.next() % 100_000)
      if let operation = open[client] {
        JSONLinesEncoder.write(
          .ok, process: .client(Int64(client)), function: operation.function, key: operation.key,
          value: operation.value, time: time, into: &writer)
        open[client] = nil
        continue
      }
      let key = JSON.string("k\(random.next() % 8)")
      next += 1
      let isWrite = random.next() % 2 == 0
      let operation =
        isWrite ? (function: "write", key, value: JSON.integer(next)) : ("read", key, .null)
      open[client] = operation
      JSONLinesEncoder.write(
        .invoke, process: .client(Int64(client)), function: operation.function, key: key,
        value: operation.value, time: time, into: &writer)
    }
    return writer.bytes
  }

  static func run(_ suite: Suite) throws -> [Measurement] {
    let bytes = lines(events: suite.size(1_000_000), seed: 1)
    var ruler = Ruler(rounds: suite.rounds + 2)
    var sink = 0
    ruler.measure("scan for newlines (memchr)", bytes: bytes.count) {
      bytes.withUnsafeBytes { all in
        var offset = 0
        while offset < all.count, let start = all.baseAddress,
          let found = memchr(start + offset, 0x0A, all.count - offset)
        {
          sink += 1
          offset = UnsafeRawPointer(found) - start + 1
        }
      }
    }
    ruler.measure("FNV-1a, a byte at a time", bytes: bytes.count) {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      sink &+= Int(truncatingIfNeeded: hash)
    }
    let history = try HistoryReader.read(bytes, file: "benchmark")
    ruler.measure("read JSON lines into a history", bytes: bytes.count) {
      sink &+= (try? HistoryReader.read(bytes, file: "benchmark"))?.count ?? 0
    }
    ruler.measure("write a history as JSON lines", bytes: bytes.count) {
      sink &+= JSONLinesWriter.bytes(of: history).count
    }
    let edn = EDNWriter.bytes(of: history)
    ruler.measure("read EDN into a history", bytes: edn.count) {
      sink &+= (try? HistoryReader.read(edn, file: "benchmark"))?.count ?? 0
    }
    return ruler.measurements(checksum: sink)
  }

  /// Reads one file and says how long it took and the most memory the process ever had.
  static func read(_ path: String) throws(Failure) -> String {
    let clock = MonotonicClock()
    let history = try HistoryReader.read(path: path)
    let milliseconds = clock.now / 1_000_000
    let status = String(decoding: try File.read("/proc/self/status"), as: UTF8.self)
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? "no VmHWM"
    return "\(history.eventCount) events in \(milliseconds) ms, peak memory \(peak.dropFirst(6))\n"
  }
}
