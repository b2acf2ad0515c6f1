import Base
import Histories

/// Makes a history of the blocks of a `test.jepsen`.
///
/// Lines are those of the `history.edn` that Jepsen writes of the same history: the operations'
/// numbers from 1.
struct JepsenReader {
  private let file: String
  private let bytes: UnsafeRawBufferPointer
  private let blocks: JepsenBlocks
  private var builder: HistoryBuilder
  private var functions: [ValueID: FunctionID] = [:]
  private var kinds: [ValueID: Event.Kind] = [:]
  private var fields: [ValueID: Int32] = [:]
  private var index: Int32
  /// How many operations were read.
  private var count = 0
  /// The blocks that were read: each is there once.
  private var visited: Set<Int32> = []
  private var tuples = 0
  private var others = 0

  /// Reads the index.
  ///
  /// - Throws: ``FormatError`` that names the byte.
  init(
    _ bytes: UnsafeRawBufferPointer, file: String, _ options: ReadOptions = ReadOptions()
  ) throws(FormatError) {
    self.file = file
    self.bytes = bytes
    do throws(ScanError) { blocks = try JepsenBlocks(bytes) } catch {
      throw FormatError(file: file, byte: error.offset, error.message)
    }
    builder = HistoryBuilder(order: options.order, loneCompletions: options.loneCompletions)
    index = builder.field("index")
  }

  /// Whether every operation's value is a pair by its type.
  var hasTaggedTuples: Bool { tuples > 0 && others == 0 }

  /// Reads the history.
  ///
  /// - Complexity: O(bytes).
  mutating func read() throws(FormatError) {
    do throws(ScanError) {
      try readTest()
    } catch {
      guard error.kind == .syntax else {
        throw FormatError(file: file, line: max(count, 1), error.message)
      }
      throw FormatError(file: file, byte: error.offset, error.message)
    }
    do throws(HistoryError) { try builder.putInOrder() } catch {
      throw FormatError(file: file, error)
    }
    let rest = bytes.count - blocks.end
    if rest > 0 {
      builder.warn(
        "\(rest) bytes behind the last whole block were not read: the run was killed or still "
          + "goes on (its jepsen.log may have more)")
    }
    if builder.eventCount == 0 { builder.warn("the file holds no events") }
  }

  /// Whether a file holds operations; nil when it cannot be read.
  static func hasOperations(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    guard var reader = try? JepsenReader(bytes, file: "") else { return nil }
    do throws(FormatError) { try reader.read() } catch { return nil }
    return reader.count > 0
  }

  /// The history of all that was read.
  consuming func finish() -> History { builder.build() }

  // MARK: - The test map

  private mutating func readTest() throws(ScanError) {
    guard blocks.root != 0 else { return }
    var id = blocks.root
    var place = 10
    while id != 0 {
      try visit(id, place)
      let block = try blocks.block(id, namedAt: place)
      var data = block.data
      switch block.kind {
      case .fressian: id = 0
      case .partialMap:
        id = try bytes.bigEndian(
          Int32.self, at: data.lowerBound, "the rest of a map", before: data.upperBound)
        place = data.lowerBound
        data = data.lowerBound + 4..<data.upperBound
      default:
        throw ScanError(
          offset: block.start, message: "found a block of type \(block.kind.rawValue) as the test")
      }
      if try readHistory(ofMap: data) { return }
    }
    throw ScanError(offset: place, message: "found no :history in the test map")
  }

  /// Reads the history of a test map, or of a part of one; false when it has none.
  private mutating func readHistory(ofMap data: Range<Int>) throws(ScanError) -> Bool {
    var scanner = FressianScanner(bytes, in: data)
    var scratch = ValueTable()
    guard let (tag, _) = try scanner.structure(into: &scratch), tag == .map else {
      throw scanner.error("found no map, expected the test", at: data.lowerBound)
    }
    var list = try scanner.partList()
    while try scanner.goesOn(&list) {
      let start = scanner.position
      let key = try scanner.value(into: &scratch)
      guard try scanner.goesOn(&list) else {
        throw scanner.error("found a key that has no value", at: start)
      }
      guard scratch.kind(of: key) == .keyword, scratch.string(key) == "history" else {
        _ = try scanner.value(into: &scratch)
        continue
      }
      let place = scanner.position
      let found = try scanner.structure(into: &scratch)
      guard let found, found.tag == .blockReference else {
        throw scanner.error("found no reference to a block as :history", at: place)
      }
      let number = try scanner.integer()
      guard let id = Int32(exactly: number) else {
        throw scanner.error("found the block \(number)", at: place)
      }
      try readElements(of: id, place)
      return true
    }
    return false
  }

  // MARK: - The history

  private mutating func visit(_ id: Int32, _ place: Int) throws(ScanError) {
    guard visited.insert(id).inserted else {
      throw ScanError(offset: place, message: "found the block \(id) a second time")
    }
  }

  /// Reads the operations of a block: a vector in blocks of its own, a stream, or one list.
  private mutating func readElements(_ depth: Int = 0, of id: Int32, _ place: Int) throws(ScanError)
  {
    try visit(id, place)
    let block = try blocks.block(id, namedAt: place)
    switch block.kind {
    case .bigVector:
      guard depth < 8 else {
        throw ScanError(offset: block.start, message: "vectors in vectors in vectors")
      }
      try readVector(block, depth)
    case .stream:
      var scanner = FressianScanner(bytes, in: block.data)
      while scanner.peek != nil { try readOperation(&scanner) }
    case .fressian:
      var scanner = FressianScanner(bytes, in: block.data)
      // A run that was killed early has nothing here.
      if scanner.peek == 0xF7 { return }
      if let (tag, _) = try scanner.structure(into: &builder.values), tag != .plain {
        throw scanner.error("found “\(tag)”, expected operations", at: block.data.lowerBound)
      }
      var list = try scanner.list(try scanner.byte())
      while try scanner.goesOn(&list) { try readOperation(&scanner) }
    default:
      throw ScanError(
        offset: block.start,
        message: "found a block of type \(block.kind.rawValue) with operations")
    }
  }

  private mutating func readVector(
    _ block: JepsenBlocks.Block, _ depth: Int
  ) throws(ScanError) {
    let data = block.data
    let first = count
    let total = try bytes.bigEndian(
      Int64.self, at: data.lowerBound, "a vector", before: data.upperBound)
    var place = data.lowerBound + 8
    while place < data.upperBound {
      let start = try bytes.bigEndian(Int64.self, at: place, "a vector", before: data.upperBound)
      let id = try bytes.bigEndian(Int32.self, at: place + 8, "a vector", before: data.upperBound)
      guard start == count - first else {
        throw ScanError(
          offset: place,
          message: "found \(start) as the place of the next operations, and there were "
            + "\(count - first) before")
      }
      try readElements(depth + 1, of: id, place + 8)
      place += 12
    }
    guard total == count - first else {
      throw ScanError(
        offset: data.lowerBound,
        message: "found \(count - first) operations in a vector of \(total)")
    }
  }

  // MARK: - Operations

  private mutating func readOperation(_ scanner: inout FressianScanner) throws(ScanError) {
    let start = scanner.position
    count += 1
    let operation = try scanner.operation(into: &builder.values)
    var draft = EventDraft()
    draft.process = EventDraft.process(operation.process, in: builder.values)
    draft.kind = try kind(of: operation.type, at: start)
    draft.function = try function(of: operation.function, at: start)
    draft.value = operation.value
    draft.time = operation.time
    let event: Event
    do throws(EventDraft.Lack) { event = try draft.event(line: count, in: &builder.names) } catch {
      throw ScanError(offset: start, message: error.message)
    }
    if event.kind == .invoke, event.process != .nemesis {
      if operation.isTuple { tuples += 1 } else { others += 1 }
    }
    if let number = operation.index { builder.keep(index, builder.values.intern(integer: number)) }
    for extra in operation.extras { try keep(extra.key, extra.value, at: start) }
    do throws(HistoryError) { try builder.add(event) } catch {
      throw ScanError(offset: start, message: error.message, kind: .rule)
    }
  }

  private mutating func kind(of id: ValueID, at start: Int) throws(ScanError) -> Event.Kind? {
    guard id != ValueTable.none else { return nil }
    if let known = kinds[id] { return known }
    let kind = builder.values.utf8(id).withUnsafeBytes { Event.Kind(word: $0) }
    guard let kind else {
      throw ScanError(
        offset: start,
        message: "found \(builder.values.describe(id)) as :type, expected :invoke, :ok, :fail or "
          + ":info")
    }
    kinds[id] = kind
    return kind
  }

  private mutating func function(of id: ValueID, at start: Int) throws(ScanError) -> FunctionID {
    if id == ValueTable.null { return -1 }
    if let known = functions[id] { return known }
    guard let name = builder.values.string(id) else {
      throw ScanError(
        offset: start,
        message: "found \(builder.values.describe(id)) as :f, expected a function's name")
    }
    let function = builder.function(name)
    functions[id] = function
    return function
  }

  private mutating func keep(
    _ key: ValueID, _ value: ValueID, at start: Int
  ) throws(ScanError) {
    if let field = fields[key] { return builder.keep(field, value) }
    guard let name = builder.values.string(key) else {
      throw ScanError(
        offset: start,
        message: "found \(builder.values.describe(key)), expected a keyword such as :error")
    }
    // A field that has the name of a member would be read as that where the history is written.
    let field = builder.field(EventDraft.Member(name: name.utf8) == nil ? name : "extra " + name)
    fields[key] = field
    builder.keep(field, value)
  }
}
