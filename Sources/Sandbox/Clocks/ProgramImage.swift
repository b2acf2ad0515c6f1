import Base
import Glibc

/// What a program's file says of whether a clock can be moved for it.
///
/// ELF as in the System V ABI (elf(5)); Go marks its programs with a note named `Go` or a section
/// `.go.buildinfo`. Only the parts of the file that say so are read.
public struct ProgramImage: Sendable, Equatable {
  /// What kind of program it is.
  public enum Kind: Sendable, Equatable {
    /// Asks a C library that is loaded when it starts.
    case dynamic
    /// Has no library loaded into it.
    case isStatic
    /// Asks the kernel itself, whatever is loaded.
    case go
    /// Is read by another program, whose path this is.
    case script(String)
    /// Is nothing that we know.
    case unknown
  }

  /// The file.
  public let path: String
  /// What it is.
  public let kind: Kind
  /// Whether it runs with the rights of its owner; then nothing is loaded into it from outside.
  public let hasOwnRights: Bool

  /// Looks at a program.
  ///
  /// - Throws: ``ExitCode/missingInput`` when it cannot be read.
  public init(_ path: String) throws(Failure) {
    self.path = path
    let file = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else {
      let cause = File.systemMessage()
      if file >= 0 { close(file) }
      throw Failure(.missingInput, "\(path): \(cause)")
    }
    defer { close(file) }
    hasOwnRights = status.st_mode & (S_ISUID | S_ISGID) != 0
    kind = ProgramImage.kind(ProgramBytes(descriptor: file, count: Int(status.st_size)))
  }

  /// Why its clock cannot be moved, in a sentence for a person; nil where nothing speaks against
  /// it. A script may start anything, so nothing is said of it.
  public var obstacle: String? {
    switch kind {
    case .go:
      "\(path) is a Go program: it asks the kernel for the time itself, so its clock cannot be"
        + " moved without moving the machine's"
    case .isStatic:
      "\(path) is linked statically: nothing can be loaded into it that would move its clock"
    case .dynamic where hasOwnRights:
      "\(path) runs with the rights of its owner: nothing is loaded into such programs that would"
        + " move their clock"
    case .dynamic, .script, .unknown: nil
    }
  }

  static func kind(_ bytes: ProgramBytes) -> Kind {
    let head = bytes.read(at: 0, count: 256)
    if head.starts(with: "#!".utf8) {
      let line = head.dropFirst(2).prefix { $0 != 0x0A }.drop { $0 == 0x20 }
      return .script(String(decoding: line.prefix { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self))
    }
    // 64 bits, the lower byte first: every machine that we run on.
    guard head.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return .unknown }
    let segments = bytes.table(at: 32, size: 54, count: 56)
    if isGo(bytes, segments) { return .go }
    let interpreter = segments.contains { bytes.number($0, 4) == 3 }
    return interpreter ? .dynamic : .isStatic
  }

  private static func isGo(_ bytes: ProgramBytes, _ segments: [Int]) -> Bool {
    for segment in segments where bytes.number(segment, 4) == 4 {
      let place = Int(bytes.number(segment + 8, 8))
      let notes = bytes.read(at: place, count: min(Int(bytes.number(segment + 32, 8)), 4096))
      if hasGoNote(notes) { return true }
    }
    let sections = bytes.table(at: 40, size: 58, count: 60)
    let names = Int(bytes.number(62, 2))
    guard names < sections.count else { return false }
    let start = Int(bytes.number(sections[names] + 24, 8))
    let mark = Array(".go.buildinfo".utf8) + [0]
    return sections.contains {
      bytes.read(at: start + Int(bytes.number($0, 4)), count: mark.count) == mark
    }
  }

  /// Notes: length of the name, length of the content, type, both padded to four bytes.
  private static func hasGoNote(_ notes: [UInt8]) -> Bool {
    func number(_ place: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(notes[place + $1]) << (8 * $1) }
    }
    var place = 0
    while place + 12 <= notes.count {
      let (name, content) = (number(place), number(place + 4))
      let text = notes[min(place + 12, notes.count)...].prefix(name)
      if Array(text) == Array("Go".utf8) + [0, 0] { return true }
      place += 12 + (name + 3) & ~3 + (content + 3) & ~3
    }
    return false
  }
}

/// The bytes of a program, read where they are wanted; what is past the end is 0.
struct ProgramBytes {
  let descriptor: Int32
  let count: Int

  func read(at offset: Int, count wanted: Int) -> [UInt8] {
    guard offset >= 0, offset <= count, wanted > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
      initialized = max(pread(descriptor, buffer.baseAddress, wanted, off_t(offset)), 0)
    }
  }

  /// A number of up to eight bytes, at most what a file's size can be.
  func number(_ offset: Int, _ size: Int) -> UInt64 {
    let bytes = read(at: offset, count: size)
    let value = bytes.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
    return min(value, UInt64(Int64.max / 4))
  }

  /// Where the entries of a table of the file's header begin.
  func table(at place: Int, size: Int, count: Int) -> [Int] {
    let start = Int(number(place, 8))
    let length = Int(number(size, 2))
    return (0..<Int(number(count, 2))).map { start + $0 * length }
  }
}
