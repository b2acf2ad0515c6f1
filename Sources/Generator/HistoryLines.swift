import Base

/// The lines of a generated history, in the bytes of plumbline's own format.
///
/// What does not change from line to line is put together once; only numbers are written in
/// between.
struct HistoryLines<Object: SimulatedObject>: ~Copyable {
  enum Kind: Int { case invoke, ok, fail, info }

  /// For each kind and function what stands between process and value.
  private var heads: [[UInt8]] = []
  private let functionCount = Object.functions.count
  private let isKeyed: Bool
  private var buffer = LineBuffer(room: HistoryLines.block + 65_536)

  private static var block: Int { 1 << 18 }

  init(isKeyed: Bool) {
    self.isKeyed = isKeyed
    for kind in ["invoke", "ok", "fail", "info"] {
      for function in Object.functions {
        let afterwards = isKeyed ? ",\"key\":" : ",\"value\":"
        heads.append(Array(",\"type\":\"\(kind)\",\"f\":\"\(function)\"\(afterwards)".utf8))
      }
    }
  }

  /// Whether it is time to ``flush(_:)``.
  var isFull: Bool { buffer.count >= HistoryLines.block }

  /// Hands over what is waiting.
  mutating func flush(
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try write(buffer.bytes)
    buffer.empty()
  }

  mutating func write(header: [UInt8]) {
    buffer.reserve(header.count)
    buffer.write(header)
  }

  mutating func write(invocation operation: SimulatedOperation, process: Int64, time: Int64) {
    begin(.invoke, operation, process, elements: 0)
    Object.writeInput(operation, to: &buffer)
    end(time)
  }

  mutating func write(
    answer operation: SimulatedOperation, _ snapshot: [Int64], process: Int64, time: Int64
  ) {
    begin(.ok, operation, process, elements: snapshot.count)
    Object.writeOutput(operation, snapshot, to: &buffer)
    if operation.remark == .mismatch { buffer.write(",\"swapped\":false") }
    end(time)
  }

  /// An end without an answer.
  mutating func write(_ kind: Kind, of operation: SimulatedOperation, process: Int64, time: Int64) {
    begin(kind, operation, process, elements: 0)
    Object.writeInput(operation, to: &buffer)
    buffer.write(kind == .info ? ",\"error\":\"timeout\"" : ",\"error\":\"held\"")
    end(time)
  }

  private mutating func begin(
    _ kind: Kind, _ operation: SimulatedOperation, _ process: Int64, elements: Int
  ) {
    buffer.reserve(512 + elements * 24)
    buffer.write("{\"process\":")
    buffer.write(process)
    buffer.write(heads[kind.rawValue * functionCount + Int(operation.code)])
    if isKeyed {
      buffer.write(Int64(operation.key))
      buffer.write(",\"value\":")
    }
  }

  private mutating func end(_ time: Int64) {
    buffer.write(",\"time\":")
    buffer.write(time)
    buffer.write("}\n")
  }
}
