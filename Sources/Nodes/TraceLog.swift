import Base
import Glibc

/// A node's trace: one JSON object a line with the node (`n`), a number that grows by one (`q`) and
/// the time (`t`, nanoseconds of the machine's monotonic clock), then what the protocol says.
///
/// Written before anything that follows from it leaves the node, and not synced: what a killed node
/// did not write, it did not show to anybody either. A torn last line is ended first.
struct TraceLog: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private var number: Int64
  private var output = ByteWriter(capacity: 65_536)

  private init(path: String, descriptor: Int32, number: Int64) {
    self.path = path
    self.descriptor = descriptor
    self.number = number
  }

  /// Opens or continues a trace.
  ///
  /// - Throws: ``Failure`` when the file cannot be opened, read or written.
  static func open(_ path: String) throws(Failure) -> TraceLog {
    // A pipe would be waited for, and a device may have no end.
    let known = File.isRegular(path) ? try File.read(path) : []
    let number = Int64(known.count { $0 == UInt8(ascii: "\n") })
    let descriptor = try File.open(path, .appended)
    let isTorn = known.last.map { $0 != UInt8(ascii: "\n") } ?? false
    let trace = TraceLog(
      path: path, descriptor: descriptor, number: number + (isTorn ? 1 : 0))
    if isTorn { try File.write([UInt8(ascii: "\n")], descriptor: descriptor, name: path) }
    return trace
  }

  deinit { close(descriptor) }

  /// Adds an event.
  mutating func note(_ event: JSON, of node: String, at time: Int64) {
    let head: [JSON.Member] = [
      .init("n", .string(node)), .init("q", .integer(number)), .init("t", .integer(time)),
    ]
    number += 1
    output.write(.object(head + (event.members ?? [])))
    output.write(byte: UInt8(ascii: "\n"))
  }

  /// Hands what was noted to the system.
  mutating func flush() throws(Failure) {
    guard output.count > 0 else { return }
    try File.write(output.bytes, descriptor: descriptor, name: path)
    output.removeAll()
  }
}
