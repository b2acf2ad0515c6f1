import Base

/// What the arguments of `check` name: files, and every history in a folder.
enum HistoryFiles {
  /// A file to read, or why it cannot be.
  struct Found {
    var path: String
    var problem: Failure?
  }

  /// Endings of files that are taken for histories when a folder is given.
  private static let endings = [".jsonl", ".json", ".edn", ".log", ".txt", ".hist", ".jsonl.gz"]
  /// Files of a run's folder that are no histories.
  private static let others = ["faults.jsonl", "verdict.json", "plumbline.log", "plan.json5"]

  /// The files that arguments name, folders opened in the order of their names.
  static func found(_ arguments: [String]) -> [Found] {
    arguments.flatMap { argument -> [Found] in
      guard argument != "-", File.kind(argument) == .folder else { return [Found(path: argument)] }
      if File.kind(argument + "/history.jsonl") == .file {
        return [Found(path: join(argument, "history.jsonl"))]
      }
      do throws(Failure) {
        let inside = try histories(in: argument)
        guard inside.isEmpty else { return inside.map { Found(path: $0) } }
        throw Failure(
          .missingInput,
          "\(argument): no history in this folder (looked for files ending in "
            + endings.joined(separator: ", ") + ")")
      } catch {
        return [Found(path: argument, problem: error)]
      }
    }
  }

  private static func histories(in folder: String) throws(Failure) -> [String] {
    var paths: [String] = []
    for name in try File.names(in: folder) where !name.hasPrefix(".") {
      let path = join(folder, name)
      if File.kind(path) == .folder {
        paths += try histories(in: path)
      } else if endings.contains(where: { name.hasSuffix($0) }), !others.contains(name) {
        paths.append(path)
      }
    }
    return paths
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
