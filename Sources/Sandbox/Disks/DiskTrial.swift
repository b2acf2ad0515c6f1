import Base
import Glibc

/// Why a file system of our own cannot be had.
enum DiskTrial {
  /// What was refused: 1 the device, 2 the mount; errno tells why.
  static func failure(stage: Int32, folder: String, cause: Int32 = errno) -> Failure {
    Failure(.unavailable, obstacle(stage: stage, folder: folder, cause: cause))
  }

  /// The same in words, with the remedy where one is known.
  static func obstacle(stage: Int32, folder: String, cause: Int32) -> String {
    let system = File.systemMessage(cause)
    if stage == 2 {
      return switch cause {
      case EPERM: "mounting on \(folder): \(system) (only root may, or anyone in a sandbox)"
      case ENODEV: "mounting on \(folder): the kernel is built without FUSE"
      default: "mounting on \(folder): \(system)"
      }
    }
    return switch cause {
    case ENOENT: "/dev/fuse is missing (modprobe fuse; in a container: --device /dev/fuse)"
    case ENODEV, ENXIO: "/dev/fuse: \(system) (modprobe fuse)"
    case EACCES: "/dev/fuse: \(system) (it belongs to root: chmod 666 /dev/fuse)"
    default: "/dev/fuse: \(system)"
    }
  }
}
