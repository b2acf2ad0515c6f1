import Base
import CLinux
import Glibc

/// The process of a disk: answers the kernel and plumbline until either is gone.
///
/// A process of its own, since plumbline's one thread must never wait for a file system that it
/// answers itself.
public final class DiskService {
  /// The subcommand that runs it.
  public static let word = "disk"

  private let session: KernelSession
  private let mount: String
  private let ending: Int32
  private var received: [UInt8] = []
  private var isEnding = false

  /// Mounts `mount`, which shows the folder `backing`, answers on standard input and output, and
  /// returns when it is told to, when plumbline ends or when the mount is taken away.
  ///
  /// What is not on the disk then stays: only ``Disk/lose()`` loses.
  public static func run(backing: String, mount: String) {
    do throws(Failure) {
      let service = try DiskService(backing: backing, mount: mount)
      say(.done([]))
      service.serve()
    } catch {
      say(.refused(error.message))
    }
  }

  private init(backing: String, mount: String) throws(Failure) {
    self.mount = mount
    umask(0)
    signal(SIGPIPE, SIG_IGN)
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      limit.rlim_cur = limit.rlim_max
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    ending = plumbline_disk_ending(getppid())
    guard ending > 0 else {
      throw Failure(.unavailable, "signals cannot be waited for: \(File.systemMessage())")
    }
    let folder = try LossyFolder(backing: backing)
    var stage: Int32 = 0
    let device = plumbline_disk_mount(mount, &stage)
    guard device >= 0 else { throw DiskTrial.failure(stage: stage, folder: mount) }
    session = KernelSession(device: device, folder: folder)
    self.device = device
  }

  private let device: Int32

  private func serve() {
    var ready = [device, 0, ending].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while !isEnding, !session.isOver {
      session.folder.now = MonotonicClock.shared.now
      let count = poll(&ready, nfds_t(ready.count), waitMilliseconds())
      session.folder.now = MonotonicClock.shared.now
      if count > 0 {
        // plumbline first: what it says is meant for the requests that follow.
        if ready[1].revents != 0 { readCommands() }
        if ready[0].revents != 0 { session.answerOne() }
        if ready[2].revents != 0 { isEnding = true }
      }
      session.finishSyncs()
    }
    session.finishSyncs(failing: true)
    plumbline_disk_unmount(mount)
  }

  private func waitMilliseconds() -> Int32 {
    guard let next = session.nextSync else { return -1 }
    let now = session.folder.now
    return next <= now ? 0 : Int32(clamping: (next - now + 999_999) / 1_000_000)
  }

  private func readCommands() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(0, &buffer, buffer.count)
    guard count > 0 else {
      isEnding = true
      return
    }
    received += buffer.prefix(count)
    while let end = received.firstIndex(of: 0x0A) {
      let line = String(decoding: received[..<end], as: UTF8.self)
      received.removeSubrange(...end)
      guard let command = DiskCommand(line) else {
        DiskService.say(.refused("there is no command “\(line)”"))
        continue
      }
      if command == .end {
        // Before the answer: who waits for it may look for the mount.
        plumbline_disk_unmount(mount)
        isEnding = true
      }
      DiskService.say(carryOut(command))
    }
  }

  private func carryOut(_ command: DiskCommand) -> DiskAnswer {
    switch command {
    case .lose:
      session.finishSyncs(failing: true)
      do throws(SystemError) {
        let loss = try session.folder.lose()
        return .done([Int64(loss.files), loss.bytes, Int64(loss.names)])
      } catch {
        return .refused("the backing folder cannot be changed: \(File.systemMessage(error.code))")
      }
    case .sync: session.folder.syncAll()
    case .full(let isOn): session.folder.isFull = isOn
    case .failSyncs(let isOn): session.failsSyncs = isOn
    case .slowSyncs(let milliseconds):
      session.syncDelayNanoseconds = Int64(milliseconds) * 1_000_000
    case .statistics:
      session.folder.age()
      let risk = session.folder.atRisk
      let totals = session.folder.totals
      return .done([
        Int64(totals.writes), Int64(totals.syncs), Int64(risk.files), risk.bytes,
        Int64(risk.names),
      ])
    case .end: break
    }
    return .done([])
  }

  private static func say(_ answer: DiskAnswer) {
    let bytes = Array((answer.line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
  }
}
