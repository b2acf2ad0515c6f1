import Base

/// Whether 83 and "83" are one value.
///
/// A client library that gives back as text what it was sent as a number makes a log whose
/// arguments are all of one kind and whose answers are all of the other. Then no two of either
/// become one, and it is told. Where one of them has both kinds, a person must say it.
extension MapGuess {
  /// What is told where numbers and text are taken for one.
  static let numbersAsText =
    "values: arguments are numbers and answers text, or the other way round, so 83 and \"83\" are "
    + "taken for one"

  /// Which kinds of values there are.
  private struct Kinds {
    var hasNumbers = false
    var hasNumbersAsText = false
    var hasOtherText = false
    /// Whether there is text such as 1e3, which is the number of another text.
    var hasOddText = false

    var isMixed: Bool { hasNumbers && hasNumbersAsText || hasOddText }

    mutating func add(_ json: JSON) {
      switch json {
      case .integer, .number: hasNumbers = true
      case .string(let text):
        if Double(text) == nil { hasOtherText = true } else { hasNumbersAsText = true }
        if !MappedReader.isCanonical(text) { hasOddText = true }
      case .array(let elements): for element in elements { add(element) }
      case .null, .bool, .object: break
      }
    }
  }

  mutating func guessNumbers(_ records: [JSON]) {
    var arguments = Kinds()
    var answers = Kinds()
    var keys = Kinds()
    for record in records {
      func find(_ field: FieldMap.Field) -> JSON? { map.fields[field]?.find(in: record) }
      if let key = find(.key) { keys.add(key) }
      let word = find(.f).map(MapReader.plain) ?? ""
      if MapWords.asks.contains(MapWords.function(word, appendsTexts: false)) {
        if let seen = find(.result) ?? find(.value) { answers.add(seen) }
      } else {
        // A completion without a function may be of either kind.
        for field in [FieldMap.Field.value, .from, .to] {
          guard let said = find(field) else { continue }
          if word.isEmpty { answers.add(said) } else { arguments.add(said) }
        }
      }
    }
    if keys.hasNumbers, keys.hasNumbersAsText {
      doubts.append(
        "keys: numbers come as numbers and as text; are 8 and \"8\" one key (number) or two (auto)?"
      )
    }
    guard !arguments.hasOtherText, !answers.hasOtherText,
      arguments.hasNumbers || answers.hasNumbers,
      arguments.hasNumbersAsText || answers.hasNumbersAsText
    else { return }
    map.values = .number
    if arguments.isMixed || answers.isMixed {
      doubts.append(
        "values: numbers come as numbers and as text; are 83 and \"83\" one (number) or two (auto)?"
      )
    } else {
      notes.append(MapGuess.numbersAsText)
    }
  }
}
