import CLinux
import Glibc

/// Names: made, removed, changed.
extension LossyFolder {
  /// Who asks for something to be made: it is theirs.
  struct Owner {
    let user: UInt32
    let group: UInt32
  }

  private func check(_ folder: Inode, _ name: FileName) throws(SystemError) {
    if isHidden(folder, name) { throw SystemError(EPERM) }
  }

  private func made(
    _ folder: Inode, _ name: FileName, _ owner: Owner?, isFolder: Bool = false
  ) throws(SystemError) -> Inode {
    note(.made(folder, name, isFolder: isFolder))
    let inode = try find(folder, name)
    // Refused where this user may not: then it is our own, as everything in the backing folder is.
    if let owner { _ = plumbline_own(inode.reference, owner.user, owner.group) }
    return inode
  }

  func makeFolder(
    _ folder: Inode, _ name: FileName, mode: mode_t, _ owner: Owner
  ) throws(SystemError) -> Inode {
    try check(folder, name)
    guard mkdirat(folder.reference, name.characters, mode) == 0 else { throw .last }
    return try made(folder, name, owner, isFolder: true)
  }

  /// Makes a file, socket or pipe.
  func makeNode(
    _ folder: Inode, _ name: FileName, mode: mode_t, device: UInt, _ owner: Owner
  ) throws(SystemError) -> Inode {
    try check(folder, name)
    guard mknodat(folder.reference, name.characters, mode, dev_t(device)) == 0 else {
      throw .last
    }
    return try made(folder, name, owner)
  }

  func makeLink(
    _ folder: Inode, _ name: FileName, to target: FileName, _ owner: Owner
  ) throws(SystemError) -> Inode {
    try check(folder, name)
    guard symlinkat(target.characters, folder.reference, name.characters) == 0 else {
      throw .last
    }
    return try made(folder, name, owner)
  }

  /// Gives something another name.
  func link(_ inode: Inode, _ folder: Inode, _ name: FileName) throws(SystemError) -> Inode {
    try check(folder, name)
    guard
      linkat(AT_FDCWD, inode.path, folder.reference, name.characters, AT_SYMLINK_FOLLOW) == 0
    else { throw .last }
    return try made(folder, name, nil)
  }

  /// Makes a file unless it is there, and opens it.
  func create(
    _ folder: Inode, _ name: FileName, mode: mode_t, flags: Int32, _ owner: Owner
  ) throws(SystemError) -> (Inode, Int32) {
    try check(folder, name)
    let descriptor = openat(
      folder.reference, name.characters, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if descriptor >= 0 {
      do throws(SystemError) {
        let inode = try made(folder, name, owner)
        inode.handles += 1
        return (inode, descriptor)
      } catch {
        close(descriptor)
        throw error
      }
    }
    guard errno == EEXIST, flags & O_EXCL == 0 else { throw .last }
    let inode = try find(folder, name)
    return (inode, try open(inode, flags: flags))
  }

  /// Removes a name of a file.
  func remove(_ folder: Inode, _ name: FileName) throws(SystemError) {
    let inode = try find(folder, name)
    defer { forget(inode) }
    if try inode.status().st_mode & S_IFMT == S_IFDIR { throw SystemError(EISDIR) }
    try bury(folder, name, inode)
  }

  /// Removes an empty folder.
  func removeFolder(_ folder: Inode, _ name: FileName) throws(SystemError) {
    let inode = try find(folder, name)
    defer { forget(inode) }
    try checkIsEmpty(inode)
    try bury(folder, name, inode)
  }

  private func checkIsEmpty(_ folder: Inode) throws(SystemError) {
    if try entries(folder).count > 2 { throw SystemError(ENOTEMPTY) }
  }

  /// Changes a name, with the flags of renameat2(2).
  func rename(
    _ folder: Inode, _ name: FileName, _ target: Inode, _ newName: FileName, flags: UInt32
  ) throws(SystemError) {
    try check(folder, name)
    try check(target, newName)
    let inode = try find(folder, name)
    defer { forget(inode) }
    if flags != 0 {
      guard
        plumbline_rename(
          folder.reference, name.characters, target.reference, newName.characters, flags) == 0
      else { throw .last }
      note(
        flags & 2 != 0
          ? .swapped(folder, name, target, newName) : .moved(folder, name, target, newName))
      return
    }
    let replaced = try replaced(by: inode, target, newName)
    defer { replaced.map(forget) }
    if replaced === inode { return }  // Two names of one file: rename(2) does nothing.
    if let replaced { try bury(target, newName, replaced) }
    guard
      plumbline_rename(
        folder.reference, name.characters, target.reference, newName.characters, 1) == 0
    else {
      let cause = SystemError.last
      if replaced != nil { try unbury() }
      throw cause
    }
    note(.moved(folder, name, target, newName))
    // ext4 (auto_da_alloc): a file that replaces another is written before the name is changed.
    if replaced != nil { noteSettled(inode) }
  }

  /// What a rename takes the name from, if it may.
  private func replaced(
    by inode: Inode, _ folder: Inode, _ name: FileName
  ) throws(SystemError) -> Inode? {
    let replaced: Inode
    do throws(SystemError) { replaced = try find(folder, name) } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
    if replaced === inode { return replaced }
    let isFolder = try inode.status().st_mode & S_IFMT == S_IFDIR
    let wasFolder = try replaced.status().st_mode & S_IFMT == S_IFDIR
    if isFolder, !wasFolder { throw SystemError(ENOTDIR) }
    if !isFolder, wasFolder { throw SystemError(EISDIR) }
    if wasFolder { try checkIsEmpty(replaced) }
    return replaced
  }
}
