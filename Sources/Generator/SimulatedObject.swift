import Base

/// An operation as the simulation carries it: numbers only.
struct SimulatedOperation {
  /// The place of the function in ``SimulatedObject/functions``.
  var code: Int32 = 0
  /// Which of the independent objects.
  var key: Int32 = 0
  /// Who asks.
  var process: Int64 = 0
  /// The value invoked, or ``null``.
  var input: Int64 = null
  /// A second number of the request: the new value of a compare-and-set.
  var second: Int64 = null
  /// The value completed, or ``null``.
  var answer: Int64 = null
  /// The second of the independent objects that a transaction is about, or -1.
  var other: Int32 = -1
  /// What was read of the second object, or ``null``.
  var secondAnswer: Int64 = null
  /// What the answer has to say beyond a value.
  var remark = Remark.none

  enum Remark: UInt8 { case none, mismatch }

  /// The absence of a value, JSON's null.
  static let null = Int64.min
}

/// What a client knows of itself, for objects that are held.
struct Holding {
  /// The object that it holds, or -1.
  var key: Int32 = -1
  /// How often.
  var depth: Int32 = 0
  /// The latest token.
  var token: Int64 = 0
}

/// How an operation that came to its moment ended.
enum Effect {
  /// It took effect.
  case done
  /// It can't be now: the lock is held.
  case refused
}

/// What an operation may do whose outcome nobody knows.
enum Fate {
  /// Take effect in time, later or never.
  case any
  /// Take effect in time or later: were it lost, nobody could go on.
  case done
  /// Never take effect: if it did, nobody could go on.
  case lost
  /// None of these: whoever asks for it completes.
  case known
}

/// Every object of one model, one a key: what a faultless implementation does, one operation at
/// a time.
///
/// Written apart from the checker's machines: what the two agree on, they found independently.
protocol SimulatedObject: SendableMetatype {
  /// The names of the functions, by code.
  static var functions: [StaticString] { get }
  /// The value before the first operation, as JSON in the header; nil says nothing.
  static var initial: String? { get }
  /// What else the header must say so that a history can be checked.
  static func header(_ options: GeneratorOptions) -> [(String, JSON)]
  /// Whether there may be several independent objects, so that operations have a key.
  static var hasKeys: Bool { get }
  /// Whether the order of the values matters, so that unique ones do not come in it.
  static var isOrdered: Bool { get }
  /// The code of the function that takes an element out, or -1.
  static var takingCode: Int32 { get }

  init(_ options: GeneratorOptions)

  /// Draws what a client asks next.
  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source)

  /// The moment at which an operation takes effect, if it can; fills in its answer. A whole read
  /// copies its elements into `snapshot`.
  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect

  /// Takes note of an operation that was asked for.
  mutating func invoked(_ operation: SimulatedOperation)

  /// Takes note of an operation that completed `ok`, and of what its client knows now.
  mutating func completed(_ operation: SimulatedOperation, _ client: inout Holding)

  /// What may become of a request that nobody hears of again.
  func fate(of operation: SimulatedOperation, _ client: Holding) -> Fate

  /// Whether an operation puts a value in that is read back.
  static func puts(_ value: Int64, _ operation: SimulatedOperation) -> Bool

  /// The second object of a script's transaction, or -1 where there are none.
  func neighbour(of key: Int32) -> Int32

  /// A number that is wrong in the given way, for objects that count.
  func miscount(_ forgery: Forgery, _ operation: SimulatedOperation) -> Int64

  /// Writes the value invoked.
  static func writeInput(_ operation: SimulatedOperation, to line: inout LineBuffer)

  /// Writes the value completed; there is room for 64 bytes and 24 for each element of the
  /// snapshot.
  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer)
}

extension SimulatedObject {
  static var initial: String? { nil }
  static func header(_ options: GeneratorOptions) -> [(String, JSON)] { [] }
  static var hasKeys: Bool { true }
  static var isOrdered: Bool { false }
  static var takingCode: Int32 { -1 }
  mutating func invoked(_ operation: SimulatedOperation) {}
  mutating func completed(_ operation: SimulatedOperation, _ client: inout Holding) {}
  func neighbour(of key: Int32) -> Int32 { -1 }
  func fate(of operation: SimulatedOperation, _ client: Holding) -> Fate { .any }
  static func puts(_ value: Int64, _ operation: SimulatedOperation) -> Bool { false }
  func miscount(_ forgery: Forgery, _ operation: SimulatedOperation) -> Int64 { 0 }

  static func writeInput(_ operation: SimulatedOperation, to line: inout LineBuffer) {
    line.write(value: operation.input)
  }

  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer
  ) {
    line.write(value: operation.answer)
  }
}

extension LineBuffer {
  /// Appends a number, or null.
  mutating func write(value: Int64) {
    if value == SimulatedOperation.null { write("null") } else { write(value) }
  }

  /// Appends a list of numbers.
  mutating func write(list: [Int64]) {
    write(UInt8(ascii: "["))
    var isFirst = true
    for element in list {
      if !isFirst { write(UInt8(ascii: ",")) }
      isFirst = false
      write(element)
    }
    write(UInt8(ascii: "]"))
  }
}
