import Base
import Histories

/// The options as the models see them: joined with the file's header, values interned.
struct Settings: Sendable {
  /// The initial value; nil is unknown, ``ValueTable/none`` the model's own.
  var initial: ValueID?
  /// Whether the initial value is the header's and not an option's.
  var isInitialOfHeader = false
  var observesFailedCas: Bool
  var ignoresNullReads: Bool
  var permits: Int
  /// Whether a read that completed with null is one whose result is unknown, because the object has
  /// no “absent”.
  var dropsNullReads = false
}

extension Settings {
  /// Joins options and header; the option outranks the header, and the header what the model says
  /// of a read of null.
  init(
    _ options: CheckOptions, header: JSON?, values: inout ValueTable,
    model: CheckOptions.NullRead = .absent
  ) throws(CheckError) {
    switch options.initial {
    case .unknown: initial = nil
    case .value(let value): initial = values.intern(value)
    case nil:
      isInitialOfHeader = true
      guard header?["initial"] != "unknown" else {
        throw CheckError(
          line: 1,
          "“initial” in the header is \"unknown\", which is a text there; what the first read "
            + "fixes is said with --initial unknown, and that text with --initial '\"unknown\"'")
      }
      initial = header?["initial"].map { values.intern($0) } ?? ValueTable.none
    }
    let failedCas = try Settings.choice(options.failedCas, "failedCas", of: header)
    observesFailedCas = failedCas == .observes
    let nullRead = try Settings.choice(options.nullRead, "nullRead", of: header)
    ignoresNullReads = nullRead == .any
    dropsNullReads = model == .any && nullRead != .absent
    if let permits = options.permits {
      self.permits = permits
      guard permits > 0 else {
        throw CheckError("a semaphore has at least one permit, not \(permits)", code: .usage)
      }
    } else {
      let permits = header?["permits"] ?? 1
      guard let number = permits.integer, number > 0, let count = Int(exactly: number) else {
        throw CheckError(
          line: 1, "“permits” in the header is \(permits); expected a number of at least 1")
      }
      self.permits = count
    }
  }

  /// An option that has a few words, or what the header says.
  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ option: Choice?, _ name: String, of header: JSON?
  ) throws(CheckError) -> Choice? where Choice.RawValue == String {
    if let option { return option }
    guard let value = header?[name] else { return nil }
    if let choice = value.string.flatMap({ Choice(rawValue: $0) }) { return choice }
    let words = Choice.allCases.map { "“\($0.rawValue)”" }.joined(separator: " or ")
    throw CheckError(line: 1, "“\(name)” in the header is \(value); expected \(words)")
  }
}
