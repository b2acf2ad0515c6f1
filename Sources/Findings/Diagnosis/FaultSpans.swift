import Histories

/// When which fault was on, for those who draw them.
public struct FaultSpans: Sendable {
  /// One fault.
  public typealias Span = FaultSpan

  /// All faults, in the order of their beginnings.
  public let spans: [FaultSpan]

  /// Reads the nemesis's events.
  ///
  /// - Complexity: as ``History/faultSpans()``.
  public init(_ history: History) { spans = history.faultSpans() }

  /// The faults that were on at some time between two ranks.
  public func active(from begin: Int32, to end: Int32) -> [FaultSpan] {
    spans.filter { $0.meets(begin, end) }
  }
}
