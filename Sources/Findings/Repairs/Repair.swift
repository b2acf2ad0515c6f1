/// A small change of the recording under which a violation would vanish: a hint, no verdict.
public struct Repair: Sendable, Equatable {
  /// What would be changed, as scripts know it: `initial`, `unknown-outcome`, …
  public var kind: String
  /// What would be changed and why it may be meant, in a sentence or two.
  public var sentence: String
  /// The option that says so to `plumbline check`, or nil where the file itself must change.
  public var option: String?
  /// The lines of the file that it is about, ascending; at most a few.
  public var lines: [Int]

  /// Describes a repair.
  public init(kind: String, sentence: String, option: String? = nil, lines: [Int] = []) {
    self.kind = kind
    self.sentence = sentence
    self.option = option
    self.lines = lines
  }
}
