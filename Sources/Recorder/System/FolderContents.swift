import Base
import Glibc

/// Empties folders.
enum FolderContents {
  /// Removes everything in a folder, and leaves the folder. Links are removed and not followed.
  ///
  /// - Throws: ``ExitCode/cannotCreate`` for what cannot be read or removed.
  static func remove(_ folder: String) throws(Failure) {
    for name in try File.names(in: folder) {
      let path = folder + "/" + name
      var info = stat()
      guard lstat(path, &info) == 0 else { continue }
      let isFolder = info.st_mode & S_IFMT == S_IFDIR
      if isFolder { try remove(path) }
      guard (isFolder ? rmdir(path) : unlink(path)) == 0 || errno == ENOENT else {
        throw Failure(.cannotCreate, "\(path): \(File.systemMessage())")
      }
    }
  }
}
