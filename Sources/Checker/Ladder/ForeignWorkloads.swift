/// Workloads of other tools whose operations no model is about.
struct ForeignWorkload {
  /// Functions that only this workload has.
  var functions: Set<String>
  /// What it is, and who checks it.
  var words: String

  /// The workload that a function gives away; nil for functions of none.
  static func of(_ functions: some Sequence<String>) -> ForeignWorkload? {
    let used = Set(functions)
    return all.first { !$0.functions.isDisjoint(with: used) }
  }

  private static let all = [
    ForeignWorkload(
      functions: ["broadcast"],
      words: "Maelstrom's broadcast, in which a message may be seen late and only one that stays "
        + "lost is wrong"),
    ForeignWorkload(
      functions: ["echo"],
      words: "Maelstrom's echo, in which each answer is judged by its own request"),
    ForeignWorkload(
      functions: ["poll", "assign", "subscribe", "debug-topic-partitions"],
      words: "a log of Kafka's kind, with offsets and consumers"),
  ]
}
