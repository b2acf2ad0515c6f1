import Base
import Glibc

/// One history that arguments name, or that was found in a folder; or why there is none.
public struct FoundHistory: Sendable, Equatable {
  /// What it lies in.
  public enum Kind: Sendable, Equatable {
    /// A file by itself, or standard input.
    case file
    /// A run's folder.
    case run
    /// A run in a Jepsen store.
    case jepsenRun
    /// The operation logs of all clients of one run of etcd's robustness tests.
    case etcdClients
  }

  /// What to call it: the file, or the folder where it is several files.
  public var path: String
  /// The files to read, one but for ``Kind/etcdClients``.
  public var parts: [String]
  /// What it lies in.
  public var kind: Kind
  /// The `results.edn` beside it, in which Jepsen wrote its own verdict.
  public var results: String?
  /// Why there is nothing to read.
  public var problem: Failure?

  /// Names a history; `parts` are its files where `path` is not one.
  public init(_ path: String, _ kind: Kind = .file, parts: [String]? = nil, results: String? = nil)
  {
    self.path = path
    self.kind = kind
    self.parts = parts ?? [path]
    self.results = results
  }

  init(_ path: String, problem: Failure) {
    self.init(path, parts: [])
    self.problem = problem
  }
}

/// What arguments name: every history once, whatever links lead to it.
///
/// A folder is looked through. A run's folder, a run in a Jepsen store and the clients of one of
/// etcd's robustness runs are one history each, and nothing else in them is looked at; other files
/// are histories by their names and by how they begin, or are skipped and counted. Symbolic links
/// come last, so that what they lead to is called by its own name; each file and each folder is
/// taken once, by device and inode, so that links may form a circle.
public struct HistorySearch: Sendable {
  /// The histories in the order of the arguments, inside folders in that of the names.
  public private(set) var histories: [FoundHistory] = []
  /// How many files of folders were skipped because they are no histories.
  public private(set) var skipped = 0
  /// What was skipped, in words; nil when nothing was.
  public var skippedWords: String? {
    guard skipped > 0 else { return nil }
    return skipped == 1
      ? "skipped 1 other file, which is no history"
      : "skipped \(skipped) other files, which are no histories"
  }
  private var seen: Set<Identity> = []
  /// Links that the argument at hand has, to be followed when all else was looked at.
  private var links: [String] = []
  /// Histories and folders of the argument at hand that were found before.
  private var known = 0

  /// A file or folder, by whatever name.
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  /// Looks at every argument; `-` is standard input.
  ///
  /// - Complexity: O(entries of the folders), and a look at the beginning of files whose names say
  ///   too little.
  public init(_ arguments: [String]) {
    for argument in arguments {
      guard argument != "-", File.kind(argument) == .folder else {
        if take(argument) { histories.append(HistoryNames.named(argument)) }
        continue
      }
      let before = histories.count
      known = 0
      folder(argument)
      followLinks()
      guard histories.count == before, known == 0 else { continue }
      histories.append(
        FoundHistory(
          argument,
          problem: Failure(
            .missingInput,
            "\(argument): no history in this folder (looked for files ending in "
              + HistoryNames.endings.joined(separator: ", ") + ")")))
    }
  }

  /// Whether this is the first name of a file or folder. What is neither (standard input, a pipe)
  /// has no second name.
  private mutating func take(_ path: String) -> Bool {
    var status = stat()
    guard path != "-", stat(path, &status) == 0 else { return true }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFDIR else { return true }
    let identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    return seen.insert(identity).inserted
  }

  private mutating func followLinks() {
    var next = 0
    while next < links.count {
      let link = links[next]
      next += 1
      switch File.kind(link) {
      case .folder: folder(link)
      case .file: file(link)
      case .nothing: skipped += 1
      }
    }
    links = []
  }

  private mutating func folder(_ path: String) {
    guard take(path) else {
      known += 1
      return
    }
    let names: [String]
    do throws(Failure) {
      names = try File.names(in: path)
    } catch {
      histories.append(FoundHistory(path, problem: error))
      return
    }
    if let whole = HistoryNames.whole(path, names) {
      if whole.parts.allSatisfy({ take($0) }) { histories.append(whole) } else { known += 1 }
      return
    }
    let clients = HistoryNames.etcdClients(path, names)
    if !clients.parts.isEmpty {
      for part in clients.parts { _ = take(part) }
      for folder in clients.folders { _ = take(folder) }
      histories.append(FoundHistory(path, .etcdClients, parts: clients.parts))
    }
    for name in names where !name.hasPrefix(".") {
      let inside = HistoryNames.join(path, name)
      if HistoryNames.isLink(inside) {
        links.append(inside)
      } else if File.kind(inside) == .folder {
        folder(inside)
      } else {
        file(inside)
      }
    }
  }

  private mutating func file(_ path: String) {
    if !HistoryNames.isHistory(path) {
      if take(path) { skipped += 1 }
    } else if take(path) {
      histories.append(HistoryNames.named(path))
    } else {
      known += 1
    }
  }
}
