import Base
import Formats
import Glibc

/// A file that is only appended to, each time with one write(2).
final class AppendFile {
  private let descriptor: Int32
  private let path: String

  /// Makes the file, or goes on at its end.
  init(_ path: String) throws(Failure) {
    self.path = path
    descriptor = try File.open(path, .appended)
  }

  deinit { close(descriptor) }

  /// Locks the file until it is closed, so that who follows it knows that more may come; the
  /// kernel gives the lock back when the recorder dies. A file system without locks does not
  /// matter.
  func lock() { _ = flock(descriptor, LOCK_EX | LOCK_NB) }

  /// Appends bytes.
  ///
  /// - Throws: ``ExitCode/inputOutput`` (a full disk).
  func write(_ bytes: [UInt8]) throws(Failure) {
    try File.write(bytes, descriptor: descriptor, name: path)
  }

  /// Appends one JSON value as a line.
  func write(_ json: JSON) throws(Failure) {
    var writer = ByteWriter()
    writer.write(json)
    writer.write(byte: 0x0A)
    try write(writer.bytes)
  }
}

/// `plumbline.log` and `processes.jsonl`: what the recorder did, and what it started.
final class RunLog {
  private let text: AppendFile
  private let processes: AppendFile
  private let now: () -> Int64

  init(_ folder: RunFolder, now: @escaping () -> Int64) throws(Failure) {
    text = try AppendFile(folder[.log])
    processes = try AppendFile(folder[.processes])
    self.now = now
  }

  /// Writes a line with the time. A log that cannot be written must not end a run.
  func write(_ message: String) {
    let microseconds = now() / 1000
    let fraction = String("\(1_000_000 + microseconds % 1_000_000)".dropFirst())
    try? text.write(Array("\(microseconds / 1_000_000).\(fraction) \(message)\n".utf8))
  }

  /// Notes a process, so that a later cleanup can tell it from another of the same id.
  func process(_ child: ChildProcess) throws(Failure) {
    try processes.write(
      [
        "pid": JSON(Int(child.id)), "startTicks": .integer(Int64(child.startTicks)),
        "namespace": ProcessState.namespace,
      ])
  }
}
