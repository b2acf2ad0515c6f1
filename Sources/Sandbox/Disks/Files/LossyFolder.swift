import Base
import CLinux
import Glibc

/// A folder that can lose what was not synced, as a machine does when its power fails.
///
/// Everything is done to a backing folder at once, and a way back is kept until it is certain that
/// a disk would have it:
///
/// - data and size of a file: until the file is synced, or for ``Patience/data``;
/// - names (create, link, rename, remove): until anything is synced, or for ``Patience/names``, in
///   their order. As ext4 does, a truncation, the closing of a file that was truncated and the
///   renaming of a file over another take what was written to that file with them.
///
/// So what is lost is never more than what ext4 with its default options could have lost. Not
/// thread-safe; the clock is handed in by setting ``now``.
final class LossyFolder {
  /// How long the kernel leaves things in memory only, in nanoseconds.
  struct Patience {
    /// Linux writes data that is 30 s old when it looks, every 5 s (`vm.dirty_expire_centisecs`,
    /// `vm.dirty_writeback_centisecs`).
    var data: Int64 = 35_000_000_000
    /// ext4 writes its journal every 5 s (`commit=`).
    var names: Int64 = 5_000_000_000
  }

  /// The hidden folder of what was removed and may come back.
  static let graveyard = FileName(".plumbline-graves")

  let patience: Patience
  /// The time, in nanoseconds of a clock that never goes back.
  var now: Int64 = 0
  /// Whether there is no room: nothing may grow.
  var isFull = false
  let root: Inode
  private let graves: Int32
  private let backing: String
  private var inodes: [UInt64: Inode] = [:]
  private var numbers: [Inode.Key: UInt64] = [:]
  private var lastID: UInt64 = 1
  private var lastNumber: UInt64 = 0
  private var journal = Journal()
  /// The inodes with something to be lost.
  private var unsynced: [UInt64: Inode] = [:]
  private(set) var totals = Totals()

  /// What was counted since the beginning.
  struct Totals: Equatable {
    var syncs = 0
    var writes = 0
  }

  /// Opens a backing folder; what an earlier run left in its graveyard is gone for good.
  init(backing: String, patience: Patience = Patience()) throws(Failure) {
    self.backing = backing
    self.patience = patience
    let folder = plumbline_refer(AT_FDCWD, backing)
    var status = stat()
    guard folder >= 0, fstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      let cause = folder >= 0 ? "is not a folder" : File.systemMessage()
      throw Failure(.unavailable, "\(backing): \(cause)")
    }
    let key = Inode.Key(device: status.st_dev, number: status.st_ino)
    root = Inode(id: 1, key: key, reference: folder)
    let made = mkdirat(folder, LossyFolder.graveyard.characters, 0o700)
    let cause = File.systemMessage()
    graves = openat(
      folder, LossyFolder.graveyard.characters, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard graves >= 0 else {
      throw Failure(
        .cannotCreate, "\(backing): no folder can be made: \(made == 0 ? "" : cause)")
    }
    inodes[1] = root
    numbers[key] = 1
    clearGraves()
  }

  deinit {
    clearGraves()
    unlinkat(root.reference, LossyFolder.graveyard.characters, Int32(AT_REMOVEDIR))
    close(graves)
  }

  private func clearGraves() {
    let names = (try? File.names(in: "\(backing)/.plumbline-graves")) ?? []
    for name in names where unlinkat(graves, name, 0) != 0 {
      unlinkat(graves, name, AT_REMOVEDIR)
    }
  }

  // MARK: Inodes

  /// The inode of a number that the kernel was given.
  func inode(_ id: UInt64) throws(SystemError) -> Inode {
    guard let inode = inodes[id] else { throw SystemError(ESTALE) }
    return inode
  }

  /// What a name names, known from now on.
  func find(_ folder: Inode, _ name: FileName) throws(SystemError) -> Inode {
    guard !isHidden(folder, name) else { throw SystemError(ENOENT) }
    let reference = plumbline_refer(folder.reference, name.characters)
    guard reference >= 0 else { throw .last }
    var status = stat()
    guard fstat(reference, &status) == 0 else {
      close(reference)
      throw .last
    }
    let key = Inode.Key(device: status.st_dev, number: status.st_ino)
    if let known = numbers[key].flatMap({ inodes[$0] }) {
      close(reference)
      return known
    }
    lastID += 1
    let inode = Inode(id: lastID, key: key, reference: reference)
    inodes[lastID] = inode
    numbers[key] = lastID
    return inode
  }

  /// Lets go of an inode that nothing needs.
  func forget(_ inode: Inode) {
    guard inode.isForgotten, inodes[inode.id] === inode else { return }
    inodes[inode.id] = nil
    numbers[inode.key] = nil
  }

  /// Whether a name is the graveyard's.
  func isHidden(_ folder: Inode, _ name: FileName) -> Bool {
    folder === root && name == LossyFolder.graveyard
  }

  // MARK: What is not on the disk yet

  /// Notes a change of names.
  func note(_ change: Journal.Change) {
    // Half of them at a time, so that each is moved at most twice; a loss looks at every one.
    let middle = journal.entries.count / 2
    if middle < journal.entries.count, journal.entries[middle].time &+ patience.names <= now {
      commitAged()
    }
    journal.append(change, time: now)
  }

  /// Notes that what was written to a file so far is on the disk when the journal is.
  func noteSettled(_ inode: Inode) {
    guard let last = inode.writes.last else { return }
    inode.settled = last.number
    note(.settled(inode, number: last.number))
  }

  /// Notes a write of `count` bytes, or a change of the size with `count` 0, before it is made.
  func noteWrite(
    _ inode: Inode, size: Int64, offset: Int64, replaced: [UInt8], count: Int64
  ) {
    totals.writes += 1
    let last = inode.writes.count - 1
    // Appended to what was appended: the size before the first takes both back.
    if last >= 0, count > 0, replaced.isEmpty, inode.writes[last].written > 0,
      inode.writes[last].replaced.isEmpty, inode.writes[last].number > inode.settled,
      inode.writes[last].size + inode.writes[last].written == offset,
      inode.writes[last].offset == inode.writes[last].size,
      now &- inode.writes[last].time < 1_000_000_000
    {
      inode.writes[last].written += count
      return
    }
    // Half of them at a time, as above.
    if last >= 0, inode.writes[(last + 1) / 2].time &+ patience.data <= now { settleAged(inode) }
    lastNumber += 1
    if inode.writes.isEmpty { unsynced[inode.id] = inode }
    inode.writes.append(
      Unsynced(
        number: lastNumber, time: now, size: size, offset: offset, replaced: replaced,
        written: count))
  }

  /// Puts a file, and with it the whole journal, on the disk.
  func sync(_ inode: Inode?) {
    totals.syncs += 1
    commit(journal.entries.count)
    if let inode { settle(inode, upTo: .max) }
  }

  /// Puts everything on the disk.
  func syncAll() {
    commit(journal.entries.count)
    for inode in unsynced.values { settle(inode, upTo: .max) }
  }

  /// Whether a sync of an inode has nothing to write.
  func isSynced(_ inode: Inode) -> Bool { inode.writes.isEmpty && journal.entries.isEmpty }

  private func settle(_ inode: Inode, upTo number: UInt64) {
    guard !inode.writes.isEmpty else { return }
    if !inode.stale.isEmpty {
      for write in inode.writes where write.number <= number { inode.supersede(write) }
    }
    if number >= inode.writes[inode.writes.count - 1].number {
      inode.writes = []
    } else {
      inode.writes.removeAll { $0.number <= number }
    }
    letGo(inode)
  }

  /// Lets go of a file of which nothing can be lost.
  func letGo(_ inode: Inode) {
    guard inode.writes.isEmpty, inode.stale.isEmpty else { return }
    unsynced[inode.id] = nil
    forget(inode)
  }

  /// Writes what is too old to be in memory only.
  private func settleAged(_ inode: Inode) {
    let aged = inode.writes.last { $0.time &+ patience.data <= now }
    if let aged { settle(inode, upTo: aged.number) }
  }

  /// Writes everything that is too old to be in memory only.
  func age() {
    commitAged()
    for inode in unsynced.values { settleAged(inode) }
  }

  private func commitAged() {
    commit(journal.entries.prefix { $0.time &+ patience.names <= now }.count)
  }

  private func commit(_ count: Int) {
    guard count > 0 else { return }
    for entry in journal.takeFirst(count) {
      if case .settled(let inode, let number) = entry.change { settle(inode, upTo: number) }
      if case .removed(_, _, let grave, let inode) = entry.change {
        let name = LossyFolder.name(ofGrave: grave)
        if unlinkat(graves, name.characters, 0) != 0 {
          unlinkat(graves, name.characters, AT_REMOVEDIR)
        }
        inode.graves -= 1
        dropIfGone(inode)
      }
      entry.change.inodes.forEach(forget)
    }
  }

  /// Lets go of what could be lost of a file that nobody can see any more.
  func dropIfGone(_ inode: Inode) {
    guard inode.handles == 0, inode.graves == 0, !inode.writes.isEmpty || !inode.stale.isEmpty,
      (try? inode.status().st_nlink) == 0
    else { return }
    (inode.writes, inode.stale) = ([], [:])
    letGo(inode)
  }

  // MARK: Graves

  private static func name(ofGrave number: UInt64) -> FileName { FileName(String(number)) }

  /// Takes a name away such that it can come back.
  func bury(_ folder: Inode, _ name: FileName, _ inode: Inode) throws(SystemError) {
    lastNumber += 1
    let grave = LossyFolder.name(ofGrave: lastNumber)
    guard plumbline_rename(folder.reference, name.characters, graves, grave.characters, 0) == 0
    else { throw .last }
    inode.graves += 1
    note(.removed(folder, name, grave: lastNumber, inode))
  }

  /// Gives back the name that was taken away last.
  func unbury() throws(SystemError) {
    if let entry = journal.takeLast() { try takeBack(entry.change) }
  }

  // MARK: Loss

  /// What was lost.
  struct Loss: Equatable {
    /// How many files lost data or their size.
    var files = 0
    /// How many written bytes were lost; of what a failed sync did not write, whole pages.
    var bytes: Int64 = 0
    /// How many changes of names were lost.
    var names = 0
  }

  /// What would be lost now.
  var atRisk: Loss {
    var risk = Loss(names: journal.entries.count { $0.change.isName })
    for inode in unsynced.values {
      risk.files += 1
      risk.bytes += inode.writes.reduce(0) { $0 + $1.written }
      risk.bytes += Int64(inode.stale.count) * Unsynced.pageSize
    }
    return risk
  }

  /// Loses everything that is not on the disk, all at once.
  ///
  /// Data first, by the descriptors that refer to the files whatever their names; then the names,
  /// last change first.
  func lose() throws(SystemError) -> Loss {
    age()
    let loss = atRisk
    for inode in unsynced.values.sorted(by: { $0.id < $1.id }) {
      try takeBack(inode)
    }
    unsynced = [:]
    for entry in journal.takeBackwards() {
      try takeBack(entry.change)
      entry.change.inodes.forEach(forget)
    }
    return loss
  }

  private func takeBack(_ inode: Inode) throws(SystemError) {
    let descriptor = try inode.open(O_RDWR)
    defer { close(descriptor) }
    for write in inode.writes.reversed() {
      if !write.replaced.isEmpty {
        let count = pwrite(descriptor, write.replaced, write.replaced.count, off_t(write.offset))
        guard count == write.replaced.count else { throw .last }
      }
      guard ftruncate(descriptor, off_t(write.size)) == 0 else { throw .last }
    }
    inode.writes = []
    try inode.showStale(descriptor)
    forget(inode)
  }

  private func takeBack(_ change: Journal.Change) throws(SystemError) {
    let isDone =
      switch change {
      case .made(let folder, let name, let isFolder):
        unlinkat(folder.reference, name.characters, isFolder ? AT_REMOVEDIR : 0) == 0
      case .removed(let folder, let name, let grave, let inode):
        {
          inode.graves -= 1
          return plumbline_rename(
            graves, LossyFolder.name(ofGrave: grave).characters, folder.reference,
            name.characters, 1) == 0
        }()
      case .moved(let from, let name, let to, let toName):
        plumbline_rename(
          to.reference, toName.characters, from.reference, name.characters, 1) == 0
      case .swapped(let one, let name, let other, let otherName):
        plumbline_rename(
          one.reference, name.characters, other.reference, otherName.characters, 2) == 0
      case .settled: true
      }
    guard isDone else { throw .last }
  }
}
