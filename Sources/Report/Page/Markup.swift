/// HTML that was put together from literals and escaped text, so that no value becomes markup.
public struct Markup: ExpressibleByStringInterpolation, Sendable {
  /// The HTML.
  public private(set) var html: String

  /// Markup as it stands in the source.
  public init(stringLiteral value: String) { html = value }

  /// Literals and what is interpolated, escaped.
  public init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }

  /// Joins pieces.
  public init(_ pieces: [Markup]) { html = pieces.map(\.html).joined() }

  /// Appends.
  public static func += (left: inout Markup, right: Markup) { left.html += right.html }

  /// Escapes what is interpolated unless it is markup already.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    /// Begins.
    public init(literalCapacity: Int, interpolationCount: Int) {
      html.reserveCapacity(literalCapacity)
    }

    /// Appends what stands in the source.
    public mutating func appendLiteral(_ literal: String) { html += literal }

    /// Appends markup as it is.
    public mutating func appendInterpolation(_ markup: Markup) { html += markup.html }

    /// Appends a number.
    public mutating func appendInterpolation(_ number: some BinaryInteger) { html += "\(number)" }

    /// Appends text, escaped.
    public mutating func appendInterpolation(_ text: String) { html += Markup.escaped(text) }
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
