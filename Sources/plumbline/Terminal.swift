import Base
import Glibc

/// Where results and messages go: results to standard output, everything else to standard error.
struct Terminal: Sendable {
  /// Whether messages beyond results and errors are wanted.
  var isQuiet: Bool
  /// Whether results may be coloured.
  var usesColor: Bool
  /// Whether standard error is a terminal, so that a line may be redrawn.
  var isLive: Bool
  /// The width of the terminal in columns; where there is none, `COLUMNS` or 100.
  var width: Int

  init(arguments: ParsedArguments? = nil) {
    isQuiet = arguments?.has("quiet") ?? false
    let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
    isLive = isatty(2) == 1 && !isQuiet && !isDumb
    var size = winsize()
    let isKnown = ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let wished = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 100
    width = isKnown ? Int(size.ws_col) : min(max(wished, 40), 1000)
    switch arguments?["color"] ?? "auto" {
    case "always": usesColor = true
    case "never": usesColor = false
    default:
      let silenced = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
      usesColor = isatty(1) == 1 && !silenced && !isDumb
    }
  }

  /// Prints results.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/inputOutput`` when they cannot be written (a full
  ///   disk). A reader that has gone away (`| head`) is no error: the exit code still counts.
  func output(_ text: String) throws(Failure) { try output(bytes: Array(text.utf8)) }

  /// The same for bytes.
  func output(bytes: [UInt8]) throws(Failure) {
    do throws(Failure) {
      try File.write(bytes, descriptor: 1, name: "standard output")
    } catch {
      if errno != EPIPE { throw error }
    }
  }

  /// Prints a message for people, unless ``isQuiet``.
  func note(_ text: String) {
    if !isQuiet { warn(text) }
  }

  /// Prints a message for people in any case.
  func warn(_ text: String) {
    let line = (isLive ? "\r\u{1B}[K" : "") + text + "\n"
    // Nothing can be said where even standard error is gone.
    try? File.write(Array(line.utf8), descriptor: 2, name: "standard error")
  }

  /// Redraws the one live line; an empty text clears it.
  func live(_ text: String) {
    guard isLive else { return }
    let line = "\r\u{1B}[K" + text.prefix(max(20, width - 1))
    try? File.write(Array(line.utf8), descriptor: 2, name: "standard error")
  }
}
