import Base
import Glibc

/// One file of a trace, a line at a time.
struct TraceSource: ~Copyable {
  private static let chunk = 1 << 18

  let path: String
  private let descriptor: Int32
  private let file: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var isEnded = false
  private var number: Int32 = 0
  /// The line that comes next.
  var line = TraceLine()
  /// A line that ended too early: an error, unless the node was then started again.
  private var torn: TraceError?
  private var tornLine: Int32 = 0
  /// Lines that a killed node did not finish.
  private(set) var tornLines = 0
  /// The last `q` of each node of this file.
  private var numbers: [Int: Int64] = [:]

  /// Opens a file; `file` is its place among the files of the report.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/missingInput``.
  init(_ path: String, file: Int32) throws(Failure) {
    self.path = path
    self.file = file
    descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.missingInput, "\(path): \(File.systemMessage())")
    }
  }

  deinit { if descriptor > 0 { close(descriptor) } }

  /// Goes to the next event; false at the end.
  ///
  /// Empty lines and a last line without its newline are skipped; so is a line that a killed node
  /// broke off, when the next is the start of a node.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/badInput`` that names the file, line and column.
  mutating func advance(_ nodes: inout TraceNodes) throws(Failure) -> Bool {
    while let range = try nextLine() {
      number += 1
      guard !isBlank(range) else { continue }
      let isLast = range.upperBound == buffer.count && isEnded
      line.place = EventPlace(file: file, line: number)
      do throws(TraceError) {
        try line.read(buffer[range])
        line.node = try Self.node(of: line, &nodes)
        try checkOrder()
      } catch {
        if error.isTorn {
          if isLast {
            tornLines += 1
            return false
          }
          if torn == nil {
            (torn, tornLine) = (error, number)
            continue
          }
        }
        if let torn { throw failure(torn, line: tornLine) }
        throw failure(error, line: number)
      }
      if let torn {
        guard line.kind == .config || line.kind == .boot else {
          throw failure(torn, line: tornLine)
        }
        self.torn = nil
        tornLines += 1
      }
      return true
    }
    if let torn { throw failure(torn, line: tornLine) }
    return false
  }

  /// An error with its place.
  func failure(_ error: TraceError, line: Int32) -> Failure {
    Failure(.badInput, "\(path):\(line):\(error.column): \(error.message)")
  }

  private static func node(
    of line: borrowing TraceLine, _ nodes: inout TraceNodes
  ) throws(TraceError) -> Int {
    if !line.has(.n), line.kind == .config || line.kind == .unknown { return -1 }
    return try nodes.index(of: try line.name(.n), in: line)
  }

  private mutating func checkOrder() throws(TraceError) {
    guard line.node >= 0, let now = line.number else { return }
    if let before = numbers[line.node], before >= now {
      throw TraceError(
        column: 1, message: "“q” is \(now) after \(before) of the same node, expected it to grow")
    }
    numbers[line.node] = now
  }

  private func isBlank(_ range: Range<Int>) -> Bool {
    buffer[range].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// The next line without its newline, in the buffer.
  private mutating func nextLine() throws(Failure) -> Range<Int>? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        let range = start..<end
        start = end + 1
        return range
      }
      searched = buffer.count
      if isEnded {
        guard start < buffer.count else { return nil }
        let range = start..<buffer.count
        start = buffer.count
        return range
      }
      searched -= start
      buffer.removeFirst(start)
      start = 0
      let bytes = try File.read(descriptor: descriptor, name: path, atLeast: TraceSource.chunk)
      isEnded = bytes.count < TraceSource.chunk
      buffer.append(contentsOf: bytes)
    }
  }
}
