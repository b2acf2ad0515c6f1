import Base
import Foundation
import Testing

struct FileTests {
  let folder = NSTemporaryDirectory() + "plumbline-files-\(UUID().uuidString)"

  init() throws { try File.makeFolder(folder) }

  @Test func whatIsReplacedIsRead() throws {
    let path = folder + "/a"
    try File.replace(path, with: Array("one".utf8))
    try File.replace(path, with: Array("two".utf8))
    #expect(try File.read(path) == Array("two".utf8))
    #expect(try File.names(in: folder) == ["a"])
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: Failure(.missingInput, "\(folder)/no: No such file or directory")) {
      try File.read(folder + "/no")
    }
  }

  @Test func aFolderIsNoFile() {
    #expect(throws: Failure(.missingInput, "\(folder): is a directory")) {
      try File.read(folder)
    }
  }

  @Test func aFullDiskIsAnInputOutputError() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: Failure(.inputOutput, "disk: No space left on device")) {
      try File.write([1], descriptor: full, name: "disk")
    }
  }

  @Test func aFileCannotBeMadeInAFileThatIsNone() {
    #expect(throws: Failure.self) { try File.replace(folder + "/no/a", with: []) }
  }

  @Test func largeFilesAreReadWhole() throws {
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    try File.replace(folder + "/large", with: bytes)
    #expect(try File.read(folder + "/large") == bytes)
  }

  @Test func temporaryFoldersAreOfOnesOwn() throws {
    let one = try File.makeTemporaryFolder("trial", in: folder)
    let other = try File.makeTemporaryFolder("trial", in: folder)
    #expect(one != other && one.hasPrefix("\(folder)/trial-"))
    #expect(
      try Set(File.names(in: folder)).isSuperset(
        of: [one, other].map { "\($0.dropFirst(folder.count + 1))" }))
    #expect(throws: Failure(.cannotCreate, "\(folder)/no: No such file or directory")) {
      try File.makeTemporaryFolder("trial", in: "\(folder)/no")
    }
  }
}
