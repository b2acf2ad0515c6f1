import Base
import Checker
import Findings
import Histories
import Report

/// The file of `--witness`: for each history and key the accepted order, one JSON object a line.
struct WitnessFile {
  private let output: Output

  /// Begins the file, so that a place that cannot be written to is known before the check.
  init(path: String) throws(Failure) {
    output = try Output(path)
  }

  /// Adds the orders of one history.
  func write(_ found: Investigated) throws(Failure) {
    guard let findings = found.findings, let result = findings.result else { return }
    let history = findings.history
    var writer = ByteWriter()
    for witness in result.witnesses {
      let key =
        witness.key == ValueTable.none ? [] : [JSON.Member("key", history.values.json(witness.key))]
      let order = witness.order.map {
        ViolationJSON.operation($0, of: history, result.assumptions)
      }
      let whole =
        [JSON.Member("file", .string(found.file))] + key + ViolationJSON.assumptions(result)
        + [JSON.Member("order", .array(order))]
      writer.write(.object(whole))
      writer.write(byte: UInt8(ascii: "\n"))
    }
    try output.write(writer.bytes)
  }

  /// Puts the file into its place.
  func finish() throws(Failure) { try output.finish() }
}
