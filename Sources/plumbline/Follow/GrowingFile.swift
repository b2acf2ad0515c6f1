import Base
import Glibc

/// A file that somebody else is writing, or standard input, read as it grows.
final class GrowingFile {
  let path: String
  private let descriptor: Int32
  private let isRegular: Bool
  private var offset: Int64 = 0
  private static let piece = 1 << 18
  /// Whether there may be more at once after the last look.
  private(set) var isMoreNear = false

  /// What a look at the file gave.
  enum Look {
    case bytes([UInt8])
    /// Nothing new so far.
    case nothing
    /// Nothing will come any more.
    case end
  }

  /// Opens a file; `-` is standard input.
  init(_ path: String, standardInput: Int32 = 0) throws(Failure) {
    self.path = path
    descriptor = path == "-" ? standardInput : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.missingInput, "\(path): \(File.systemMessage())")
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    if isKnown, status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(.missingInput, "\(path): is a directory")
    }
    // Standard input is read to its end, whatever it is.
    isRegular = path != "-" && isKnown && status.st_mode & S_IFMT == S_IFREG
  }

  deinit { if descriptor > 0 { close(descriptor) } }

  /// Waits for bytes, at most that long.
  ///
  /// - Throws: ``ExitCode/inputOutput`` when the file became shorter or cannot be read.
  func look(waitingMilliseconds: Int32) throws(Failure) -> Look {
    if !isRegular, !isReady(waitingMilliseconds) { return .nothing }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: GrowingFile.piece) { buffer, filled in
      repeat {
        count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      } while count < 0 && errno == EINTR
      filled = max(0, count)
    }
    if count < 0 {
      if errno == EAGAIN { return .nothing }
      throw Failure(.inputOutput, "\(path): \(File.systemMessage())")
    }
    offset += Int64(count)
    isMoreNear = count == GrowingFile.piece || !isRegular && isReady(0)
    if count > 0 { return .bytes(bytes) }
    guard isRegular else { return .end }
    var status = stat()
    if fstat(descriptor, &status) == 0, Int64(status.st_size) < offset {
      throw Failure(.inputOutput, "\(path): became shorter while it was followed")
    }
    usleep(UInt32(waitingMilliseconds) * 1000)
    return .nothing
  }

  private func isReady(_ milliseconds: Int32) -> Bool {
    var waiter = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiter, 1, milliseconds) > 0
  }

  /// Whether its writer holds the lock that ``AppendFile`` takes: a run that is being recorded.
  var isBeingRecorded: Bool {
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    flock(descriptor, LOCK_UN)
    return false
  }
}
