import Base
import Glibc

@testable import Sandbox
@testable import SandboxTrial

/// The folder itself, without the kernel.
final class DirectDoor: Door {
  let folder: LossyFolder
  private let owner = LossyFolder.Owner(user: getuid(), group: getgid())
  private var held: (Inode, Int32)?

  init(_ folder: LossyFolder) { self.folder = folder }

  private func code(_ body: () throws(SystemError) -> Void) -> Int32 {
    do throws(SystemError) {
      try body()
      return 0
    } catch { return error.code }
  }

  private func split(_ path: String) throws(SystemError) -> (Inode, FileName) {
    guard let parent = FolderModel.parent(path) else { return (folder.root, FileName(path)) }
    let inode = try folder.find(folder.root, FileName(parent))
    guard try inode.status().st_mode & S_IFMT == S_IFDIR else { throw SystemError(ENOTDIR) }
    return (inode, FileName(String(path.dropFirst(parent.count + 1))))
  }

  /// The kernel knows what it has seen, for as long as it likes: here for ever.
  private func known(_ inode: Inode) -> Inode {
    inode.lookups = 1
    return inode
  }

  private func inode(_ path: String) throws(SystemError) -> Inode {
    let (parent, name) = try split(path)
    return known(try folder.find(parent, name))
  }

  func write(_ path: String, _ offset: Int?, _ bytes: [UInt8]) -> Int32 {
    code { () throws(SystemError) in
      let (parent, name) = try split(path)
      let (inode, descriptor) = try folder.create(
        parent, name, mode: 0o644, flags: O_WRONLY, owner)
      defer { folder.release(known(inode), descriptor, isWriting: true) }
      try write(inode, descriptor, offset, bytes)
    }
  }

  private func write(
    _ inode: Inode, _ descriptor: Int32, _ offset: Int?, _ bytes: [UInt8]
  ) throws(SystemError) {
    let size = try inode.status().st_size
    let place = Int64(offset ?? Int(size))
    let result = bytes.withUnsafeBytes { all in
      Result { () throws(SystemError) in
        try folder.write(inode, descriptor, all, at: place)
      }
    }
    _ = try result.get()
  }

  func rewrite(_ path: String, _ bytes: [UInt8]) -> Int32 {
    code { () throws(SystemError) in
      let (parent, name) = try split(path)
      let flags = O_WRONLY | O_TRUNC
      let (inode, descriptor) = try folder.create(parent, name, mode: 0o644, flags: flags, owner)
      defer { folder.release(known(inode), descriptor, isWriting: true) }
      try write(inode, descriptor, 0, bytes)
    }
  }

  func truncate(_ path: String, _ length: Int) -> Int32 {
    code { () throws(SystemError) in
      let attributes = LossyFolder.Attributes(size: Int64(length))
      try folder.set(inode(path), attributes, descriptor: nil)
    }
  }

  func sync(_ path: String) -> Int32 {
    code { () throws(SystemError) in folder.sync(try inode(path)) }
  }

  func failSync(_ path: String) { if let inode = try? inode(path) { folder.failSync(inode) } }

  func makeFolder(_ path: String) -> Int32 {
    code { () throws(SystemError) in
      let (parent, name) = try split(path)
      _ = try folder.makeFolder(parent, name, mode: 0o755, owner)
    }
  }

  func remove(_ path: String) -> Int32 {
    code { () throws(SystemError) in
      let (parent, name) = try split(path)
      try folder.remove(parent, name)
    }
  }

  func removeFolder(_ path: String) -> Int32 {
    code { () throws(SystemError) in
      let (parent, name) = try split(path)
      try folder.removeFolder(parent, name)
    }
  }

  func link(_ path: String, _ name: String) -> Int32 {
    code { () throws(SystemError) in
      let old = try inode(path)
      let (parent, name) = try split(name)
      _ = try folder.link(old, parent, name)
    }
  }

  func rename(_ path: String, _ name: String) -> Int32 {
    code { () throws(SystemError) in
      let (parent, old) = try split(path)
      let (target, new) = try split(name)
      try folder.rename(parent, old, target, new, flags: 0)
    }
  }

  func hold(_ path: String) {
    held = try? { () throws(SystemError) in
      let inode = try inode(path)
      return (inode, try folder.open(inode, flags: O_RDWR))
    }()
  }

  func writeHeld(_ bytes: [UInt8]) {
    if let (inode, descriptor) = held { try? write(inode, descriptor, 3, bytes) }
  }

  func syncHeld() { if let (inode, _) = held { folder.sync(inode) } }

  func release() {
    if let (inode, descriptor) = held {
      folder.release(inode, descriptor, isWriting: true)
    }
    held = nil
  }

  func lose() throws(Failure) {
    do throws(SystemError) { _ = try folder.lose() } catch {
      throw Failure(.inputOutput, File.systemMessage(error.code))
    }
  }
}
