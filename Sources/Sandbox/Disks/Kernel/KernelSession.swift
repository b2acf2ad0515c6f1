import CLinux
import Glibc

/// Answers the kernel's requests about one mount, one after the other.
///
/// Speaks the protocol of `/dev/fuse` (`linux/fuse.h`, version 7.31). The kernel keeps the pages of
/// open files, so that shared maps and writes see each other, and asks for names and attributes
/// each time. Locks are the kernel's own.
final class KernelSession {
  let folder: LossyFolder
  /// Whether syncs answer that they failed.
  var failsSyncs = false
  /// How long syncs take, in nanoseconds.
  var syncDelayNanoseconds: Int64 = 0
  /// Whether the kernel has taken the mount away.
  private(set) var isOver = false
  private let device: Int32
  private let request: UnsafeMutableRawBufferPointer
  private let answerMemory: UnsafeMutableRawBufferPointer
  private var handles: [UInt64: Handle] = [:]
  private var lastHandle: UInt64 = 0
  /// Syncs that are under way, in the order in which they were asked for.
  private var delayed: [Delayed] = []

  /// The most that is read or written at once.
  static let most = 1 << 20

  /// An open file or folder.
  struct Handle {
    let inode: Inode
    /// -1 for a folder.
    let descriptor: Int32
    /// Whether it is for writing.
    let isWriting: Bool
    /// What is in the folder, as it was when reading it was begun.
    var entries: [LossyFolder.Entry] = []
  }

  /// A sync that takes its time.
  private struct Delayed {
    let id: UInt64
    let due: Int64
    let inode: Inode
    /// How many bytes were written, where it was a write.
    let written: UInt32?
  }

  /// What a request is answered with.
  enum Ending {
    /// The body that was put together.
    case answer
    /// Nothing, now or ever.
    case nothing
  }

  init(device: Int32, folder: LossyFolder) {
    self.device = device
    self.folder = folder
    request = .allocate(byteCount: KernelSession.most + 65_536, alignment: 16)
    answerMemory = .allocate(byteCount: KernelSession.most + 65_536, alignment: 16)
  }

  deinit {
    request.deallocate()
    answerMemory.deallocate()
    close(device)
  }

  /// Reads one request and answers it.
  func answerOne() {
    let count = read(device, request.baseAddress, request.count)
    guard count >= 0 else {
      // ENOENT: interrupted before we saw it. ENODEV: there is no mount any more.
      isOver = isOver || errno == ENODEV
      return
    }
    guard let request = KernelRequest(UnsafeRawBufferPointer(rebasing: request[..<count])),
      let memory = answerMemory.baseAddress
    else { return }
    var answer = KernelAnswer(memory, capacity: answerMemory.count)
    do throws(SystemError) {
      guard let opcode = Opcode(rawValue: request.opcode) else { throw SystemError(ENOSYS) }
      if case .nothing = try handle(opcode, request, &answer) { return }
      send(answer.finished(request.id, error: 0))
    } catch {
      send(answer.finished(request.id, error: error.code))
    }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) {
    // ENOENT: who asked was killed meanwhile. Nothing else can be done about an error here.
    _ = Glibc.write(device, bytes.baseAddress, bytes.count)
  }

  private func handle(
    _ opcode: Opcode, _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) -> Ending {
    switch opcode {
    case .initialize: initialize(request, &answer)
    case .forget, .forgetMany:
      forget(opcode, request)
      return .nothing
    case .interrupt:
      interrupt(request.number(0))
      return .nothing
    case .destroy, .flush: break
    case .lookup:
      let inode = try folder.find(try folder.inode(request.inode), request.name(0))
      try introduce(inode, &answer)
    case .attributes:
      answer.add(UInt64(0))
      answer.add(UInt64(0))
      answer.add(try folder.inode(request.inode).status())
    case .setAttributes: try setAttributes(request, &answer)
    case .statistics: try statistics(request, &answer)
    case .readLink:
      let target = try folder.target(of: try folder.inode(request.inode))
      target.withUnsafeBytes { answer.add($0) }
    case .makeFolder, .makeNode, .symbolicLink, .link, .unlink, .removeFolder, .rename,
      .renameWithFlags:
      try changeNames(opcode, request, &answer)
    case .open, .create, .openFolder: try open(opcode, request, &answer)
    case .read: try readData(request, &answer)
    case .readFolder: try readFolder(request, &answer)
    case .write: return try write(request, &answer)
    case .release, .releaseFolder: try release(request)
    case .sync, .syncFolder:
      let inode = try folder.inode(request.inode)
      return try sync(inode, request.id, written: nil)
    case .allocate:
      let handle = try opened(request)
      try folder.allocate(
        handle.inode, handle.descriptor, mode: Int32(bitPattern: request.number(24)),
        offset: Int64(bitPattern: request.number(8)),
        length: Int64(bitPattern: request.number(16)))
    }
    return .answer
  }

  private func initialize(_ request: KernelRequest, _ answer: inout KernelAnswer) {
    let bigWrites: UInt32 = 1 << 5
    let manyPages: UInt32 = 1 << 22
    answer.add(UInt32(7))
    answer.add(UInt32(31))
    answer.add(request.number(8, as: UInt32.self))  // As much is read ahead as the kernel likes.
    answer.add(request.number(12, as: UInt32.self) & (bigWrites | manyPages))
    answer.add(UInt16(64))  // Requests in the background,
    answer.add(UInt16(48))  // and from when on that is called a congestion.
    answer.add(UInt32(KernelSession.most))
    answer.add(UInt32(1))  // The grain of times, in nanoseconds.
    answer.add(UInt16(KernelSession.most / 4096))
    answer.add(UInt16(0))
    for _ in 0..<8 { answer.add(UInt32(0)) }
  }

  private func introduce(_ inode: Inode, _ answer: inout KernelAnswer) throws(SystemError) {
    let status: stat
    do throws(SystemError) { status = try inode.status() } catch {
      folder.forget(inode)
      throw error
    }
    inode.lookups += 1
    answer.add(inode, status)
  }

  private func forget(_ opcode: Opcode, _ request: KernelRequest) {
    let isOne = opcode == .forget
    let count = isOne ? 1 : request.number(0, as: UInt32.self)
    for index in 0..<Int(count) {
      let id = isOne ? request.inode : request.number(8 + 16 * index)
      let lookups: UInt64 = request.number(isOne ? 0 : 16 + 16 * index)
      guard let inode = try? folder.inode(id) else { continue }
      inode.lookups -= min(lookups, inode.lookups)
      folder.forget(inode)
    }
  }

  // MARK: Names

  private func changeNames(
    _ opcode: Opcode, _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) {
    let parent = try folder.inode(request.inode)
    switch opcode {
    case .makeFolder:
      let inode = try folder.makeFolder(
        parent, request.name(8), mode: request.number(0), request.owner)
      try introduce(inode, &answer)
    case .makeNode:
      let inode = try folder.makeNode(
        parent, request.name(16), mode: request.number(0),
        device: UInt(request.number(4, as: UInt32.self)), request.owner)
      try introduce(inode, &answer)
    case .symbolicLink:
      let (name, target) = request.names(0)
      try introduce(try folder.makeLink(parent, name, to: target, request.owner), &answer)
    case .link:
      let inode = try folder.inode(request.number(0))
      try introduce(try folder.link(inode, parent, request.name(8)), &answer)
    case .unlink: try folder.remove(parent, request.name(0))
    case .removeFolder: try folder.removeFolder(parent, request.name(0))
    default:
      let hasFlags = opcode == .renameWithFlags
      let (name, newName) = request.names(hasFlags ? 16 : 8)
      try folder.rename(
        parent, name, try folder.inode(request.number(0)), newName,
        flags: hasFlags ? request.number(8) : 0)
    }
  }

  // MARK: Files

  private func open(
    _ opcode: Opcode, _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) {
    let flags = Int32(bitPattern: request.number(0))
    let isWriting = flags & O_ACCMODE != O_RDONLY
    let handle: Handle
    if opcode == .create {
      let (inode, descriptor) = try folder.create(
        try folder.inode(request.inode), request.name(16), mode: request.number(4), flags: flags,
        request.owner)
      handle = Handle(inode: inode, descriptor: descriptor, isWriting: isWriting)
      do throws(SystemError) { try introduce(inode, &answer) } catch {
        folder.release(inode, descriptor, isWriting: false)
        throw error
      }
    } else {
      let inode = try folder.inode(request.inode)
      let isFolder = opcode == .openFolder
      handle = Handle(
        inode: inode, descriptor: isFolder ? -1 : try folder.open(inode, flags: flags),
        isWriting: isWriting)
      if isFolder { inode.handles += 1 }
    }
    lastHandle += 1
    handles[lastHandle] = handle
    answer.add(lastHandle)
    answer.add(UInt64(0))
  }

  private func opened(_ request: KernelRequest) throws(SystemError) -> Handle {
    guard let handle = handles[request.number(0)] else { throw SystemError(EBADF) }
    return handle
  }

  private func release(_ request: KernelRequest) throws(SystemError) {
    let handle = try opened(request)
    handles[request.number(0)] = nil
    if handle.descriptor >= 0 {
      folder.release(handle.inode, handle.descriptor, isWriting: handle.isWriting)
    } else {
      handle.inode.handles -= 1
      folder.forget(handle.inode)
    }
  }

  private func readData(
    _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) {
    let room = answer.room
    let wanted = min(Int(request.number(16, as: UInt32.self)), room.count)
    let count = pread(
      try opened(request).descriptor, room.baseAddress, wanted,
      off_t(Int64(bitPattern: request.number(8))))
    guard count >= 0 else { throw .last }
    answer.add(count: count)
  }

  private func write(
    _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) -> Ending {
    let handle = try opened(request)
    let wanted = Int(request.number(16, as: UInt32.self))
    let data = request.data(40)
    guard data.count >= wanted else { throw SystemError(EINVAL) }
    let written = UInt32(
      try folder.write(
        handle.inode, handle.descriptor, UnsafeRawBufferPointer(rebasing: data[..<wanted]),
        at: Int64(bitPattern: request.number(8))))
    if Int32(bitPattern: request.number(32)) & O_DSYNC != 0 {
      return try sync(handle.inode, request.id, written: written)
    }
    answer.add(UInt64(written))
    return .answer
  }

  private func setAttributes(
    _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) {
    let inode = try folder.inode(request.inode)
    let valid: UInt32 = request.number(0)
    func has(_ bit: UInt32) -> Bool { valid & (1 << bit) != 0 }
    func time(_ seconds: Int, _ nanoseconds: Int, now: UInt32) -> timespec {
      let part = has(now) ? (1 << 30) - 1 : Int(request.number(nanoseconds, as: UInt32.self))
      return timespec(tv_sec: request.number(seconds), tv_nsec: part)
    }
    var attributes = LossyFolder.Attributes()
    if has(0) { attributes.mode = request.number(68) }
    if has(1) { attributes.user = request.number(76) }
    if has(2) { attributes.group = request.number(80) }
    if has(3) { attributes.size = Int64(bitPattern: request.number(16)) }
    if has(4) { attributes.accessed = time(32, 56, now: 7) }
    if has(5) { attributes.modified = time(40, 60, now: 8) }
    let id: UInt64 = request.number(8)
    let handle = has(6) ? handles[id] : nil
    try folder.set(inode, attributes, descriptor: handle?.descriptor)
    answer.add(UInt64(0))
    answer.add(UInt64(0))
    answer.add(try inode.status())
  }

  // MARK: Syncs

  private func sync(
    _ inode: Inode, _ id: UInt64, written: UInt32?
  ) throws(SystemError) -> Ending {
    let sync = Delayed(
      id: id, due: folder.now &+ syncDelayNanoseconds, inode: inode, written: written)
    // With nothing to write it takes no time: after a write that was synced the kernel syncs, too.
    if syncDelayNanoseconds > 0, !folder.isSynced(inode) {
      inode.handles += 1
      delayed.append(sync)
    } else {
      finish(sync)
    }
    return .nothing
  }

  private func finish(_ sync: Delayed, error: Int32? = nil) {
    guard let memory = answerMemory.baseAddress else { return }
    var answer = KernelAnswer(memory, capacity: answerMemory.count)
    if error == nil, failsSyncs { folder.failSync(sync.inode) }
    let error = error ?? (failsSyncs ? EIO : 0)
    if error == 0 { folder.sync(sync.inode) }
    if let written = sync.written { answer.add(UInt64(written)) }
    send(answer.finished(sync.id, error: error))
  }

  /// What is in an open folder; read anew when its reading begins anew.
  func listing(_ id: UInt64, isBegun: Bool) throws(SystemError) -> [LossyFolder.Entry] {
    guard let handle = handles[id] else { throw SystemError(EBADF) }
    if isBegun { return handle.entries }
    let entries = try folder.entries(handle.inode)
    handles[id]?.entries = entries
    return entries
  }

  /// When the next sync is through, or nil when none is under way.
  var nextSync: Int64? { delayed.map(\.due).min() }

  /// Finishes the syncs that are due; all of them, as failed, where the disk is losing power.
  func finishSyncs(failing: Bool = false) {
    finishSyncs(where: { failing || $0.due <= folder.now }, error: failing ? EIO : nil)
  }

  /// Who waits for a sync is to die: the sync is not waited for.
  private func interrupt(_ id: UInt64) {
    finishSyncs(where: { $0.id == id }, error: EINTR)
  }

  private func finishSyncs(where isMeant: (Delayed) -> Bool, error: Int32?) {
    let meant = delayed.filter(isMeant)
    guard !meant.isEmpty else { return }
    delayed.removeAll(where: isMeant)
    for sync in meant {
      finish(sync, error: error)
      sync.inode.handles -= 1
      folder.forget(sync.inode)
    }
  }
}

// MARK: Folders

extension KernelSession {
  func readFolder(
    _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) {
    let offset = Int(request.number(8, as: UInt64.self))
    let entries = try listing(request.number(0), isBegun: offset > 0)
    let most = 16 + Int(request.number(16, as: UInt32.self))
    var next = offset
    while next < entries.count {
      let entry = entries[next]
      let length = (24 + entry.name.count + 7) & ~7
      guard answer.count + length <= most else { break }
      next += 1
      answer.add(entry.number)
      answer.add(UInt64(next))
      answer.add(UInt32(entry.name.count))
      answer.add(entry.kind)
      entry.name.characters.withUnsafeBytes { name in
        answer.add(UnsafeRawBufferPointer(rebasing: name.dropLast()))
      }
      for _ in (24 + entry.name.count)..<length { answer.add(UInt8(0)) }
    }
  }

  func statistics(
    _ request: KernelRequest, _ answer: inout KernelAnswer
  ) throws(SystemError) {
    var status = statvfs()
    guard statvfs(try folder.inode(request.inode).path, &status) == 0 else { throw .last }
    answer.add(UInt64(status.f_blocks))
    answer.add(folder.isFull ? 0 : UInt64(status.f_bfree))
    answer.add(folder.isFull ? 0 : UInt64(status.f_bavail))
    answer.add(UInt64(status.f_files))
    answer.add(UInt64(status.f_ffree))
    answer.add(UInt32(status.f_bsize))
    answer.add(UInt32(status.f_namemax))
    answer.add(UInt32(status.f_frsize))
    for _ in 0..<7 { answer.add(UInt32(0)) }
  }
}
