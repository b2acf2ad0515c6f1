/// Lines and columns of offsets that only grow, each newline counted once.
struct LineCounter {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  private var number = 1
  private var lineStart = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The line of an offset that is not before the last one asked for.
  mutating func line(at target: Int) -> Int {
    while offset < target {
      if bytes[offset] == 0x0A {
        number += 1
        lineStart = offset + 1
      }
      offset += 1
    }
    return number
  }

  /// The line and the column, from 1, of any offset.
  mutating func place(of target: Int) -> (line: Int, column: Int) {
    if target < offset { self = LineCounter(bytes) }
    let line = line(at: min(target, bytes.count))
    return (line, target - lineStart + 1)
  }
}
