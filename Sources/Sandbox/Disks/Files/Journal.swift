/// The changes of names that are not certainly on the disk, in their order.
///
/// One journal for the whole file system, as ext4, XFS and others have: when a change is on the
/// disk, so are all before it.
struct Journal {
  /// A change of names, with what takes it back.
  enum Change {
    /// A name was given, to something new or, with link(2), to something old.
    case made(Inode, FileName, isFolder: Bool)
    /// A name was removed; what it named waits in the graveyard under a number.
    case removed(Inode, FileName, grave: UInt64, Inode)
    /// A name was changed; what the new one named before waits in the graveyard.
    case moved(Inode, FileName, Inode, FileName)
    /// Two names were exchanged.
    case swapped(Inode, FileName, Inode, FileName)
    /// What was written to a file up to a number is on the disk when this entry is.
    case settled(Inode, number: UInt64)

    /// The inodes it tells of.
    var inodes: [Inode] {
      switch self {
      case .made(let folder, _, _): [folder]
      case .removed(let folder, _, _, let inode): [folder, inode]
      case .moved(let old, _, let new, _), .swapped(let old, _, let new, _): [old, new]
      case .settled(let inode, _): [inode]
      }
    }

    /// Whether a name is lost with it.
    var isName: Bool { if case .settled = self { false } else { true } }
  }

  /// A change and when it was made, in nanoseconds.
  struct Entry {
    let change: Change
    let time: Int64
  }

  private(set) var entries: [Entry] = []

  /// Adds a change.
  mutating func append(_ change: Change, time: Int64) {
    for inode in change.inodes { inode.entries += 1 }
    entries.append(Entry(change: change, time: time))
  }

  /// Takes the first entries out, those that are on the disk now.
  mutating func takeFirst(_ count: Int) -> [Entry] {
    let taken = Array(entries.prefix(count))
    entries.removeFirst(taken.count)
    release(taken)
    return taken
  }

  /// Takes all entries out, last first.
  mutating func takeBackwards() -> [Entry] {
    let taken = Array(entries.reversed())
    entries = []
    release(taken)
    return taken
  }

  /// Takes the last entry out.
  mutating func takeLast() -> Entry? {
    let entry = entries.popLast()
    if let entry { release([entry]) }
    return entry
  }

  private func release(_ taken: [Entry]) {
    for entry in taken { for inode in entry.change.inodes { inode.entries -= 1 } }
  }
}
