import Base
import Foundation
import Glibc
import Testing

/// What somebody names as an output is written as what it is: a file, a link, a device, a pipe.
struct OutputFileTests {
  let folder = NSTemporaryDirectory() + "plumbline-output-\(UUID().uuidString)"

  init() throws { try File.makeFolder(folder) }

  private func text(_ name: String) throws -> String {
    String(decoding: try File.read("\(folder)/\(name)"), as: UTF8.self)
  }

  private func status(_ name: String) -> stat {
    var status = stat()
    lstat("\(folder)/\(name)", &status)
    return status
  }

  private func failure(_ path: String) -> Failure? {
    do throws(Failure) {
      try File.replace(path, with: [1])
      return nil
    } catch { return error }
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  @Test func aNewFileIsThereWhenItIsWhole() throws {
    defer { remove() }
    let file = try OutputFile(folder + "/a")
    try file.write(Array("one".utf8))
    #expect(!(try File.names(in: folder)).contains("a"))
    try file.write(Array("two".utf8))
    try file.finish()
    try file.finish()
    #expect(try text("a") == "onetwo")
    #expect(try File.names(in: folder) == ["a"])
    let mask = umask(0)
    umask(mask)
    #expect(status("a").st_mode & 0o7777 == 0o666 & ~mask)
  }

  @Test func whatEndsEarlyChangesNothing() throws {
    defer { remove() }
    try File.replace(folder + "/a", with: Array("old".utf8))
    do {
      let file = try OutputFile(folder + "/a")
      try file.write(Array("new".utf8))
      let other = try OutputFile(folder + "/b")
      try other.write(Array("new".utf8))
    }
    #expect(try File.names(in: folder) == ["a"])
    #expect(try text("a") == "old")
  }

  @Test(arguments: [0o600, 0o640, 0o755, 0o4755] as [mode_t])
  func aFileKeepsItsPermissions(mode: mode_t) throws {
    defer { remove() }
    try File.replace(folder + "/a", with: [1])
    chmod(folder + "/a", mode)
    let before = status("a")
    try File.replace(folder + "/a", with: [2, 3])
    let after = status("a")
    #expect(after.st_mode == before.st_mode && after.st_uid == before.st_uid)
    #expect(after.st_ino != before.st_ino && after.st_size == 2)
  }

  /// The same process may give a file away only as root; `OutputCommandTests` tries it as a user.
  @Test func aFileKeepsItsOwner() throws {
    defer { remove() }
    try File.replace(folder + "/a", with: [1])
    guard chown(folder + "/a", 65534, 65533) == 0 else { return }
    try File.replace(folder + "/a", with: [2, 3])
    let after = status("a")
    #expect(after.st_uid == 65534 && after.st_gid == 65533 && after.st_size == 2)
  }

  @Test func ofALinkTheTargetIsWrittenAndTheLinkStays() throws {
    defer { remove() }
    try File.makeFolder(folder + "/deep")
    try File.replace(folder + "/deep/target", with: [1])
    symlink("target", folder + "/deep/near")
    symlink("deep/near", folder + "/far")
    try File.replace(folder + "/far", with: Array("new".utf8))
    #expect(try text("deep/target") == "new")
    #expect(status("far").st_mode & S_IFMT == S_IFLNK)
    #expect(status("deep/near").st_mode & S_IFMT == S_IFLNK)
    #expect(try File.names(in: folder + "/deep") == ["near", "target"])
  }

  @Test func aLinkThatLeadsNowhereGetsItsTarget() throws {
    defer { remove() }
    symlink("\(folder)/new", folder + "/link")
    try File.replace(folder + "/link", with: Array("x".utf8))
    #expect(try text("new") == "x")
    #expect(status("link").st_mode & S_IFMT == S_IFLNK)
    symlink("no/such", folder + "/deeper")
    let path = folder + "/deeper"
    #expect(failure(path) == Failure(.cannotCreate, "\(path): No such file or directory"))
    symlink("loop", folder + "/loop")
    #expect(
      failure(folder + "/loop")
        == Failure(.cannotCreate, "\(folder)/loop: Too many levels of symbolic links"))
  }

  @Test func aDeviceStaysADevice() throws {
    defer { remove() }
    for device in ["/dev/null", "/dev/full"] {
      symlink(device, folder + device.dropFirst(4))
      for path in [device, folder + device.dropFirst(4)] {
        let expected =
          device == "/dev/full"
          ? Failure(.inputOutput, "\(path): No space left on device") : nil
        #expect(failure(path) == expected)
      }
      var status = stat()
      #expect(lstat(device, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
    #expect(try File.names(in: folder) == ["full", "null"])
  }

  @Test func aPipeIsWrittenInto() throws {
    defer { remove() }
    mkfifo(folder + "/pipe", 0o600)
    let reader = open(folder + "/pipe", O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try File.replace(folder + "/pipe", with: [7, 8])
    #expect(try File.read(descriptor: reader, name: "pipe", atLeast: 2) == [7, 8])
    #expect(status("pipe").st_mode & S_IFMT == S_IFIFO)
  }

  /// What a shell has opened for us (`>> log`) is gone on with, and not begun anew.
  @Test(arguments: ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"])
  func aDescriptorOfOursIsGoneOnWith(place: String) throws {
    defer { remove() }
    let own = open(folder + "/log", O_WRONLY | O_CREAT, 0o600)
    defer { close(own) }
    write(own, "first ", 6)
    try File.replace("\(place)\(own)", with: Array("second ".utf8))
    symlink("\(place)\(own)", folder + "/link")
    try File.replace(folder + "/link", with: Array("third".utf8))
    #expect(try text("log") == "first second third")
    #expect(failure("\(place)99999")?.code == .cannotCreate)
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    defer { remove() }
    #expect(failure(folder) == Failure(.cannotCreate, "\(folder): is a directory"))
    let inside = folder + "/no/such"
    #expect(failure(inside) == Failure(.cannotCreate, "\(inside): No such file or directory"))
    #expect(failure("")?.code == .cannotCreate)
    #expect(
      failure("/dev/null/x") == Failure(.cannotCreate, "/dev/null/x: Not a directory"))
    let long = folder + "/" + String(repeating: "n", count: 300)
    #expect(failure(long) == Failure(.cannotCreate, "\(long): File name too long"))
    let longest = folder + "/" + String(repeating: "n", count: 255)
    #expect(failure(longest) == nil)
  }
}
