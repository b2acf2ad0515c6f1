import Base

/// `.plumbline.json5` in the current folder: what every command of a project shares.
enum ProjectFile {
  static let name = ".plumbline.json5"
  /// What it may say.
  private static let members = ["map"]

  /// Its members; none where there is no such file.
  ///
  /// - Throws: ``Failure`` (`badInput`) for what is no JSON5, or a member that nobody knows.
  static func read() throws(Failure) -> JSON {
    guard File.isRegular(name) else { return [:] }
    let json: JSON
    do throws(JSONError) { json = try JSONParser.parse(try text(), relaxed: true) } catch {
      throw Failure(.badInput, "\(name):\(error)")
    }
    guard let found = json.members else {
      throw Failure(.badInput, "\(name): found \(json.kind), expected an object")
    }
    for member in found where !members.contains(member.name) {
      throw Failure(
        .badInput,
        "\(name): “\(member.name)” is no member of it"
          + Suggestion.hint(for: member.name, among: members)
          + " (known: \(members.joined(separator: ", ")))")
    }
    return json
  }

  private static func text() throws(JSONError) -> [UInt8] {
    do throws(Failure) { return try File.read(name) } catch {
      throw JSONError(line: 1, column: 1, message: error.message)
    }
  }
}
