import Base

/// What the user typed, sorted into options and arguments; nothing is interpreted yet.
struct ParsedArguments: Sendable {
  /// The values of each option that was given, in order; a switch has one empty value.
  private(set) var values: [String: [String]] = [:]
  /// Arguments that are no options, those after `--` included.
  private(set) var positional: [String] = []
  /// How many of ``positional`` came before `--`; nil when there was no `--`.
  private(set) var beforeDashes: Int?

  /// Sorts the words of a command line, GNU fashion.
  ///
  /// `--name value`, `--name=value`, `-n value`, `-nvalue`, bundled switches, `--` ends options,
  /// a lone `-` is an argument.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/usage`` that names the option and suggests another.
  init(_ words: some Sequence<String>, options: [CommandOption], command: String) throws(Failure) {
    var rest = Array(words)[...]
    while let word = rest.popFirst() {
      if word == "--" {
        beforeDashes = positional.count
        positional += rest
        return
      }
      if word.hasPrefix("--") {
        try readLong(word, from: &rest, options: options, command: command)
      } else if word.hasPrefix("-"), word != "-" {
        try readShort(word, from: &rest, options: options, command: command)
      } else {
        positional.append(word)
      }
    }
  }

  /// Whether an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of an option that may be given once.
  subscript(name: String) -> String? { values[name]?.last }

  private mutating func readLong(
    _ word: String, from rest: inout ArraySlice<String>, options: [CommandOption], command: String
  ) throws(Failure) {
    let parts = word.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name }) else {
      throw Failure(
        .usage,
        "unknown option --\(name)"
          + Suggestion.hint(
            for: name, among: options.map(\.name), prefix: "--",
            otherwise: "; see plumbline help \(command)"))
    }
    if !option.takesValue, parts.count == 2 {
      throw Failure(.usage, "--\(name) takes no value")
    }
    try add(option, value: parts.count == 2 ? String(parts[1]) : nil, from: &rest)
  }

  private mutating func readShort(
    _ word: String, from rest: inout ArraySlice<String>, options: [CommandOption], command: String
  ) throws(Failure) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = options.first(where: { $0.short == letter }) else {
        throw Failure(.usage, "unknown option -\(letter); see plumbline help \(command)")
      }
      if option.takesValue {
        try add(option, value: letters.isEmpty ? nil : String(letters), from: &rest)
        return
      }
      try add(option, value: nil, from: &rest)
    }
  }

  private mutating func add(
    _ option: CommandOption, value: String?, from rest: inout ArraySlice<String>
  ) throws(Failure) {
    guard option.takesValue else {
      values[option.name, default: []].append("")
      return
    }
    guard let value = value ?? rest.popFirst() else {
      throw Failure(.usage, "--\(option.name) needs a value (\(option.placeholder ?? ""))")
    }
    if !option.choices.isEmpty, !option.choices.contains(value) {
      throw Failure(
        .usage,
        "--\(option.name) is “\(value)”, expected \(option.choices.joined(separator: ", "))"
          + Suggestion.hint(for: value, among: option.choices))
    }
    if !option.isRepeatable, values[option.name] != nil {
      throw Failure(.usage, "--\(option.name) is given twice")
    }
    values[option.name, default: []].append(value)
  }

  /// Reads an option's value as a duration in nanoseconds.
  func duration(_ name: String) throws(Failure) -> Int64? {
    guard let text = self[name] else { return nil }
    guard let value = Units.nanoseconds(text), value > 0 else {
      throw Failure(.usage, "--\(name) is “\(text)”, expected a duration such as 8s or 500ms")
    }
    return value
  }

  /// Reads an option's value as a size in bytes.
  func size(_ name: String) throws(Failure) -> Int64? {
    guard let text = self[name] else { return nil }
    guard let value = Units.bytes(text), value > 0 else {
      throw Failure(.usage, "--\(name) is “\(text)”, expected a size such as 512MiB or 2GiB")
    }
    return value
  }

  /// Reads an option's value as a whole number of at least `least`.
  func count(_ name: String, least: Int = 1) throws(Failure) -> Int? {
    guard let text = self[name] else { return nil }
    guard let value = Int(text), value >= least else {
      throw Failure(
        .usage, "--\(name) is “\(text)”, expected a whole number of at least \(least)")
    }
    return value
  }

  /// Reads an option's value as a share from 0 to 1: `5%` or `0.05`.
  func share(_ name: String) throws(Failure) -> Double? {
    guard let text = self[name] else { return nil }
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : text),
      (0...1).contains(isPercent ? number / 100 : number)
    else {
      throw Failure(.usage, "--\(name) is “\(text)”, expected a share such as 5% or 0.05")
    }
    return isPercent ? number / 100 : number
  }
}
