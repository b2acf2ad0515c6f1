import Glibc

/// Looks again and again until something is so, for ten seconds or a little more.
///
/// - Returns: whether it is so.
func waits(until isSo: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<2_000 {
    if try isSo() { return true }
    usleep(5_000)
  }
  return false
}
