import Base
import Formats
import Histories

/// Holds stretches back until it is known whether their values are Jepsen's `[key value]` tuples,
/// and takes the tuples apart.
struct TupleGate {
  private let file: String
  /// What an option or the header said, or what the values showed.
  private var isTuples: Bool?
  /// Whether a person said it: then nothing is asked any more.
  private var isSaid: Bool
  private var evidence = TupleSigns()
  private var waiting: [Stretch] = []
  /// The operations that wait.
  private var count = 0
  /// How many may wait: a history that proves nothing for so long is refused.
  private static let mostWaiting = 10_000

  init(file: String, _ reading: ReadOptions) {
    self.file = file
    isTuples = reading.keyed
    isSaid = reading.keyed != nil
  }

  /// The stretches that can be checked now that this one has come.
  ///
  /// - Throws: ``Failure`` (`badInput`) when nothing decides for too long, or signs contradict each
  ///   other, or a value is no tuple among tuples.
  mutating func pass(_ stretch: Stretch) throws(Failure) -> [Stretch] {
    if !isSaid, let said = stretch.history.header?["keyed"]?.bool {
      (isTuples, isSaid) = (said, true)
    }
    waiting.append(stretch)
    if !isSaid {
      evidence.add(stretch.history)
      if evidence.keys != nil, evidence.noKeys != nil { throw refusal }
      if evidence.keys != nil { isTuples = true }
      if evidence.noKeys != nil { isTuples = false }
      count += stretch.history.count
      if isTuples == nil, count > Self.mostWaiting { throw refusal }
    }
    return try released()
  }

  /// What still waits when nothing more comes.
  ///
  /// - Throws: as ``pass(_:)``.
  mutating func end() throws(Failure) -> [Stretch] {
    if isTuples == nil, evidence.reading == .unknown { throw refusal }
    isTuples = isTuples ?? false
    return try released()
  }

  private mutating func released() throws(Failure) -> [Stretch] {
    guard let isTuples else { return [] }
    var ready = waiting
    waiting = []
    guard isTuples else { return ready }
    for place in ready.indices {
      do throws(HistoryError) { try ready[place].history.splitTuples() } catch {
        throw FormatError(
          file: file, line: error.line, column: error.column ?? 1, error.message
        ).failure
      }
    }
    return ready
  }

  private var refusal: Failure {
    FormatError(file: file, line: evidence.line, evidence.words).failure
  }
}
