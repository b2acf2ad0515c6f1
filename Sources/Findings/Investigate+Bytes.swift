import Base
import Formats

extension Investigate {
  /// Reads and judges a history that is in memory.
  ///
  /// - Parameters:
  ///   - bytes: the history, in any format.
  ///   - name: what messages call it.
  /// - Returns: what it means.
  /// - Throws: ``Failure`` for bytes that are no history, or one that no model fits.
  public func bytes(_ bytes: [UInt8], name: String) throws(Failure) -> HistoryFindings {
    let history = try HistoryReader.read(bytes, file: name, options: reading)
    var signal: Int32?
    return try judge(history, file: name, signal: &signal)
  }
}
