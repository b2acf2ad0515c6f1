import Base
import Histories
import Protocols

/// One option of a run: its name, its help, how it is read and written. The one place that knows.
///
/// The command line and `plan.json5` both go through this table: `--fault-interval 2s` and
/// `"fault-interval": "2s"` are the same option.
public struct PlanOption: Sendable {
  /// The shape of the value.
  public enum Kind: Sendable, Equatable {
    /// Any text.
    case text
    /// A whole number from the range.
    case count(ClosedRange<Int>)
    /// A number from the range.
    case number(ClosedRange<Double>)
    /// 64 bits.
    case seed
    /// A duration with a unit.
    case duration
    /// One of the words.
    case choice([String])
    /// Any of the words, with commas between them; `none` for none of them.
    case choices([String])
    /// Any texts without commas, with commas between them; `none` for none.
    case words
    /// True or false; on the command line its name alone, or `--no-NAME`.
    case flag
    /// Texts by name (an object in a plan); on the command line `NAME=TEXT`, again and again.
    case table([String])
    /// A program and its arguments (an array in a plan).
    case command
    /// An array of objects such as that one, or null for what is drawn; on the command line JSON.
    case list(String)
  }

  /// The long name, without dashes; also the name in `plan.json5`.
  public let name: String
  /// What stands for the value in help.
  public let metavar: String
  /// What it does, in one line.
  public let help: String
  /// The shape of the value.
  public let kind: Kind
  package let get: @Sendable (Plan) -> JSON
  /// Takes a value that fits ``kind``; true when it is accepted.
  package let put: @Sendable (inout Plan, JSON) -> Bool

  /// The option's value in a plan.
  public func json(of plan: Plan) -> JSON { get(plan) }

  /// What the option is when it is not given, as help shows it.
  public var defaultText: String { PlanOption.text(get(Plan())) }

  /// The words the value may be made of; empty for anything.
  public var words: [String] {
    switch kind {
    case .choice(let words), .choices(let words): words
    default: []
    }
  }

  /// Whether it may be given again on the command line.
  public var isRepeatable: Bool {
    if case .table = kind { true } else { false }
  }

  /// The option of that name, or nil.
  public static func named(_ name: String) -> PlanOption? { all.first { $0.name == name } }

  /// Reads the text of a command line into a plan.
  ///
  /// - Throws: a usage ``Failure`` that names the option, what was found and what was expected.
  public func parse(_ text: String, into plan: inout Plan) throws(Failure) {
    let value: JSON
    switch kind {
    case .text, .duration, .choice: value = .string(text)
    case .command: value = .array([.string(text)])
    case .list:
      do throws(JSONError) { value = try JSONParser.parse(Array(text.utf8), relaxed: true) } catch {
        throw Failure(.usage, "--\(name): \(error), expected \(expected)")
      }
    case .flag: value = .bool(text != "no" && text != "false")
    case .table: value = try entry(text, in: plan)
    case .count, .number, .seed:
      value =
        Int64(text).map { .integer($0) } ?? (Double(text) == nil ? .string(text) : .number(text))
    case .words: value = .array(PlanOption.words(text).map { .string($0) })
    case .choices:
      let words = text.split(separator: ",").map { $0.drop { $0 == " " } }
      value = .array(text == "none" ? [] : words.map { .string(String($0)) })
    }
    do throws(Mistake) {
      try set(value, in: &plan)
    } catch {
      throw Failure(.usage, "--\(name): \(error.message)")
    }
  }

  /// The texts between commas; of settings (`NAME=VALUE`) a comma ends one only where the next
  /// begins, so that values may have commas.
  private static func words(_ text: String) -> [String] {
    guard text != "none" else { return [] }
    var words: [String] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = piece.prefix { $0.isLetter || $0 == "-" || $0 == " " }
      let isSetting = !name.isEmpty && piece.dropFirst(name.count).first == "="
      if let last = words.indices.last, words[last].contains("="), !isSetting {
        words[last] += "," + piece
      } else {
        words.append(String(piece.drop { $0 == " " }))
      }
    }
    return words.filter { !$0.isEmpty }
  }

  /// A table with one entry more, or another text for it: `kill=docker kill {node}`.
  private func entry(_ text: String, in plan: Plan) throws(Failure) -> JSON {
    guard text != "none" else { return .object([]) }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Failure(.usage, "--\(name) \(text): expected NAME=TEXT")
    }
    let others = (get(plan).members ?? []).filter { $0.name != parts[0] }
    return .object(others + [JSON.Member(String(parts[0]), .string(String(parts[1])))])
  }

  /// What is wrong with a value.
  package struct Mistake: Error { var message: String }

  /// Sets a value from a plan's file.
  package func set(_ value: JSON, in plan: inout Plan) throws(Mistake) {
    if case .choices(let known) = kind, let items = value.array {
      for item in items where item.string.map({ !known.contains($0) }) ?? true {
        throw Mistake(message: unknown(PlanOption.text(item), known))
      }
    }
    if case .table(let known) = kind {
      for member in value.members ?? [] where !known.contains(member.name) {
        throw Mistake(message: unknown(member.name, known))
      }
    }
    if case .choice(let known) = kind, let word = value.string, !known.contains(word) {
      throw Mistake(message: unknown(word, known))
    }
    guard fits(value), put(&plan, value) else {
      throw Mistake(message: "found \(PlanOption.quoted(value)), expected \(expected)")
    }
  }

  private func unknown(_ word: String, _ known: [String]) -> String {
    "there is no “\(word)”; expected \(PlanOption.list(known))"
      + Suggestion.hint(for: word, among: known)
  }

  private func fits(_ value: JSON) -> Bool {
    switch kind {
    case .text, .choice: value.string != nil
    case .duration: value.string.flatMap { Units.nanoseconds($0) } != nil
    case .count(let range): value.integer.map { range.contains(Int($0)) } ?? false
    case .number(let range): value.double.map { range.contains($0) } ?? false
    case .seed: PlanOption.seed(value) != nil
    case .list: value == .null || value.array != nil
    case .flag: value.bool != nil
    case .table: value.members?.allSatisfy { $0.value.string.map { !$0.isEmpty } ?? false } ?? false
    case .choices, .words, .command: value.array?.allSatisfy { $0.string != nil } ?? false
    }
  }

  private var expected: String {
    switch kind {
    case .text:
      name == "mix" ? "weights of read, write and cas, such as read=50,write=30,cas=20" : "text"
    case .duration: "a duration such as 500ms or 2s"
    case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      "a number from \(PlanOption.text(JSON(range.lowerBound))) to "
        + PlanOption.text(JSON(range.upperBound))
    case .seed: "a whole number from 0 to \(UInt64.max)"
    case .choice(let words): "one of " + PlanOption.list(words)
    case .choices(let words): "any of " + PlanOption.list(words)
    case .flag: "true or false"
    case .list(let example): "an array of objects such as \(example)"
    case .table: "NAME=TEXT (an object of texts in a plan)"
    case .words: "texts with commas between them"
    case .command: "a program and its arguments, an array of strings"
    }
  }

  package static func seed(_ value: JSON) -> UInt64? {
    switch value {
    case .integer(let number): UInt64(exactly: number)
    case .number(let digits): UInt64(digits)
    default: nil
    }
  }

  package static func list(_ words: [String]) -> String { words.joined(separator: ", ") }

  private static func quoted(_ value: JSON) -> String {
    value.string.map { "“\($0)”" } ?? "\(value)"
  }

  package static func text(_ value: JSON) -> String {
    switch value {
    case .string(let text): text
    case .object(let members) where members.isEmpty: "none"
    case .array(let items): items.isEmpty ? "none" : list(items.map { text($0) })
    case .number(let digits) where digits.hasSuffix(".0"): String(digits.dropLast(2))
    default: "\(value)"
    }
  }
}
