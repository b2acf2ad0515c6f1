import Base
import Glibc
import Sandbox

/// A disk that is mounted inside the sandbox.
enum DiskTrials {
  /// Makes a folder, and removes it afterwards.
  static func withFolder(_ body: (String) throws(Failure) -> Void) throws(Failure) {
    let folder = try File.makeTemporaryFolder("plumbline-disk", in: "/tmp")
    defer { remove(folder) }
    try body(folder)
  }

  /// Makes a disk in a folder of its own, and removes that folder afterwards.
  static func withDisk(_ body: (Disk) throws(Failure) -> Void) throws(Failure) {
    try withFolder { folder throws(Failure) in try withDisk(in: folder, body) }
  }

  private static func withDisk(
    in folder: String, _ body: (Disk) throws(Failure) -> Void
  ) throws(Failure) {
    try File.makeFolder("\(folder)/backing")
    try File.makeFolder("\(folder)/mount")
    let disk = try Disk(
      backing: "\(folder)/backing", mount: "\(folder)/mount", program: "/proc/self/exe")
    defer { disk.end() }
    try body(disk)
  }

  /// Removes a folder with all that is in it.
  static func remove(_ folder: String) {
    for name in (try? File.names(in: folder)) ?? [] {
      if unlink("\(folder)/\(name)") != 0 { remove("\(folder)/\(name)") }
    }
    rmdir(folder)
  }

  /// Random operations, from one seed to another, so many of each, compared with the model.
  static func compare(_ numbers: [UInt64]) throws(Failure) {
    guard numbers.count == 3 else { throw Failure(.usage, "FIRST LAST STEPS") }
    var differences = 0
    for seed in numbers[0]...numbers[1] {
      try withDisk { disk throws(Failure) in
        var run = RandomFolder(MountedDoor(disk), root: disk.mount, seed: seed)
        if let difference = try run.difference(steps: Int(numbers[2])) {
          Trial.say("seed \(seed): \(difference)")
          differences += 1
        }
        run.release()
      }
    }
    Trial.say("\(differences) differences")
  }

  /// Each fault, as a program sees it.
  static func faults() throws(Failure) {
    try withDisk { disk throws(Failure) in
      let file = open("\(disk.mount)/file", O_RDWR | O_CREAT, 0o644)
      defer { close(file) }
      func report(_ what: String, _ result: Int) {
        Trial.say("\(what): \(result < 0 ? File.systemMessage() : "\(result)")")
      }
      report("write", write(file, "0123456789", 10))
      report("sync", Int(fsync(file)))
      try disk.setFull(true)
      report("write where it is full", write(file, "more", 4))
      report("overwrite where it is full", pwrite(file, "AB", 2, 0))
      report("allocate where it is full", Int(posix_fallocate(file, 0, 1 << 20)))
      try disk.setFull(false)
      try disk.failSyncs(true)
      report("sync that fails", Int(fsync(file)))
      try disk.failSyncs(false)
      let risk = try disk.statistics().atRisk
      Trial.say("at risk: \(risk.files) files, \(risk.bytes) bytes, \(risk.names) names")
      report("sync after it", Int(fsync(file)))
      Trial.say("at risk: \(try disk.statistics().atRisk.bytes) bytes")
      report("write again", pwrite(file, "AB", 2, 0))
      try disk.slowSyncs(milliseconds: 50)
      let begun = MonotonicClock.shared.now
      report("slow sync", Int(fdatasync(file)))
      Trial.say("took long: \(MonotonicClock.shared.now - begun >= 50_000_000)")
      try disk.slowSyncs(milliseconds: 0)
      report("write", Int(pwrite(file, "xyz", 3, 8)))
      try disk.sync()
      report("write", Int(pwrite(file, "...", 3, 0)))
      let loss = try disk.lose()
      Trial.say("lost: \(loss.files) files, \(loss.bytes) bytes, \(loss.names) names")
      let bytes = try File.read("\(disk.mount)/file")
      Trial.say("left: \(String(decoding: bytes, as: UTF8.self))")
      try sharedMap(disk, file)
    }
  }

  /// What Redis acknowledged before the power failed, and what it knows afterwards.
  static func redis(policies: [String]) throws(Failure) {
    for policy in policies {
      try withDisk { disk throws(Failure) in
        let options = ["--appendonly", "yes", "--appendfsync", policy]
        var server = try Redis(folder: disk.mount, port: 7001, options: options)
        Trial.say("\(policy): set \(server.ask("SET", "key", "value"))")
        server.kill()
        let loss = try disk.lose()
        Trial.say("\(policy): lost bytes \(loss.bytes > 0)")
        server = try Redis(folder: disk.mount, port: 7001, options: options)
        Trial.say("\(policy): get \(server.ask("GET", "key"))")
        server.kill()
      }
    }
  }

  /// A map of a file sees what is written, as bbolt of etcd needs.
  private static func sharedMap(_ disk: Disk, _ file: Int32) throws(Failure) {
    let map = mmap(nil, 4096, PROT_READ, MAP_SHARED, file, 0)
    guard let map, map != MAP_FAILED else {
      throw Failure(.unavailable, "mapping: \(File.systemMessage())")
    }
    defer { munmap(map, 4096) }
    let before = map.load(fromByteOffset: 1, as: UInt8.self)
    _ = pwrite(file, "M", 1, 1)
    let after = map.load(fromByteOffset: 1, as: UInt8.self)
    Trial.say("map: \(UnicodeScalar(before)) \(UnicodeScalar(after))")
  }

  /// Its process ends with the mount, and the mount with its process.
  static func ends() throws(Failure) {
    let before = try File.read("/proc/self/mounts").count
    try withDisk { disk throws(Failure) in
      Trial.say("mounted: \(try File.read("/proc/self/mounts").count > before)")
      disk.end()
      Trial.say("mounted: \(try File.read("/proc/self/mounts").count > before)")
      do throws(Failure) { _ = try disk.lose() } catch {
        Trial.say("afterwards: \(error.message.split(separator: ": ").last ?? "")")
      }
    }
    do throws(Failure) {
      _ = try Disk(backing: "/nowhere", mount: "/tmp", program: "/proc/self/exe")
    } catch { Trial.say(error.message) }
  }
}
