/// A text that is told to servers, and to nobody else: it has no description of its own.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// What is told to servers.
  public let revealed: String

  /// Keeps a text.
  public init(_ text: String) { revealed = text }

  /// Where a secret stands: a knob names the place, never the secret.
  public enum Place: Sendable, Equatable {
    /// A variable of the environment: `env:NAME`.
    case environment(String)
    /// The first line of a file: `file:PATH`.
    case file(String)

    /// Reads the value of a knob; nil when it names no place.
    public init?(_ text: String) {
      if text.hasPrefix("env:"), text.utf8.count > 4 {
        self = .environment(String(text.dropFirst(4)))
      } else if text.hasPrefix("file:"), text.utf8.count > 5 {
        self = .file(String(text.dropFirst(5)))
      } else {
        return nil
      }
    }
  }

  /// Not the text.
  public var description: String { "(secret)" }
  /// Not the text.
  public var debugDescription: String { description }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// What somebody said, without the secret where it repeats it.
  ///
  /// - Complexity: O(words × secret).
  public func hidden(in words: String) -> String {
    let text = Array(revealed.utf8)
    let bytes = Array(words.utf8)
    guard !text.isEmpty, bytes.count >= text.count else { return words }
    var kept: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: text) {
        kept += description.utf8
        index += text.count
      } else {
        kept.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
