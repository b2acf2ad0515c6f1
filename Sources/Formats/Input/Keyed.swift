import Base
import Histories

/// Jepsen's independent keys: `[key value]` in the place of the value.
enum Keyed {
  /// Takes tuples apart if the options or the header say so, or if they say nothing and the file
  /// proves it; `isTagged` says whether the file tagged its tuples as such. Transactions get their
  /// name, before that and where they are inside tuples.
  ///
  /// - Throws: ``FormatError`` that names both options when nothing decides.
  static func apply(
    _ options: ReadOptions, to history: consuming History, file: String, isTagged: Bool = false
  ) throws(FormatError) -> History {
    let wanted = options.keyed ?? history.header?["keyed"]?.bool
    if options.isPart, wanted == nil, !isTagged { return history }
    var transactions: Set<String> = []
    history.nameTransactions(decided: &transactions)
    // The word on tuples has done its work; a writer says it again where it is needed.
    if case .object(let members) = history.header {
      history.header = .object(members.filter { $0.name != "keyed" })
    }
    let isTuples = if let wanted { wanted } else { try proof(history, file, isTagged) }
    guard isTuples else { return history }
    do throws(HistoryError) {
      try history.splitTuples()
    } catch {
      throw FormatError(file: file, error)
    }
    history.nameTransactions(decided: &transactions)
    return history
  }

  private static func proof(
    _ history: borrowing History, _ file: String, _ isTagged: Bool
  ) throws(FormatError) -> Bool {
    if isTagged { return true }
    let evidence = history.tupleSigns
    switch evidence.reading {
    case .plain: return false
    case .tuples: return true
    case .unknown: throw FormatError(file: file, line: evidence.line, evidence.words)
    }
  }
}
