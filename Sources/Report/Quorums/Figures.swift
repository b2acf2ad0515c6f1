/// Numbers as a table shows them: enough digits to compare, no more.
enum Figures {
  /// Up to four decimal places.
  static func number(_ value: Double) -> String { trimmed((value * 1e4).rounded() / 1e4) }

  /// A percentage with up to two decimal places.
  static func percent(_ value: Double) -> String {
    trimmed((value * 1e4).rounded() / 1e2) + " %"
  }

  /// A probability near 1 with as many nines as it has, and one or two digits more.
  static func probability(_ value: Double) -> String {
    if value > 1 - 1e-15 { return "1 to within 1e-15" }
    var scale = 1e4
    while scale < 1e15, (1 - value) * scale < 10, value < 1 { scale *= 10 }
    return trimmed((value * scale).rounded() / scale)
  }

  /// A number of things, exact while it can be.
  static func count(_ value: Double) -> String {
    value < 1e15 ? "\(Int64(value))" : "about \(trimmed(value))"
  }

  private static func trimmed(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
