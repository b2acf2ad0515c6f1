import Base
import Histories

/// Jepsen's independent keys: `[key value]` in the place of the value.
enum Keyed {
  /// Takes tuples apart if the options say so, or if they say nothing and the history shows it.
  static func apply(
    _ options: ReadOptions, to history: consuming History, file: String
  ) throws(FormatError) -> History {
    let wanted = options.keyed ?? history.header?["keyed"]?.bool
    // The word on tuples has done its work; a writer says it again where it is needed.
    if case .object(let members) = history.header {
      history.header = .object(members.filter { $0.name != "keyed" })
    }
    guard wanted ?? history.looksKeyed else { return history }
    do throws(HistoryError) {
      try history.splitTuples()
    } catch {
      throw FormatError(file: file, error)
    }
    return history
  }
}
