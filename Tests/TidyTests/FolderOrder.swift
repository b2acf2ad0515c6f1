import Foundation

/// A room's folders in the order that its `README.md` states, and what its files say to it.
///
/// The order is a line (or two) that begins with `Order of folders:` and lists every folder of the
/// room in backquotes, the first first; `.` stands for the files that lie in no folder. A file may
/// use the types of its own folder and of those before it. A use is a word: whatever is spelled
/// like a type that another file declares at its top level, outside comments and strings.
struct FolderOrder {
  /// The folders, the first first.
  let folders: [String]
  /// Where each type of the room is declared: its folder.
  private let homes: [String: String]
  private let files: [(path: String, folder: String, words: [(word: String, line: Int)])]

  /// The folders that a page states; nil when it states none.
  static func stated(in readme: String) -> [String]? {
    guard let line = readme.components(separatedBy: "\n\n").first(where: { $0.hasPrefix(mark) })
    else { return nil }
    return line.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }

  private static let mark = "Order of folders:"

  /// Reads a room's files, each with its path inside the room.
  init(folders: [String], files: [(path: String, text: String)]) {
    self.folders = folders
    var homes: [String: String] = [:]
    var read: [(path: String, folder: String, words: [(word: String, line: Int)])] = []
    for file in files {
      let parts = file.path.split(separator: "/")
      let folder = parts.count > 1 ? String(parts[0]) : "."
      let source = SwiftSource(file.text)
      for name in source.typesForOthers { homes[name] = folder }
      // A type of the file's own hides another's, nested or not.
      let own = Set(source.ownTypes)
      read.append((file.path, folder, source.words.filter { !own.contains($0.word) }))
    }
    self.homes = homes
    self.files = read
  }

  /// What breaks the order, a sentence each.
  var breaches: [String] {
    var places: [String: Int] = [:]
    for (place, folder) in folders.enumerated() { places[folder] = place }
    var breaches: [String] = []
    for folder in Set(files.map(\.folder)).sorted() where places[folder] == nil {
      breaches.append("the order does not list the folder “\(folder)”")
    }
    for folder in folders where !files.contains(where: { $0.folder == folder }) {
      breaches.append("the order lists the folder “\(folder)”, which there is not")
    }
    for file in files {
      guard let place = places[file.folder] else { continue }
      var told: Set<String> = []
      for (word, line) in file.words {
        guard let home = homes[word], let other = places[home], other > place,
          told.insert(word).inserted
        else { continue }
        breaches.append(
          "\(file.path):\(line) in “\(file.folder)” uses \(word) of the later folder “\(home)”")
      }
    }
    return breaches
  }
}
