import Base
import Glibc
import Sandbox

/// A way to a disk, with or without the kernel; answers are errno.
protocol Door: AnyObject {
  func write(_ path: String, _ offset: Int?, _ bytes: [UInt8]) -> Int32
  /// Empties a file and writes it anew, by one descriptor.
  func rewrite(_ path: String, _ bytes: [UInt8]) -> Int32
  func truncate(_ path: String, _ length: Int) -> Int32
  func sync(_ path: String) -> Int32
  func makeFolder(_ path: String) -> Int32
  func remove(_ path: String) -> Int32
  func removeFolder(_ path: String) -> Int32
  func link(_ path: String, _ name: String) -> Int32
  func rename(_ path: String, _ name: String) -> Int32
  /// Opens a file and keeps it open.
  func hold(_ path: String)
  func writeHeld(_ bytes: [UInt8])
  func syncHeld()
  func release()
  func lose() throws(Failure)
}

/// The calls of the system, on a mounted disk.
final class MountedDoor: Door {
  let disk: Disk
  private var held: Int32 = -1

  init(_ disk: Disk) { self.disk = disk }

  private func full(_ path: String) -> String { "\(disk.mount)/\(path)" }
  private func code(_ result: Int32) -> Int32 { result == 0 ? 0 : errno }

  func write(_ path: String, _ offset: Int?, _ bytes: [UInt8]) -> Int32 {
    let append = offset == nil ? O_APPEND : 0
    let descriptor = open(full(path), O_WRONLY | O_CREAT | append, 0o644)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let count =
      offset.map { pwrite(descriptor, bytes, bytes.count, $0) }
      ?? Glibc.write(descriptor, bytes, bytes.count)
    return count == bytes.count ? 0 : errno
  }

  func rewrite(_ path: String, _ bytes: [UInt8]) -> Int32 {
    let descriptor = open(full(path), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count ? 0 : errno
  }

  func truncate(_ path: String, _ length: Int) -> Int32 {
    code(Glibc.truncate(full(path), length))
  }

  func sync(_ path: String) -> Int32 {
    let descriptor = open(full(path), O_RDONLY)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    return code(path.count % 2 == 0 ? fsync(descriptor) : fdatasync(descriptor))
  }

  func makeFolder(_ path: String) -> Int32 { code(mkdir(full(path), 0o755)) }
  func remove(_ path: String) -> Int32 { code(unlink(full(path))) }
  func removeFolder(_ path: String) -> Int32 { code(rmdir(full(path))) }
  func link(_ path: String, _ name: String) -> Int32 { code(Glibc.link(full(path), full(name))) }
  func rename(_ path: String, _ name: String) -> Int32 {
    code(Glibc.rename(full(path), full(name)))
  }

  func hold(_ path: String) { held = open(full(path), O_RDWR) }
  func writeHeld(_ bytes: [UInt8]) { _ = pwrite(held, bytes, bytes.count, 3) }
  func syncHeld() { fsync(held) }
  func release() { close(held) }
  func lose() throws(Failure) { _ = try disk.lose() }
}
