import Base
import Glibc

/// Random operations on a disk and on the model of it.
struct RandomFolder {
  let door: any Door
  /// Where what is seen is looked at.
  let root: String
  var model = FolderModel()
  var random: SplitMix64
  private var held: FolderModel.File?
  /// What was done, for whoever looks for the cause of a difference.
  private(set) var words: [String] = []

  init(_ door: any Door, root: String, seed: UInt64) {
    self.door = door
    self.root = root
    random = SplitMix64(seed: seed)
  }

  private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

  private mutating func path() -> String {
    ["a", "b", "f", "g", "f/a", "f/b", "g/a", "g/b"][below(8)]
  }

  private mutating func bytes() -> [UInt8] {
    let count = 1 + below(12)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// Does one thing to both; whether they answered the same.
  mutating func step() throws(Failure) -> Bool {
    let path = path()
    switch below(24) {
    case 0, 1, 2, 3, 4:
      let (place, bytes) = (below(3) == 0 ? nil : below(20), bytes())
      return same("write \(path)", door.write(path, place, bytes), model.write(path, place, bytes))
    case 5, 6:
      let length = below(24)
      return same(
        "truncate \(path)", door.truncate(path, length), model.truncate(path, length))
    case 7, 8: return same("sync \(path)", door.sync(path), model.sync(path))
    case 9, 10:
      let folder = ["f", "g"][below(2)]
      return same("folder \(folder)", door.makeFolder(folder), model.makeFolder(folder))
    case 11, 12: return same("remove \(path)", door.remove(path), model.remove(path))
    case 13:
      let folder = ["f", "g"][below(2)]
      return same(
        "remove folder \(folder)", door.removeFolder(folder), model.removeFolder(folder))
    case 14: return linkOrRename(path, isLink: true)
    case 15, 16, 17: return linkOrRename(path, isLink: false)
    case 18, 19:
      let bytes = bytes()
      return same("rewrite \(path)", door.rewrite(path, bytes), model.rewrite(path, bytes))
    case 20, 21:
      useHeld(path)
      return true
    default:
      words.append("lose")
      release()
      try door.lose()
      model.lose()
      return true
    }
  }

  private mutating func same(_ what: String, _ answer: Int32, _ expected: Int32) -> Bool {
    words.append("\(what): \(answer), expected \(expected)")
    return answer == expected
  }

  private mutating func linkOrRename(_ path: String, isLink: Bool) -> Bool {
    let name = self.path()
    // What is inside the other is refused in ways that depend on the order of the kernel's checks.
    if name.hasPrefix(path + "/") || path.hasPrefix(name + "/") { return true }
    // Folders stay where the model can say their names.
    if case .folder? = model.seen[path], name.contains("/") { return true }
    return isLink
      ? same("link \(path) \(name)", door.link(path, name), model.link(path, name))
      : same("rename \(path) \(name)", door.rename(path, name), model.rename(path, name))
  }

  /// A file that is open stays the same whatever its name does.
  private mutating func useHeld(_ path: String) {
    guard let file = held else {
      guard case .file(let file)? = model.seen[path] else { return }
      words.append("hold \(path)")
      door.hold(path)
      held = file
      return
    }
    if below(3) == 0 {
      words.append("sync held")
      door.syncHeld()
      model.sync(file)
    } else {
      let bytes = bytes()
      words.append("write held")
      door.writeHeld(bytes)
      model.write(file, 3, bytes)
    }
  }

  /// Does so many things; the first difference, or nil when there is none.
  mutating func difference(steps: Int) throws(Failure) -> String? {
    for _ in 0..<steps {
      guard try step() else { return words.joined(separator: "\n") }
      if tree() != model.tree {
        return words.joined(separator: "\n") + "\n\(tree())\nexpected \(model.tree)"
      }
    }
    return nil
  }

  /// Closes what is open.
  mutating func release() {
    if held != nil { door.release() }
    held?.close()
    held = nil
  }

  /// What is seen: the content of files, nil for folders.
  func tree() -> [String: [UInt8]?] {
    var tree: [String: [UInt8]?] = [:]
    let names = (try? File.names(in: root)) ?? []
    for name in names where !name.hasPrefix(".plumbline") {
      guard File.kind("\(root)/\(name)") == .folder else {
        tree[name] = .some(try? File.read("\(root)/\(name)"))
        continue
      }
      tree[name] = .some(nil)
      for inner in (try? File.names(in: "\(root)/\(name)")) ?? [] {
        tree["\(name)/\(inner)"] = .some(try? File.read("\(root)/\(name)/\(inner)"))
      }
    }
    return tree
  }
}
