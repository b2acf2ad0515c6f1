import Base

/// A number that stands for a text in a trace: 63 bits of its hash, so that JSON can carry it.
/// Equal texts have equal numbers.
///
/// - Complexity: O(length).
func traceHash(_ text: String) -> Int64 {
  var hash = FNV1a()
  hash.mix(Array(text.utf8))
  return Int64(hash.value >> 1)
}
