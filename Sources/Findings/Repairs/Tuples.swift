import Checker
import Histories

/// Values that are pairs of a key and its value, where they were taken for values.
///
/// The other way round there is nothing to mend: where one object that holds pairs explains
/// everything, so does an object for each key.
struct Tuples: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    let history = recording.history
    guard history.count > 0, !history.isKeyed else { return [] }
    let line = Int(history.line[0])
    let asTuples = Repair(
      kind: "keyed", sentence: "the values were pairs of a key and its value", option: "--keyed",
      lines: [line])
    let byAnswers = Repair(
      kind: "keyed",
      sentence: "the values were pairs of a key and its value, which the invocations of reads do "
        + "not name (the recorder or the file has to change)",
      lines: [line])
    return [
      RecordingChange(repair: asTuples) { history, _ in
        var split = history
        do throws(HistoryError) { try split.splitTuples() } catch { return nil }
        return split
      },
      RecordingChange(repair: byAnswers) { history, _ in history.splitByAnswers() },
    ]
  }
}

extension History {
  /// The history with pairs made a key and a value, where those who ask are invoked without a key
  /// and it is in the answer; nil where the values are not such pairs.
  ///
  /// - Complexity: O(operations · log operations).
  fileprivate func splitByAnswers() -> History? {
    var kept: [Int] = []
    for operation in 0..<count {
      let isAnswered = outcome[operation] == .ok
      if input[operation] == ValueTable.null {
        // Of which key an operation without an answer was, nobody knows; one that may have changed
        // something cannot be left out.
        guard isAnswered || functionName(operation) == "read" else { return nil }
        guard isAnswered else { continue }
        guard values.pair(output[operation]) != nil else { return nil }
      } else {
        guard let put = values.pair(input[operation]) else { return nil }
        let answer = values.pair(output[operation])
        guard !isAnswered || output[operation] <= ValueTable.null || answer?.first == put.first
        else { return nil }
      }
      kept.append(operation)
    }
    return retold(kept) { operation, retold, values in
      let put = values.pair(retold.input)
      let answer = values.pair(retold.output)
      retold.key = put?.first ?? answer?.first ?? ValueTable.none
      retold.input = put?.second ?? ValueTable.null
      if let answer { retold.output = answer.second }
    }
  }
}
