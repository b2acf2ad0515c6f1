import Glibc

/// A moment of the wall clock, for names and for people; nothing is measured with it.
public struct WallTime {
  private let parts: tm

  /// Now, in local time.
  public init() {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    self.parts = parts
  }

  /// As `YYYYMMDDThhmmss`, in local time.
  public var stamp: String { text(date: "", time: "") }

  /// As ISO 8601 writes it, with the offset of local time: `2026-11-28T07:05:00+01:00`.
  public var iso8601: String {
    let minutes = parts.tm_gmtoff / 60
    let sign = minutes < 0 ? "-" : "+"
    let offset = [abs(minutes) / 60, abs(minutes) % 60].map { WallTime.two($0) }
    return text(date: "-", time: ":") + sign + offset.joined(separator: ":")
  }

  private func text(date: String, time: String) -> String {
    let numbers = [
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
      parts.tm_sec,
    ]
    let words = numbers.map { WallTime.two(Int($0)) }
    return words[0...2].joined(separator: date) + "T" + words[3...5].joined(separator: time)
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
