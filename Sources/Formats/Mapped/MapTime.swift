import Base

/// Reads the times of other logs as nanoseconds, exactly.
enum MapTime {
  /// The nanoseconds that a field says; nil when it is no time, or beyond 64 bits.
  static func parse(_ json: JSON, _ unit: FieldMap.TimeUnit?) -> Int64? {
    switch json {
    case .integer(let number): return scaled("\(number)", unit)
    case .number(let digits): return scaled(digits, unit)
    case .string(let text):
      if unit == .rfc3339 { return date(text) }
      return scaled(text, unit) ?? (unit == nil ? date(text) : nil)
    default: return nil
    }
  }

  /// A decimal number of some unit.
  private static func scaled(_ text: String, _ unit: FieldMap.TimeUnit?) -> Int64? {
    let places: Int
    switch unit {
    case .ns, nil: places = 0
    case .us: places = 3
    case .ms: places = 6
    case .s: places = 9
    case .rfc3339: return nil
    }
    let isNegative = text.first == "-"
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count < 3, let whole = parts.first, !whole.isEmpty else {
      return exponent(text, places)
    }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard (whole + fraction).utf8.allSatisfy(Words.isDigit) else { return exponent(text, places) }
    // Of what unit a fraction is must be said.
    if unit == nil, parts.count == 2 { return nil }
    // What is finer than a nanosecond is dropped.
    let digits =
      whole + fraction.prefix(places)
      + String(repeating: "0", count: max(0, places - fraction.count))
    return Int64((isNegative ? "-" : "") + digits)
  }

  /// A number that is written with an exponent, as loggers write large floats.
  private static func exponent(_ text: String, _ places: Int) -> Int64? {
    guard text.contains(where: { $0 == "e" || $0 == "E" }), let number = Double(text) else {
      return nil
    }
    var scaled = number
    for _ in 0..<places { scaled *= 10 }
    return Int64(exactly: scaled.rounded())
  }

  /// A date and time (RFC 3339; without an offset it counts as UTC), from 1970 on.
  private static func date(_ text: String) -> Int64? {
    let form =
      #/
      (\d{4})-(\d\d)-(\d\d) [Tt\x20] (\d\d):(\d\d):(\d\d) (?:[.,](\d+))?
      \s* (?: ([Zz]) | ([+-])(\d\d):?(\d\d) )?
      /#
    guard let match = text.wholeMatch(of: form),
      let year = Int64(match.1), let month = Int64(match.2), let day = Int64(match.3),
      let hour = Int64(match.4), let minute = Int64(match.5), let second = Int64(match.6),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    let fraction = match.7.map {
      $0.prefix(9) + String(repeating: "0", count: max(0, 9 - $0.count))
    }
    var seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    if let sign = match.9, let hours = match.10.flatMap({ Int64($0) }),
      let minutes = match.11.flatMap({ Int64($0) })
    {
      seconds -= (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflows else { return nil }
    let (sum, isBeyond) = whole.addingReportingOverflow(fraction.flatMap { Int64($0) } ?? 0)
    return isBeyond ? nil : sum
  }

  /// Days since 1970-01-01 in the Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // March is the first month, so that the leap day is the last.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
