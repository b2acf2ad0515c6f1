import Base
import Checker
import Histories
import Report

/// The file of `--witness`: for each history and key the accepted order, one JSON object a line.
struct WitnessFile {
  private var path: String
  private var writer = ByteWriter()

  /// Begins the file, so that a place that cannot be written to is known before the check.
  init(path: String) throws(Failure) {
    self.path = path
    try File.replace(path, with: [])
  }

  /// Adds the orders of one history.
  mutating func write(_ checked: CheckedFile) throws(Failure) {
    guard case .checked(let result, let history) = checked.finding else { return }
    for witness in result.witnesses {
      let key =
        witness.key == ValueTable.none ? [] : [JSON.Member("key", history.values.json(witness.key))]
      let order = witness.order.map { VerdictJSON.operation($0, of: history) }
      writer.write(
        .object(
          [JSON.Member("file", .string(checked.file))] + key + [JSON.Member("order", .array(order))]
        ))
      writer.write(byte: UInt8(ascii: "\n"))
    }
    try File.replace(path, with: writer.bytes)
  }
}
