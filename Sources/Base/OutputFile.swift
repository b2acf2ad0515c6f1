import CLinux
import Glibc

/// A file that somebody named as an output, while it is written: `-o`, `--witness`.
///
/// Where there is nothing yet, or a regular file, the bytes gather beside it, and ``finish()`` puts
/// them there in one step: readers see the old bytes or the new, and what ends early changes
/// nothing. A regular file keeps its owner and its permissions. Of a symbolic link it is the target
/// that is written, there or not; the link stays. Everything else is not ours to replace and is
/// written as it stands: a device, a pipe, `/dev/stdout` (with what was written to it before), and
/// a regular file that cannot be replaced by name (it is mounted, its folder may not be written).
public final class OutputFile {
  /// What it was asked for as; for messages.
  public let name: String
  private let descriptor: Int32
  /// Where the bytes go in the end; nil where they go at once.
  private let target: String?
  /// The name that the bytes have until then; nil while they need none.
  private var draft: String?
  /// The permissions that it keeps; nil for a new file.
  private var mode: mode_t?
  private var isOver = false

  /// Finds out what is there and opens what will be written.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/cannotCreate``; then nothing was changed.
  public init(_ name: String) throws(Failure) {
    self.name = name
    switch try OutputPlace(name) {
    case .descriptor(let opened):
      (descriptor, target, draft) = (opened, nil, nil)
    case .beside(let path, let old):
      if let (opened, draft) = try OutputFile.openBeside(path, like: old, name) {
        (descriptor, target, self.draft) = (opened, path, draft)
        mode = old.map { $0.st_mode & 0o7777 }
      } else {
        descriptor = try OutputFile.openInPlace(path, O_TRUNC, name)
        (target, draft) = (nil, nil)
      }
    case .inPlace(let path):
      descriptor = try OutputFile.openInPlace(path, 0, name)
      (target, draft) = (nil, nil)
    }
  }

  deinit {
    guard !isOver else { return }
    close(descriptor)
    if let draft { unlink(draft) }
  }

  /// Writes bytes after those written before.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/inputOutput`` (a full disk, a closed pipe).
  public func write(_ bytes: [UInt8]) throws(Failure) {
    try File.write(bytes, descriptor: descriptor, name: name)
  }

  /// The same for a piece of memory.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    try File.write(bytes, descriptor: descriptor, name: name)
  }

  /// Puts what was written into its place; without it nothing is there.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/cannotCreate`` or ``ExitCode/inputOutput``.
  public func finish() throws(Failure) {
    guard !isOver else { return }
    // Once more: whoever writes loses the bits that lend rights.
    if let mode { fchmod(descriptor, mode) }
    if let target { try move(to: target) }
    isOver = true
    // Some file systems say only now that there was no room.
    guard close(descriptor) == 0 else {
      throw Failure(.inputOutput, "\(name): \(File.systemMessage())")
    }
  }

  // MARK: - Beside

  /// Opens what will take the place of a path; nil where it has to be written as it stands.
  ///
  /// - Returns: the descriptor, and the name it has had to be given already.
  private static func openBeside(
    _ path: String, like old: stat?, _ name: String
  ) throws(Failure) -> (Int32, String?)? {
    let folder = OutputPlace.folder(of: path)
    var draft: String?
    var descriptor = plumbline_open_unnamed(folder, 0o666)
    if descriptor < 0, errno != EACCES, errno != EROFS, errno != ENOENT {
      // Not every file system has files without names.
      let named = unusedName(in: folder)
      descriptor = Glibc.open(named, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      draft = named
    }
    guard descriptor >= 0 else {
      guard old == nil else { return nil }
      let cause = errno
      let why = cause == EACCES || cause == EROFS ? "; its folder cannot be written" : ""
      throw Failure(.cannotCreate, "\(name): \(File.systemMessage(cause))\(why)")
    }
    guard let old, !keep(old, descriptor) else { return (descriptor, draft) }
    close(descriptor)
    if let draft { unlink(draft) }
    return nil
  }

  /// Gives what is written the owner and the permissions of what was there.
  private static func keep(_ old: stat, _ descriptor: Int32) -> Bool {
    var new = stat()
    guard fstat(descriptor, &new) == 0 else { return false }
    if new.st_uid != old.st_uid || new.st_gid != old.st_gid,
      fchown(descriptor, old.st_uid, old.st_gid) != 0
    {
      return false
    }
    return fchmod(descriptor, old.st_mode & 0o7777) == 0
  }

  private static func unusedName(in folder: String) -> String {
    var number = 0
    while true {
      let name = "\(folder)/.plumbline-\(getpid())-\(number)"
      var status = stat()
      if lstat(name, &status) != 0 { return name }
      number += 1
    }
  }

  private func move(to target: String) throws(Failure) {
    if draft == nil {
      let named = OutputFile.unusedName(in: OutputPlace.folder(of: target))
      guard plumbline_name(descriptor, named) == 0 else { return try copy(to: target) }
      draft = named
    }
    guard let named = draft else { return }
    if rename(named, target) == 0 {
      draft = nil
      return
    }
    // A file may be mounted on it, or its folder may let only its owner take it away.
    try copy(to: target)
    unlink(named)
    draft = nil
  }

  private func copy(to target: String) throws(Failure) {
    let place = try OutputFile.openInPlace(target, O_CREAT | O_TRUNC, name)
    defer { close(place) }
    lseek(descriptor, 0, SEEK_SET)
    while true {
      let block = try File.read(descriptor: descriptor, name: name, atLeast: 1 << 20)
      if block.isEmpty { return }
      try File.write(block, descriptor: place, name: name)
    }
  }

  // MARK: - In place

  private static func openInPlace(
    _ path: String, _ flags: Int32, _ name: String
  ) throws(Failure) -> Int32 {
    let descriptor = Glibc.open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "\(name): \(File.systemMessage())")
    }
    return descriptor
  }
}

/// What there is where an output is to go, symbolic links followed.
private enum OutputPlace {
  /// A descriptor that we have already: `/dev/stdout`.
  case descriptor(Int32)
  /// Nothing yet, or a regular file, with what it is.
  case beside(String, stat?)
  /// A device, a pipe, a descriptor of another process.
  case inPlace(String)

  private static let mostLinks = 40

  init(_ name: String) throws(Failure) {
    var path = name
    for _ in 0..<OutputPlace.mostLinks {
      if let number = OutputPlace.ownDescriptor(path) {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw OutputPlace.failure(name) }
        self = .descriptor(copy)
        return
      }
      var status = stat()
      guard lstat(path, &status) == 0 else {
        guard errno == ENOENT, !path.isEmpty, !path.hasSuffix("/") else {
          throw OutputPlace.failure(name)
        }
        self = .beside(path, nil)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK where OutputPlace.isOfProc(status):
        self = .inPlace(path)
        return
      case S_IFLNK: path = try OutputPlace.target(of: path, name)
      case S_IFREG:
        guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else {
          throw OutputPlace.failure(name)
        }
        self = .beside(path, status)
        return
      case S_IFDIR: throw Failure(.cannotCreate, "\(name): is a directory")
      default:
        self = .inPlace(path)
        return
      }
    }
    throw OutputPlace.failure(name, ELOOP)
  }

  private static func failure(_ name: String, _ cause: Int32 = errno) -> Failure {
    Failure(.cannotCreate, "\(name): \(File.systemMessage(cause))")
  }

  /// The folder of a path, `.` where it names none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func target(of path: String, _ name: String) throws(Failure) -> String {
    var text = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &text, text.count)
    guard count >= 0 else { throw failure(name) }
    let target = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return target.hasPrefix("/") ? target : "\(folder(of: path))/\(target)"
  }

  /// The number behind `/proc/self/fd/N` and every path that leads there, such as `/dev/fd/N`.
  ///
  /// Opening it anew would begin at the file's first byte again and forget that it was appended to.
  private static func ownDescriptor(_ path: String) -> Int32? {
    guard let number = path.split(separator: "/").last.flatMap({ Int32($0) }), number >= 0,
      let here = realpath(folder(of: path), nil)
    else { return nil }
    defer { free(here) }
    return ["/proc/self/fd", "/proc/thread-self/fd"].contains { own in
      guard let known = realpath(own, nil) else { return false }
      defer { free(known) }
      return strcmp(here, known) == 0
    } ? number : nil
  }

  /// Whether a link is the kernel's own, in `/proc`: it says more than its text can.
  private static func isOfProc(_ link: stat) -> Bool {
    var root = stat()
    return stat("/proc", &root) == 0 && root.st_dev == link.st_dev
  }
}
