import Glibc

/// What a disk must do, said another way than the disk does it: two whole states, one that is seen
/// and one that is on the disk.
struct FolderModel {
  /// A file, whatever its names.
  final class File {
    var content: [UInt8] = []
    var onDisk: [UInt8] = []
    /// What is on the disk when the names are next.
    var withNames: [UInt8]?
    var isDirty = false
    var wasEmptied = false

    /// A writer closes it.
    func close() {
      if wasEmptied { withNames = content }
      wasEmptied = false
    }
  }

  enum Node {
    case folder
    case file(File)
  }

  /// What each path is, as it is seen.
  var seen: [String: Node] = [:]
  /// The same as it is on the disk.
  var onDisk: [String: Node] = [:]
  var files: [File] = []

  static func parent(_ path: String) -> String? {
    path.contains("/") ? String(path.prefix { $0 != "/" }) : nil
  }

  private func parentError(_ path: String) -> Int32 {
    guard let parent = FolderModel.parent(path) else { return 0 }
    return switch seen[parent] {
    case .folder?: 0
    case .file?: ENOTDIR
    case nil: ENOENT
    }
  }

  private func isEmpty(_ folder: String) -> Bool {
    !seen.keys.contains { $0.hasPrefix(folder + "/") }
  }

  private mutating func namesToDisk() {
    onDisk = seen
    for file in files {
      if let content = file.withNames { file.onDisk = content }
      file.withNames = nil
    }
  }

  mutating func write(_ path: String, _ offset: Int?, _ bytes: [UInt8]) -> Int32 {
    guard parentError(path) == 0 else { return parentError(path) }
    switch seen[path] {
    case .folder?: return EISDIR
    case .file(let file)?:
      write(file, offset, bytes)
      file.close()
    case nil:
      let file = File()
      files.append(file)
      seen[path] = .file(file)
      write(file, offset, bytes)
    }
    return 0
  }

  func write(_ file: File, _ offset: Int?, _ bytes: [UInt8]) {
    let offset = offset ?? file.content.count
    let missing = max(offset + bytes.count - file.content.count, 0)
    file.content += [UInt8](repeating: 0, count: missing)
    file.content.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    file.isDirty = true
  }

  mutating func rewrite(_ path: String, _ bytes: [UInt8]) -> Int32 {
    if case .file(let file)? = seen[path] {
      file.content = []
      file.withNames = []
      file.wasEmptied = true
    }
    return write(path, 0, bytes)
  }

  func truncate(_ path: String, _ length: Int) -> Int32 {
    guard parentError(path) == 0 else { return parentError(path) }
    guard case .file(let file)? = seen[path] else { return seen[path] == nil ? ENOENT : EISDIR }
    let missing = max(length - file.content.count, 0)
    file.content = Array(file.content.prefix(length)) + [UInt8](repeating: 0, count: missing)
    file.withNames = file.content
    file.isDirty = true
    if length == 0 { file.wasEmptied = true }
    return 0
  }

  mutating func sync(_ path: String) -> Int32 {
    guard parentError(path) == 0 else { return parentError(path) }
    switch seen[path] {
    case nil: return ENOENT
    case .folder?: namesToDisk()
    case .file(let file)?: sync(file)
    }
    return 0
  }

  mutating func sync(_ file: File) {
    namesToDisk()
    file.onDisk = file.content
    file.isDirty = false
  }

  mutating func makeFolder(_ path: String) -> Int32 {
    guard seen[path] == nil else { return EEXIST }
    seen[path] = .folder
    return 0
  }

  mutating func remove(_ path: String) -> Int32 {
    guard parentError(path) == 0 else { return parentError(path) }
    switch seen[path] {
    case nil: return ENOENT
    case .folder?: return EISDIR
    case .file?: seen[path] = nil
    }
    return 0
  }

  mutating func removeFolder(_ path: String) -> Int32 {
    switch seen[path] {
    case nil: return ENOENT
    case .file?: return ENOTDIR
    case .folder?:
      guard isEmpty(path) else { return ENOTEMPTY }
      seen[path] = nil
    }
    return 0
  }

  mutating func link(_ path: String, _ name: String) -> Int32 {
    guard parentError(path) == 0 else { return parentError(path) }
    guard let node = seen[path] else { return ENOENT }
    guard parentError(name) == 0 else { return parentError(name) }
    guard seen[name] == nil else { return EEXIST }
    guard case .file = node else { return EPERM }
    seen[name] = node
    return 0
  }

  mutating func rename(_ path: String, _ name: String) -> Int32 {
    guard parentError(path) == 0 else { return parentError(path) }
    guard parentError(name) == 0 else { return parentError(name) }
    guard let node = seen[path] else { return ENOENT }
    switch (node, seen[name]) {
    case (.file(let one), .file(let other)?):
      if one === other { return 0 }
      if one.isDirty { one.withNames = one.content }
    case (.file, .folder?): return EISDIR
    case (.folder, .file?): return ENOTDIR
    case (.folder, .folder?): if path != name, !isEmpty(name) { return ENOTEMPTY }
    default: break
    }
    if path == name { return 0 }
    for inner in seen.keys.filter({ $0.hasPrefix(path + "/") }) {
      seen[name + inner.dropFirst(path.count)] = seen.removeValue(forKey: inner)
    }
    seen[path] = nil
    seen[name] = node
    return 0
  }

  mutating func lose() {
    seen = onDisk
    for file in files {
      file.content = file.onDisk
      file.withNames = nil
      file.isDirty = false
    }
  }

  /// What is to be seen: the content of files, nil for folders.
  var tree: [String: [UInt8]?] {
    seen.mapValues { node in
      if case .file(let file) = node { file.content } else { nil }
    }
  }
}
