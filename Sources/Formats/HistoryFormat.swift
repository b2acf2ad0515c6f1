import Base
import Histories

/// One way to write a history down. A format is one file and one line in ``Formats/all``.
public protocol HistoryFormat: Sendable {
  /// The name that `--format` takes.
  var name: String { get }
  /// What the format is, in one line.
  var summary: String { get }
  /// The usual endings of a file's name, without the dot.
  var extensions: [String] { get }
  /// What can decide the order of events; the first is what does when nobody says.
  var orders: [EventOrder] { get }

  /// How many bytes a byte of a file takes at most while it is read, where that is so many that it
  /// is asked for before; else 0.
  var memoryPerByte: Int { get }

  /// The surest that ``sniff(_:)`` can be: where an earlier format is as sure, it is not asked.
  var surest: Confidence { get }

  /// How much the first bytes of a file look like this format.
  ///
  /// They are at most ``Formats/prefixLength``, decompressed and without a byte order mark.
  func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence

  /// Reads a whole history; `file` is used in errors.
  ///
  /// - Complexity: O(bytes).
  func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History

  /// Reads a whole history from a source as its bytes come, or returns nil, with nothing read, when
  /// it must see all bytes at once; `prefix` begins the source.
  func read(
    _ source: consuming ByteSource, prefix: [UInt8], file: String,
    options: ReadOptions
  ) throws(Failure) -> History?

  /// The history in this format, or nil when the format is only read.
  func bytes(of history: History) -> [UInt8]?
}

extension HistoryFormat {
  /// The lines, the times, the indices.
  public var orders: [EventOrder] { EventOrder.allCases }

  /// 0: most formats take as much again as their bytes.
  public var memoryPerByte: Int { 0 }

  /// Most formats have a mark that no other has.
  public var surest: Confidence { .certain }

  /// Nil: most formats are read from bytes in memory.
  public func read(
    _ source: consuming ByteSource, prefix: [UInt8], file: String,
    options: ReadOptions
  ) throws(Failure) -> History? { nil }

  /// Nil: most formats are only read.
  public func bytes(of history: History) -> [UInt8]? { nil }
}

/// How sure a format is that bytes are its own.
public enum Confidence: Int, Sendable, Comparable {
  case no, possible, likely, certain

  /// Less sure before more sure.
  public static func < (left: Confidence, right: Confidence) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What a reader must be told because the bytes do not say it.
public struct ReadOptions: Sendable, Equatable {
  /// The name of the format, or nil to go by the content.
  public var format: String?
  /// Whether values are Jepsen's `[key value]` tuples; nil goes by what the file proves
  /// (``TupleSigns``) and refuses one that proves nothing.
  public var keyed: Bool?
  /// What decides the order of events; nil is the order of lines, and a completion that is timed
  /// before its invocation is refused.
  public var order: EventOrder?
  /// What a completion says that has no invocation.
  public var loneCompletions = LoneCompletions.refuse
  /// What the names and words of a log mean that is not ours; then it is read by this.
  public var map: FieldMap?
  /// The map of a log whose content no format knows.
  public var otherMap: FieldMap?
  /// Whether the file is one of several that become one history: then times stay those of the file,
  /// and what values are is asked of the whole.
  var isPart = false
  /// How many threads read a large file of a format that can be read so; nil for one a core.
  public var threads: Int?
  /// How many bytes of memory a history may take while it is read; nil for no limit.
  public var memoryLimit: Int?
  /// How many bytes the process may take at any moment; nil for no limit.
  public var processLimit: Int64?

  /// Makes options; the defaults go by the content.
  public init(
    format: String? = nil, keyed: Bool? = nil, threads: Int? = nil, order: EventOrder? = nil
  ) {
    self.format = format
    self.keyed = keyed
    self.order = order
    self.threads = threads
  }

  /// Refuses to go on when what is read takes more memory than it may, or with `growth` more the
  /// process does.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/undecided``: more memory would have given an answer.
  func requireMemory(_ bytes: Int, growth: Int = 0, of file: String) throws(Failure) {
    let isOver = memoryLimit.map { bytes > $0 } ?? false
    let overflows = processLimit.map { MachineMemory.resident() + Int64(growth) > $0 } ?? false
    guard isOver || overflows else { return }
    throw Failure(
      .undecided,
      "\(file): undecided: the history and its check take more memory than the limit, so it was "
        + "not read to its end (--memory-limit allows more)")
  }
}
