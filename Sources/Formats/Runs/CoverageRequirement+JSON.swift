import Base
import Histories

extension CoverageRequirement {
  /// The requirement as one JSON object.
  var json: JSON {
    [
      "completed": JSON(completed), "completedPerFunction": JSON(completedPerFunction),
      "functions": .array(functions.map { .string($0) }), "duringFaults": JSON(duringFaults),
      "overlap": JSON(overlap), "faults": .array(faults.map { .string($0) }),
      "finalReads": JSON(finalReads),
    ]
  }

  /// Reads a requirement.
  init(_ reader: MemberReader) throws(Failure) {
    self.init(
      completed: try reader.count("completed"),
      completedPerFunction: try reader.count("completedPerFunction"),
      functions: try reader.strings("functions"), duringFaults: try reader.count("duringFaults"),
      overlap: try reader.number("overlap"), faults: try reader.strings("faults"),
      finalReads: try reader.count("finalReads"))
  }
}
