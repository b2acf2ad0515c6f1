/// The places of diagrams: what each tests and where it goes on, equal ones once.
///
/// Which places need not exist is for the kind of diagram to say, before it asks for one.
struct NodeTable {
  /// A place; 0 and 1 are the two constants.
  typealias Reference = Int32
  /// The level of the constants: below every node.
  static let bottom = UInt8(NodeSet.capacity)

  /// How many places there may be, at most 2^21 (three references fit in one key).
  let limit: Int
  /// The level that each place tests.
  private(set) var level: [UInt8] = [bottom, bottom]
  /// Where each place goes on when the node of its level is absent.
  private(set) var without: [Reference] = [0, 1]
  /// Where each place goes on when the node of its level is present.
  private(set) var with: [Reference] = [0, 1]
  private var unique = IndexTable()

  init(limit: Int) { self.limit = limit }

  /// The places taken so far.
  var count: Int { level.count }

  /// The one place that tests a level and goes on as given.
  mutating func place(
    _ at: UInt8, without no: Reference, with yes: Reference
  ) throws(BoundReached) -> Reference {
    let key = UInt64(at) << 42 | UInt64(no) << 21 | UInt64(yes)
    if let known = unique[key] { return known }
    guard level.count < limit else { throw BoundReached("\(limit) diagram nodes") }
    let new = Reference(level.count)
    level.append(at)
    without.append(no)
    with.append(yes)
    unique.set(key, new)
    return new
  }
}
