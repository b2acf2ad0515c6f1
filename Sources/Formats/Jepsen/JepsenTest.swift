import Histories

/// Jepsen's `test.jepsen`: the test and its history in blocks, in Fressian.
///
/// The format is described in `jepsen.store.format` and `jepsen.store.fressian`.
public struct JepsenTest: HistoryFormat {
  /// `jepsen-test`.
  public let name = "jepsen-test"
  /// What the format is.
  public let summary = "Jepsen's test.jepsen (blocks, with the history in Fressian)"
  /// `jepsen`.
  public let extensions = ["jepsen"]

  /// Has no settings: all instances are alike. What can be chosen is in the ``ReadOptions`` of a
  /// reading.
  public init() {}

  /// An operation of twenty bytes makes columns, an index and a time.
  public var memoryPerByte: Int { 8 }

  /// Looks for the name of the format.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    prefix.starts(with: JepsenBlocks.magic) ? .certain : .no
  }

  /// Reads the history.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    var reader = try JepsenReader(bytes, file: file, options)
    try reader.read()
    let isTagged = reader.hasTaggedTuples
    return try Keyed.apply(options, to: reader.finish(), file: file, isTagged: isTagged)
  }
}
