import Base
import CLinux
import Glibc
import Sandbox

/// Programs that are started in a node's network.
enum Spawning {
  static func run() throws(Failure) {
    let wires = try Wires(nodes: 1)
    chdir("/")
    var status = stat()
    stat("/proc/self/ns/mnt", &status)
    let script = """
      echo $(sed 1,2d /proc/net/dev | sed 's/:.*//; s/ *//' | sort); pwd
      test "$(stat -Lc %i /proc/self/ns/mnt)" = \(status.st_ino) \
      && echo own mounts false || echo own mounts true
      """
    let network = wires.namespaceDescriptor(0)
    start(script, plumbline_place(network: network, own_mounts: 1, folder: nil), in: "/usr")
    start(script, plumbline_place(network: -1, own_mounts: 0, folder: nil), in: nil)
    start(script, plumbline_place(network: -1, own_mounts: 0, folder: nil), in: "/no/such")
    start(script, plumbline_place(network: 999, own_mounts: 0, folder: nil), in: nil)
  }

  private static func start(_ script: String, _ place: plumbline_place, in folder: String?) {
    var place = place
    let path = folder.map { strdup($0) } ?? nil
    place.folder = UnsafePointer(path)
    var words = (["/bin/sh", "-c", script] as [String]).map { strdup($0) } + [nil]
    let child = plumbline_spawn("/bin/sh", &words, environ, 0, 1, 2, &place)
    let cause = File.systemMessage()
    (words + [path]).forEach { free($0) }
    guard child > 0 else {
      return Trial.say("\(folder == nil ? "no network" : "no such folder"): \(cause)")
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    Trial.say("exit \(plumbline_wait_status(status))")
  }
}
