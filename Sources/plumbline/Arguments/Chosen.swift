import Base

/// The entries of a table that the arguments of a listing name; all of them where none is named.
enum Chosen {
  /// - Throws: ``Failure`` with ``ExitCode/usage`` for a name that the table has not.
  static func from<Entry>(
    _ all: [Entry], _ arguments: ParsedArguments, what: String, name: (Entry) -> String
  ) throws(Failure) -> [Entry] {
    guard !arguments.positional.isEmpty else { return all }
    var chosen: [Entry] = []
    for wanted in arguments.positional {
      guard let entry = all.first(where: { name($0) == wanted }) else {
        let names = all.map(name)
        throw Failure(
          .usage,
          "there is no \(what) “\(wanted)”; there are \(names.joined(separator: ", "))"
            + Suggestion.hint(for: wanted, among: names))
      }
      chosen.append(entry)
    }
    return chosen
  }
}
