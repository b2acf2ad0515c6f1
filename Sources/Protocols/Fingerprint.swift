/// A number that stands for a text in a trace: FNV-1a, 63 bits of it, so that JSON can carry it.
///
/// G. Fowler, L. C. Noll, K.-P. Vo, 1991. Equal texts have equal numbers; traces are not attacked.
///
/// - Complexity: O(length).
func fingerprintOf(_ text: String) -> Int64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return Int64(hash >> 1)
}
