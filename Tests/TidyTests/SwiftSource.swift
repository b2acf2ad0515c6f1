/// What a Swift file says, without its comments and the text of its strings.
struct SwiftSource {
  /// Every word with its line, from 1.
  private(set) var words: [(word: String, line: Int)] = []
  /// Types that are declared at the top level and that other files can name.
  private(set) var typesForOthers: [String] = []
  /// Types that are declared anywhere in the file.
  private(set) var ownTypes: [String] = []

  private static let kinds: Set<String> = [
    "struct", "class", "enum", "protocol", "actor", "typealias", "associatedtype",
  ]

  /// Reads a file.
  ///
  /// - Complexity: O(n) in its characters.
  init(_ text: String) {
    var scanner = CodeScanner(text)
    scanner.scan()
    words = scanner.words.map { ($0.word, $0.line) }
    for (place, word) in scanner.words.enumerated() where Self.kinds.contains(word.word) {
      guard place + 1 < scanner.words.count else { continue }
      let name = scanner.words[place + 1]
      // `class func` declares a function, `: class` nothing.
      guard name.line == word.line, name.word.first?.isUppercase ?? false else { continue }
      ownTypes.append(name.word)
      let before = scanner.words[..<place].reversed().prefix { $0.line == word.line }
      let isHidden = before.contains { ["private", "fileprivate"].contains($0.word) }
      if word.depth == 0, !isHidden { typesForOthers.append(name.word) }
    }
  }
}

/// Walks over the characters of a Swift file and keeps the words of its code.
private struct CodeScanner {
  private(set) var words: [(word: String, line: Int, depth: Int)] = []
  private let bytes: [UInt8]
  private var place = 0
  private var line = 1
  private var depth = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  private func stands(_ word: StaticString, at place: Int) -> Bool {
    guard place + word.utf8CodeUnitCount <= bytes.count else { return false }
    for offset in 0..<word.utf8CodeUnitCount
    where bytes[place + offset] != word.utf8Start[offset] {
      return false
    }
    return true
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where place < bytes.count {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      place += 1
    }
  }

  /// Reads code: all of it, or as far as the bracket that ends an interpolation.
  mutating func scan(isInterpolation: Bool = false) {
    var open = 0
    while place < bytes.count {
      if stands("//", at: place) {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
      } else if stands("/*", at: place) {
        while place < bytes.count, !stands("*/", at: place) { advance() }
        advance(2)
      } else if Self.isWord(bytes[place]) {
        let start = place
        while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
        words.append((String(decoding: bytes[start..<place], as: UTF8.self), line, depth))
      } else if bytes[place] == UInt8(ascii: "\"") || stands("#\"", at: place) {
        skipString()
      } else {
        switch bytes[place] {
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: "("): open += 1
        case UInt8(ascii: ")"):
          if isInterpolation, open == 0 { return advance() }
          open -= 1
        default: break
        }
        advance()
      }
    }
  }

  /// Goes over a string and reads what is interpolated.
  private mutating func skipString() {
    let isRaw = bytes[place] == UInt8(ascii: "#")
    if isRaw { advance() }
    let isLong = stands("\"\"\"", at: place)
    advance(isLong ? 3 : 1)
    while place < bytes.count {
      if isLong ? stands("\"\"\"", at: place) : bytes[place] == UInt8(ascii: "\"") {
        let end = place + (isLong ? 3 : 1)
        if !isRaw || stands("#", at: end) { return advance((isLong ? 3 : 1) + (isRaw ? 1 : 0)) }
        advance()
      } else if isRaw ? stands("\\#(", at: place) : stands("\\(", at: place) {
        advance(isRaw ? 3 : 2)
        scan(isInterpolation: true)
      } else {
        advance(!isRaw && bytes[place] == UInt8(ascii: "\\") ? 2 : 1)
      }
    }
  }
}
