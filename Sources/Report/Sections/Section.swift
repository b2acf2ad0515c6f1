import Base
import Findings

/// One part of what is shown of a history, in every medium that it has something for.
///
/// A section renders findings and analyses nothing. A new one is a file here and a row of
/// ``Sections/all``.
public protocol Section: Sendable {
  /// Lines for a terminal; empty where there is nothing to say.
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String]
  /// Members of the verdict’s object; empty where there is nothing to say.
  func json(_ findings: HistoryFindings) -> [JSON.Member]
  /// A part of the page; empty where there is nothing to say.
  func html(_ findings: HistoryFindings) -> Markup
}

extension Section {
  /// Nothing.
  public func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] { [] }
  /// Nothing.
  public func json(_ findings: HistoryFindings) -> [JSON.Member] { [] }
  /// Nothing.
  public func html(_ findings: HistoryFindings) -> Markup { "" }
}

/// The table of sections, in the order in which they are shown.
public enum Sections {
  /// Every section.
  public static let all: [any Section] = [
    VerdictSection(), LacksSection(), WarningsSection(), CounterexampleSection(),
    SpaceTimeSection(), RepairsSection(), RecordedSection(), UndecidedSection(), TimelineSection(),
    CoverageSection(), QuorumSection(), CutsSection(),
    StatisticsSection(), PlanSection(),
  ]
}
