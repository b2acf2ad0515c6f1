import Base

/// The numbers under which a log's clients are known: their own where all are whole numbers, else
/// in the order in which they appear.
struct MapClients {
  private var numbers: [String: Int64] = [:]
  private var next: Int64 = 0
  private let areNumbers: Bool

  /// Looks at the names of all.
  init(_ names: some Sequence<JSON>) {
    var all = true
    var highest: Int64 = -1
    for name in names {
      guard let number = Self.number(name), number >= 0, number < Int64.max / 2 else {
        all = false
        break
      }
      highest = max(highest, number)
    }
    areNumbers = all
    next = all ? highest + 1 : 0
  }

  /// The name where it is not the number itself.
  func name(_ client: JSON) -> String? { areNumbers ? nil : MapReader.plain(client) }

  mutating func number(of client: JSON) -> Int64 {
    if areNumbers, let number = Self.number(client) { return number }
    let name = MapReader.plain(client)
    if let known = numbers[name] { return known }
    numbers[name] = fresh()
    return numbers[name] ?? 0
  }

  /// Whether a name is that of the one who makes the faults, as text or as EDN's keyword.
  static func isNemesis(_ name: JSON) -> Bool { name == "nemesis" || name == ":nemesis" }

  /// A number that nobody has.
  mutating func fresh() -> Int64 {
    next += 1
    return next - 1
  }

  private static func number(_ client: JSON) -> Int64? {
    client.integer ?? client.string.flatMap { Int64($0) }
  }
}
