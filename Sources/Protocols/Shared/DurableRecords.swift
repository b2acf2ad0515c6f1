import Base

/// Durable records as the protocols here write them: one JSON object each, with `type` first.
enum DurableRecords {
  /// A record of those members.
  static func bytes(_ members: [JSON.Member]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(.object(members))
    return writer.bytes
  }

  /// Hands a node its records in order.
  ///
  /// - Throws: an input ``Failure`` that names the first that cannot be read, from 1.
  static func replay(
    _ records: [[UInt8]], of name: String, _ take: ([UInt8]) throws -> Void
  ) throws(Failure) {
    for (number, bytes) in records.enumerated() {
      do {
        try take(bytes)
      } catch {
        throw Failure(.badInput, "durable record \(number + 1) of \(name): \(error)")
      }
    }
  }
}
