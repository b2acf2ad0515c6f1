/// Colours for a terminal, or none: meaning never rests on colour alone.
public struct Palette: Sendable, Equatable {
  /// Whether escape sequences are written.
  public var color: Bool

  /// With `color` false all text stays as it is: for files, and for those who want no colours.
  public init(color: Bool) { self.color = color }

  /// All is well.
  public func good(_ text: String) -> String { paint(text, "32") }
  /// A violation.
  public func bad(_ text: String) -> String { paint(text, "1;31") }
  /// Nobody knows.
  public func unsure(_ text: String) -> String { paint(text, "33") }
  /// Of less weight.
  public func dim(_ text: String) -> String { paint(text, "2") }
  /// Of more weight.
  public func strong(_ text: String) -> String { paint(text, "1") }

  private func paint(_ text: String, _ code: String) -> String {
    color && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
