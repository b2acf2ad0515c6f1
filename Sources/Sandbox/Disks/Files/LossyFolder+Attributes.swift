import CLinux
import Glibc

/// What is known of files and folders, and changes of it. These are never lost.
extension LossyFolder {
  /// What is to be changed; nil leaves it.
  struct Attributes {
    var mode: mode_t?
    var user: UInt32?
    var group: UInt32?
    var size: Int64?
    /// In the form of utimensat(2).
    var accessed: timespec?
    var modified: timespec?
  }

  /// Changes it, the size through a descriptor where there is one.
  func set(
    _ inode: Inode, _ attributes: Attributes, descriptor: Int32?
  ) throws(SystemError) {
    if let size = attributes.size {
      let own = descriptor == nil ? try inode.open(O_RDWR) : -1
      defer { if own >= 0 { close(own) } }
      try truncate(inode, descriptor ?? own, to: size)
    }
    if attributes.user != nil || attributes.group != nil {
      guard
        plumbline_own(inode.reference, attributes.user ?? .max, attributes.group ?? .max) == 0
      else { throw .last }
    }
    if let mode = attributes.mode, chmod(inode.path, mode) != 0 { throw .last }
    if attributes.accessed != nil || attributes.modified != nil {
      let omitted = timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
      let times = [attributes.accessed ?? omitted, attributes.modified ?? omitted]
      guard utimensat(AT_FDCWD, inode.path, times, 0) == 0 else { throw .last }
    }
  }

  /// Where a symbolic link leads.
  func target(of inode: Inode) throws(SystemError) -> [UInt8] {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
      count = buffer.withMemoryRebound(to: CChar.self) {
        plumbline_read_link(inode.reference, $0.baseAddress, $0.count)
      }
      initialized = max(count, 0)
    }
    guard count >= 0 else { throw .last }
    return bytes
  }

  /// A name in a folder and what it is.
  struct Entry {
    let name: FileName
    let number: UInt64
    /// As in `d_type` of readdir(3).
    let kind: UInt32
  }

  /// What is in a folder, `.` and `..` with it.
  func entries(_ folder: Inode) throws(SystemError) -> [Entry] {
    let descriptor = try folder.open(O_RDONLY | O_DIRECTORY)
    guard let stream = fdopendir(descriptor) else {
      close(descriptor)
      throw .last
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { FileName($0) }
      guard !isHidden(folder, name) else { continue }
      entries.append(
        Entry(
          name: name, number: UInt64(entry.pointee.d_ino), kind: UInt32(entry.pointee.d_type)))
    }
    return entries
  }
}
