/// Durations and sizes as people write them: `8s`, `500ms`, `1.5m`, `2GiB`.
public enum Units {
  private static let durations: [(suffix: String, nanoseconds: Double)] = [
    ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
  ]
  private static let sizes: [(suffix: String, bytes: Double)] = [
    ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
    ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
    ("K", 1024), ("M", 1_048_576), ("G", 1_073_741_824), ("T", 1_099_511_627_776),
  ]

  /// Reads a duration in nanoseconds; nil when it is no number with a unit (a bare `0` will do).
  public static func nanoseconds(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    return scaled(text, by: durations.map { ($0.suffix, $0.nanoseconds) })
  }

  /// Reads a size in bytes; nil when it is no number with a unit (a bare number is bytes).
  public static func bytes(_ text: String) -> Int64? {
    if let plain = Int64(text), plain >= 0 { return plain }
    return scaled(text, by: sizes.map { ($0.suffix, $0.bytes) })
  }

  private static func scaled(_ text: String, by units: [(String, Double)]) -> Int64? {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let suffix = text.dropFirst(number.count)
    guard let unit = units.first(where: { $0.0 == suffix }), let value = Double(number) else {
      return nil
    }
    let scaled = value * unit.1
    guard scaled.isFinite, scaled < 9e18 else { return nil }
    return Int64(scaled)
  }

  /// A duration for people, with three significant digits: `1.24 s`, `16.5 ms`.
  public static func describe(nanoseconds: Int64) -> String {
    let units: [(Double, String)] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")]
    let unit = units.first { Double(nanoseconds.magnitude) >= $0.0 } ?? (1, "ns")
    return "\(rounded(Double(nanoseconds) / unit.0)) \(unit.1)"
  }

  /// A size for people: `2 GiB`, `1.5 MiB`.
  public static func describe(bytes: Int64) -> String {
    let units: [(Double, String)] = [
      (1_099_511_627_776, "TiB"), (1_073_741_824, "GiB"), (1_048_576, "MiB"), (1024, "KiB"),
    ]
    guard let unit = units.first(where: { Double(bytes.magnitude) >= $0.0 }) else {
      return "\(bytes) B"
    }
    return "\(rounded(Double(bytes) / unit.0)) \(unit.1)"
  }

  /// Three significant digits, no trailing zeros.
  private static func rounded(_ value: Double) -> String {
    let places = value.magnitude < 10 ? 2 : value.magnitude < 100 ? 1 : 0
    let scale = [1.0, 10, 100][places]
    let text = "\((value * scale).rounded() / scale)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
