/// “Did you mean …?” for a mistyped command, option, key or name: these words are nowhere else.
public enum Suggestion {
  /// What a message that refuses a word goes on with: `; did you mean partition?`.
  ///
  /// - Parameters:
  ///   - typed: the word that is refused.
  ///   - known: the words that there are.
  ///   - prefix: what stands before a word where it is typed, such as `--`.
  ///   - otherwise: what to go on with where no known word is near enough to be meant.
  /// - Returns: the words, with the semicolon before them.
  /// - Complexity: O(words · letters²).
  public static func hint(
    for typed: String, among known: [String], prefix: String = "", otherwise: String = ""
  ) -> String {
    nearest(to: typed, among: known).map { "; did you mean \(prefix)\($0)?" } ?? otherwise
  }

  /// The known word nearest to what was typed, or nil when none is near enough to be meant.
  ///
  /// - Complexity: O(words · letters²).
  public static func nearest(to typed: String, among known: [String]) -> String? {
    let letters = Array(typed)
    let limit = max(1, letters.count / 3)
    let ranked = known.map { (word: $0, distance: distance(letters, Array($0))) }
    let best = ranked.min { $0.distance < $1.distance }
    guard let best, best.distance <= limit else {
      return known.first { typed.count >= 3 && $0.hasPrefix(typed) }
    }
    return best.word
  }

  /// The Damerau–Levenshtein distance in its optimal-string-alignment form.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var before = [Int](repeating: 0, count: right.count + 1)
    var above = Array(0...right.count)
    for i in 1...left.count {
      var row = [i] + [Int](repeating: 0, count: right.count)
      for j in 1...right.count {
        let cost = left[i - 1] == right[j - 1] ? 0 : 1
        row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          row[j] = min(row[j], before[j - 2] + 1)
        }
      }
      before = above
      above = row
    }
    return above[right.count]
  }
}
