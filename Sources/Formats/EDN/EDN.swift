import Histories

/// Jepsen's `history.edn` and its relatives: one map an event, one a line or in one collection.
///
/// Porcupine's key-value test files are the same notation with the functions `put`, `get` and
/// `append` and a `:key`.
public struct EDN: HistoryFormat {
  /// `edn`.
  public let name = "edn"
  /// What the format is.
  public let summary = "EDN maps, bare or in one vector or list (Jepsen, Knossos, Elle, Porcupine)"
  /// `edn`, `txt`.
  public let extensions = ["edn", "txt"]

  /// Has no settings: all instances are alike. What can be chosen is in the ``ReadOptions`` of a
  /// reading.
  public init() {}

  /// Looks for a map whose first key is a keyword.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    var text = Sniffing.skipSpaceAndComments(prefix, comment: UInt8(ascii: ";"))
    if text.first == UInt8(ascii: "[") || text.first == UInt8(ascii: "(") {
      let isList = text.first == UInt8(ascii: "(")
      text = text.dropFirst().drop(while: Sniffing.isSpace)
      if text.isEmpty || text.first == UInt8(ascii: ")") { return isList ? .certain : .possible }
    }
    if text.first == UInt8(ascii: "#") {
      // A tagged map or a discard, but not a comment of the formats that use `#` for them.
      let next = text.dropFirst().first ?? 0
      guard next == UInt8(ascii: "_") || Words.isLetter(next) else { return .no }
      guard let brace = text.firstIndex(of: UInt8(ascii: "{")) else { return .no }
      text = text[brace...]
    }
    guard text.first == UInt8(ascii: "{") else { return .no }
    text = text.dropFirst().drop(while: Sniffing.isSpace)
    if text.first == UInt8(ascii: ":") { return .certain }
    return text.first == UInt8(ascii: "\"") || text.first == UInt8(ascii: "}") ? .possible : .no
  }

  /// Reads a history.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    var reader = EDNReader(bytes, file: file, options)
    try reader.read()
    let isTagged = reader.hasTaggedTuples
    return try Keyed.apply(options, to: reader.finish(), file: file, isTagged: isTagged)
  }

  /// The history as ``EDNWriter`` writes it.
  public func bytes(of history: History) -> [UInt8]? { EDNWriter.bytes(of: history) }
}
