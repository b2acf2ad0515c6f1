import Histories

/// An object of several cells, each with a content, and the operations that read and write them.
///
/// Registers that transactions write are cells; so are the elements of a set, which are out or in.
/// A *content* is a number for a cell and what it holds. An operation needs some contents, may need
/// that nothing else is in (a whole read of a set), and leaves some contents; one without any is
/// *pure*. Completed operations are numbered as they were invoked, and so are pending ones, which
/// need nothing.
struct CellColumns {
  /// A list of numbers for each of many, one after the other.
  struct Lists {
    private(set) var starts: [Int32] = [0]
    private(set) var numbers: [Int32] = []

    /// Adds a list.
    mutating func append(_ list: some Sequence<Int32>) {
      numbers.append(contentsOf: list)
      starts.append(Int32(truncatingIfNeeded: numbers.count))
    }

    /// Where the list of a number is.
    @inline(__always)
    func range(_ number: Int32) -> Range<Int> {
      Int(starts[Int(number)])..<Int(starts[Int(number) + 1])
    }

    /// The list of a number.
    @inline(__always)
    subscript(number: Int32) -> ArraySlice<Int32> { numbers[range(number)] }
  }

  /// Whether contents are even for “out” and odd for “in”, and whole reads may be there.
  let isSet: Bool
  /// Contents from this number on are those that nobody knows, and that answer every need: one for
  /// each cell.
  private(set) var unknown = Int32.max
  /// The cell of each content.
  var cell: [Int32] = []
  /// What each cell holds at first.
  var initial: [Int32] = []
  /// The call of each completed operation, and of each pending one.
  private(set) var calls: [Int32] = []
  private(set) var pendingCalls: [Int32] = []
  /// What completed operations need, ascending, and what they and pending ones leave.
  private(set) var needs = Lists()
  private(set) var leaves = Lists()
  private(set) var pendingLeaves = Lists()
  /// How many elements a whole read shows, or -1.
  private(set) var whole: [Int32] = []
  /// The pending operations that leave several contents.
  private(set) var pendingOfSeveral: [Int32] = []
  /// Equal numbers for completed operations that are alike, and for pending ones.
  private(set) var form: [Int32] = []
  private(set) var pendingForm: [Int32] = []
  /// The event at which each completed operation completes, and the other way round.
  private(set) var event: [Int32] = []
  private(set) var completing: [Int32] = []
  /// How many completed operations, and pending ones, were invoked before each event.
  private(set) var opened: [Int32] = []
  private(set) var pendingOpened: [Int32] = []
  /// The operations that are open before each event, the first to complete first.
  private(set) var open = Lists()
  /// The bit of each operation while it is open.
  private(set) var bit: [UInt64] = []
  /// Those who leave each content, completed and pending.
  private(set) var suppliers = Lists()
  private(set) var pendingSuppliers = Lists()
  /// The last operation to need each content, or -1.
  private(set) var lastReader: [Int32] = []
  private var forms: [[Int32]: Int32] = [:]

  init(isSet: Bool) { self.isSet = isSet }

  var eventCount: Int { completing.count }

  @inline(__always)
  func isPure(_ operation: Int32) -> Bool { leaves.range(operation).isEmpty }

  @inline(__always)
  func isIn(_ content: Int32) -> Bool { content & 1 == 1 && content < unknown }

  /// Adds for each cell a content that nobody knows.
  mutating func addUnknown() {
    unknown = Int32(truncatingIfNeeded: cell.count)
    cell += initial.indices.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Adds a completed call.
  mutating func add(
    _ call: Int32, needs needed: [Int32], leaves left: [Int32], whole size: Int32 = -1
  ) {
    calls.append(call)
    needs.append(needed.sorted())
    leaves.append(left)
    whole.append(size)
    form.append(number(of: [size] + needed.sorted() + [-2] + left))
  }

  /// Adds a pending call.
  mutating func add(pending call: Int32, leaves left: [Int32]) {
    if left.count > 1 { pendingOfSeveral.append(Int32(truncatingIfNeeded: pendingCalls.count)) }
    pendingCalls.append(call)
    pendingLeaves.append(left)
    pendingForm.append(number(of: [-3] + left))
  }

  private mutating func number(of form: [Int32]) -> Int32 {
    if let known = forms[form] { return known }
    forms[form] = Int32(forms.count)
    return Int32(forms.count - 1)
  }

  /// Brings what was added into order; false when more operations are open than there are bits.
  mutating func arrange(_ timeline: Timeline) -> Bool {
    forms = [:]
    let count = calls.count
    completing = (0..<Int32(count)).sorted {
      timeline.returned[Int(calls[Int($0)])] < timeline.returned[Int(calls[Int($1)])]
    }
    event = [Int32](repeating: 0, count: count)
    for (place, operation) in completing.enumerated() { event[Int(operation)] = Int32(place) }
    bit = [UInt64](repeating: 0, count: count)
    var free: [UInt64] = (0..<64).map { 1 << $0 }
    var now: [Int32] = []
    var (next, nextPending) = (0, 0)
    for operation in completing {
      let end = timeline.returned[Int(calls[Int(operation)])]
      while next < count, timeline.invoked[Int(calls[next])] < end {
        guard let bit = free.popLast() else { return false }
        self.bit[next] = bit
        let place = now.firstIndex { event[Int($0)] > event[next] } ?? now.count
        now.insert(Int32(next), at: place)
        next += 1
      }
      while nextPending < pendingCalls.count,
        timeline.invoked[Int(pendingCalls[nextPending])] < end
      {
        nextPending += 1
      }
      opened.append(Int32(next))
      pendingOpened.append(Int32(nextPending))
      open.append(now)
      now.removeFirst()
      free.append(bit[Int(operation)])
    }
    index()
    return true
  }

  /// Finds who leaves and who needs each content.
  private mutating func index() {
    var left = [[Int32]](repeating: [], count: cell.count)
    var leftPending = left
    lastReader = [Int32](repeating: -1, count: cell.count)
    for operation in 0..<Int32(calls.count) {
      for content in leaves[operation] { left[Int(content)].append(operation) }
      for content in needs[operation] { lastReader[Int(content)] = operation }
    }
    for operation in 0..<Int32(pendingCalls.count) {
      for content in pendingLeaves[operation] { leftPending[Int(content)].append(operation) }
    }
    for list in left { suppliers.append(list) }
    for list in leftPending { pendingSuppliers.append(list) }
  }
}
