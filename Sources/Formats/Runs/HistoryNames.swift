import Base
import Glibc

/// What the names in a folder say about the histories in it.
enum HistoryNames {
  /// Endings of files that may be histories, also with `.gz`.
  static let endings = [".jsonl", ".ndjson", ".json", ".edn", ".log", ".txt", ".hist", ".jepsen"]

  /// Files that are written beside histories and are none.
  private static let others = Set(
    RunFolder.Name.allCases.filter { $0 != .history }.map(\.rawValue)
      + [NodeFolder.traceName, "results.edn", "test.edn"])

  /// The histories of a Jepsen run, the one that says most first: `history.txt` and `jepsen.log`
  /// have no times, and the log may lack what was not logged.
  private static let ofJepsen = ["history.edn", "test.jepsen", "history.txt", "jepsen.log"]
  private static let besideJepsen = ["results.edn", "test.fressian"]

  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The history that a folder as a whole is: a run's, or a run's of Jepsen. Nil for a folder of
  /// several.
  static func whole(_ folder: String, _ names: [String]) -> FoundHistory? {
    let own = RunFolder.Name.history.rawValue
    for name in [own, own + ".gz"] where names.contains(name) {
      return FoundHistory(join(folder, name), .run)
    }
    if names.contains(RunFolder.Name.plan.rawValue) {
      return FoundHistory(
        folder,
        problem: Failure(.inconclusive, "\(folder): a run without a history, so nothing to check"))
    }
    let histories = ofJepsen.flatMap { [$0, $0 + ".gz"] }.filter(names.contains)
    let marks = Set(names).intersection(ofJepsen + besideJepsen + ofJepsen.map { $0 + ".gz" })
    guard marks.count > 1, let first = histories.first else { return nil }
    // A run that was killed may leave an empty file, or one without operations.
    let best = histories.first { hasSomething(join(folder, $0)) } ?? first
    return FoundHistory(
      join(folder, best), .jepsenRun,
      results: names.contains("results.edn") ? join(folder, "results.edn") : nil)
  }

  /// A file that was named by itself, or lies among others.
  static func named(_ path: String) -> FoundHistory {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let name = String(path.dropFirst(folder.count))
    let results = folder + "results.edn"
    let isJepsen = ofJepsen.contains { name == $0 || name == $0 + ".gz" }
    guard isJepsen, File.kind(String(results)) == .file else { return FoundHistory(path) }
    return FoundHistory(path, .jepsenRun, results: String(results))
  }

  /// The logs of the clients of one of etcd's robustness runs, `client-N/operations.json` or
  /// `client-N.json`, and the folders that they lie in.
  static func etcdClients(
    _ folder: String, _ names: [String]
  ) -> (parts: [String], folders: [String]) {
    var parts: [(number: Int, path: String)] = []
    var folders: [String] = []
    for name in names where name.hasPrefix("client-") {
      let digits = name.dropFirst("client-".count).prefix { $0.isNumber }
      guard let number = Int(digits) else { continue }
      let path = join(folder, name)
      if digits.count + "client-".count == name.count {
        let inside = ["operations.json", "operations.json.gz"].map { join(path, $0) }
        guard let log = inside.first(where: { File.kind($0) == .file }) else { continue }
        parts.append((number, log))
        folders.append(path)
      } else if isEtcd(path) {
        parts.append((number, path))
      }
    }
    return (parts.sorted { ($0.number, $0.path) < ($1.number, $1.path) }.map(\.path), folders)
  }

  /// Whether a file of a folder is taken for a history: by its name, and by how it begins.
  ///
  /// What is empty or damaged at the start is taken if its name is a history's, so that it is told.
  static func isHistory(_ path: String) -> Bool {
    var name = path[...]
    if let slash = path.lastIndex(of: "/") { name = path[path.index(after: slash)...] }
    guard !others.contains(String(name)) else { return false }
    if name.hasSuffix(".gz") { name = name.dropLast(3) }
    guard let ending = endings.first(where: name.hasSuffix), !others.contains(String(name)) else {
      return false
    }
    let isOwn = [".jsonl", ".ndjson", ".edn", ".hist"].contains(ending)
    guard let beginning = beginning(of: path) else { return true }
    return beginning.withUnsafeBytes { bytes in
      guard let format = Formats.detect(bytes) else { return isOwn }
      return format.isLikelyHistory(bytes) || isOwn && bytes.allSatisfy(Sniffing.isSpace)
    }
  }

  private static func isEtcd(_ path: String) -> Bool {
    beginning(of: path)?.withUnsafeBytes { EtcdLog().sniff($0) == .certain } ?? false
  }

  /// Whether a file is not empty; of a `test.jepsen`, whether it can be read and holds operations.
  private static func hasSomething(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > 0 else { return false }
    guard path.hasSuffix(".jepsen"), status.st_size < 1 << 20, let bytes = try? File.read(path)
    else { return true }
    return bytes.withUnsafeBytes { JepsenReader.hasOperations($0) } ?? false
  }

  /// The first bytes of a file, decompressed; nil when they cannot be read, which is for whoever
  /// reads the file to say.
  private static func beginning(of path: String) -> [UInt8]? {
    var bytes: [UInt8]
    do throws(Failure) {
      bytes = try File.head(path, count: 1 << 15)
      if Gzip.isCompressed(bytes) {
        bytes = try Gzip.decompress(bytes, name: path, limit: 1 << 16).bytes
      }
    } catch {
      return nil
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return Array(bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0).prefix(Formats.prefixLength))
  }
}

extension HistoryFormat {
  /// Whether bytes that this format claims also speak of processes or operations, so that a
  /// document of another kind in the same notation is none.
  fileprivate func isLikelyHistory(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard name == JSONLines().name || name == EDN().name else { return true }
    return ["process", "plumbline", "ClientId"].contains { bytes.includes($0) }
  }
}
