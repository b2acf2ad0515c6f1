import Base
import CLinux
import Foundation
import Glibc
import Testing

/// A trial that goes on, and everything that it started, found by a mark in the environment.
final class Running {
  let id: pid_t
  private let output: Int32
  private let mark = "PLUMBLINE_TRIAL=\(UUID())"

  /// Starts it, and waits until it says that it is ready.
  ///
  /// Why not `Process`: that waits for all who hold its descriptors, so for what is left behind.
  init(_ words: [String], as user: TrialRun.User, isAwaited: Bool = true) throws {
    try TrialNeeds.require(words, user)
    var ends: [Int32] = [-1, -1]
    try #require(plumbline_pipe(&ends) == 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let program = TrialRun.program
    var arguments = ([program] + TrialRun.words(words, as: user)).map { strdup($0) } + [nil]
    let inherited = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    var variables = (inherited + [mark]).map { strdup($0) } + [nil]
    var child: pid_t = 0
    let cause = posix_spawn(&child, program, &actions, nil, &arguments, &variables)
    (arguments + variables).forEach { free($0) }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    id = child
    output = ends[0]
    try #require(cause == 0)
    guard isAwaited else { return }
    #expect(readUntil { $0.last == 0x0A } == "ready\n")
  }

  deinit { close(output) }

  /// What else it writes until it ends.
  func rest() -> String { readUntil { _ in false } }

  private func readUntil(_ isEnough: ([UInt8]) -> Bool) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256)
    while !isEnough(bytes) {
      let count = read(output, &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Waits for its end.
  var code: Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    let ending = plumbline_wait_status(status)
    return ending >= 256 ? ending - 128 : ending
  }

  /// The processes that have the mark and are not dead.
  var processes: [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.sorted().filter { id in
      let variables = (try? File.read("/proc/\(id)/environ")) ?? []
      return variables.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
    }
  }

  /// Whether there come to be so many; in the midst of exec one is not seen.
  func grows(to count: Int) -> Bool {
    for _ in 0..<2_000 {
      if processes.count == count { return true }
      usleep(5_000)
    }
    return false
  }

  /// Whether all of them go; the kernel takes a moment. Those that do not are ended here.
  var areGone: Bool {
    for _ in 0..<2_000 {
      if processes.isEmpty { return true }
      usleep(5_000)
    }
    processes.forEach { kill($0, SIGKILL) }
    return false
  }

  /// The children of a process.
  static func children(of id: pid_t) -> [pid_t] {
    let bytes = (try? File.read("/proc/\(id)/task/\(id)/children")) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
  }
}
