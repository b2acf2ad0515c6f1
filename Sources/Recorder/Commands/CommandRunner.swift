import Base
import Drivers
import Experiments
import Formats
import Glibc

/// Runs the user's commands, one after the other for each node, without ever waiting for one.
///
/// A command that hurts is written to `commands.jsonl` with what undoes it before it is run, so
/// that `plumbline cleanup` can undo what a recorder that died had done.
final class CommandRunner {
  /// A command that ended.
  struct Ended {
    var name: String
    var node: Int
    var peer: Int?
    /// How it ended; nil when it took too long and was ended.
    var ending: ChildProcess.Ending?
    /// What it printed, at most 64 KiB of it.
    var output: [UInt8]

    /// It did what it was asked.
    var isDone: Bool { ending == .exited(0) }
  }

  private struct Order {
    var name: String
    var node: Int
    var peer: Int?
    var text: String
    var undo: String?
    /// Where its output goes besides; nil for `commands.log`.
    var log: String
  }

  private struct Running {
    var order: Order
    var child: ChildProcess
    var began: Int64
    var output: [UInt8] = []
    var isLate = false
  }

  /// What went wrong, a sentence each.
  private(set) var problems: [String] = []
  private let commands: [UserCommand]
  private let template: CommandTemplate
  private let folder: RunFolder
  private let limit: Int64
  private let ledger: AppendFile
  private let log: RunLog
  private let now: () -> Int64
  private let environment = Environment.variables()
  private var queues: [[Order]]
  private var running: [Running?]
  private var ended: [Ended] = []

  init(
    _ commands: [UserCommand], _ template: CommandTemplate, limit: Int64, folder: RunFolder,
    log: RunLog, now: @escaping () -> Int64
  ) throws(Failure) {
    self.commands = commands
    self.template = template
    self.limit = limit
    self.folder = folder
    self.log = log
    self.now = now
    ledger = try AppendFile(folder[.commands])
    queues = template.site.nodes.map { _ in [] }
    running = template.site.nodes.map { _ in nil }
  }

  /// Whether there is a command of that name.
  func has(_ name: String) -> Bool { commands.contains { $0.name == name } }

  /// Whether nothing runs or waits for a node.
  func isIdle(_ node: Int) -> Bool { running[node] == nil && queues[node].isEmpty }

  /// Whether a command that was asked for once runs or waits.
  var isBusy: Bool { running.indices.contains { isBusy($0) } }

  /// The same for one node.
  func isBusy(_ node: Int) -> Bool {
    let isOnce = { (order: Order) in order.name != "ready" && order.name != "leader" }
    return running[node].map { isOnce($0.order) } ?? false || queues[node].contains(where: isOnce)
  }

  /// Runs a command for a node, after those that it was asked before, where the user gave one.
  func run(_ name: String, _ node: Int, peer: Int? = nil) {
    guard let text = text(name, node, peer) else { return }
    let undo = UserCommand.undo(of: name).flatMap { self.text($0, node, peer) }
    queues[node].append(
      Order(
        name: name, node: node, peer: peer, text: text, undo: undo,
        log: folder.node(template.site.nodes[node].name).commandLog))
  }

  /// Runs a command that is indispensable where it is asked for.
  ///
  /// - Throws: a defect where there is none: the plan should have been refused.
  func order(_ name: String, _ node: Int, peer: Int? = nil) throws(Failure) {
    guard has(name) else { throw CommandRunner.lack(name) }
    run(name, node, peer: peer)
  }

  /// The failure of a fault that needs a command which nobody gave.
  static func lack(_ name: String) -> Failure {
    Failure(.defect, "--command \(name)=… is needed, and the plan was let through")
  }

  private func text(_ name: String, _ node: Int, _ peer: Int?) -> String? {
    commands.first { $0.name == name }.map { template.fill($0.text, node: node, peer: peer) }
  }

  /// What ended since the last call.
  func takeEnded() -> [Ended] {
    defer { ended = [] }
    return ended
  }

  /// Starts what waits, hears what is said, ends what takes too long.
  func advance(at time: Int64) throws(Failure) {
    for node in running.indices {
      hear(node)
      try reap(node, at: time)
      if running[node] == nil, !queues[node].isEmpty { try begin(queues[node].removeFirst()) }
    }
  }

  /// Waits until everything that was asked is done, each within its limit. At the end of a run.
  func drain() {
    while !running.indices.allSatisfy({ isIdle($0) }) {
      // Each turn does something, so what cannot be done does not keep the others waiting.
      do throws(Failure) { try advance(at: now()) } catch {
        if !problems.contains(error.message) { problems.append(error.message) }
      }
      usleep(2_000)
    }
  }

  private func begin(_ order: Order) throws(Failure) {
    let name = template.site.nodes[order.node].name
    var line: [JSON.Member] = [
      .init("time", .integer(now())), .init("command", .string(order.name)),
      .init("node", .string(name)), .init("step", "begun"), .init("text", .string(order.text)),
    ]
    if let undo = order.undo { line.append(.init("undo", .string(undo))) }
    // Those that only look are asked again and again.
    if !CommandRunner.looks.contains(order.name) {
      do throws(Failure) { try ledger.write(.object(line)) } catch {
        // What undoes something is done even if nobody can write that down.
        if order.undo != nil { throw error }
        if !problems.contains(error.message) { problems.append(error.message) }
      }
    }
    let words = ["-c", order.text]
    // Only what is asked something is listened to. What another command leaves in the background
    // writes to a file, which is still there when the command has ended.
    let isHeard = CommandRunner.looks.contains(order.name) || order.name == "logs"
    let child =
      isHeard
      ? try ChildProcess(
        path: "/bin/sh", arguments: words, environment: environment, log: order.log)
      : try ChildProcess(
        server: "/bin/sh", arguments: words, environment: environment, log: order.log)
    if isHeard { close(child.input) }
    running[order.node] = Running(order: order, child: child, began: now())
  }

  /// Commands that change nothing.
  private static let looks = ["ready", "leader", "reach"]

  private func hear(_ node: Int) {
    guard let child = running[node]?.child, child.output >= 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    // As much as a pipe holds: what never stops talking must not keep the recorder.
    for _ in 0...256 {
      let count = read(child.output, &buffer, buffer.count)
      guard count > 0 else { return }
      if running[node]?.output.count ?? 0 < 65_536 {
        running[node]?.output += buffer[..<count]
      }
      guard let order = running[node]?.order else { return }
      let path =
        order.name == "logs"
        ? folder.node(name(node)).log(ofRole: NodeFolder.onlyRole) : order.log
      if let file = try? AppendFile(path) { try? file.write(Array(buffer[..<count])) }
    }
  }

  private func name(_ node: Int) -> String { template.site.nodes[node].name }

  private func reap(_ node: Int, at time: Int64) throws(Failure) {
    guard let current = running[node] else { return }
    guard let ending = current.child.reap() else {
      if time - current.began > limit, !current.isLate {
        running[node]?.isLate = true
        current.child.signal(SIGKILL)
      }
      return
    }
    hear(node)
    let output = running[node]?.output ?? []
    if current.child.output >= 0 { close(current.child.output) }
    running[node] = nil
    let order = current.order
    let result = Ended(
      name: order.name, node: node, peer: order.peer, ending: current.isLate ? nil : ending,
      output: output)
    ended.append(result)
    let isLook = CommandRunner.looks.contains(order.name)
    if !isLook {
      try ledger.write([
        "time": .integer(now()), "command": .string(order.name), "node": .string(name(node)),
        "step": "ended", "text": .string(order.text), "done": .bool(result.isDone),
      ])
      log.write("\(name(node)): command \(order.name) \(words(result))")
    }
    guard !result.isDone, !isLook else { return }
    problems.append(
      "--command \(order.name) for \(name(node)) \(words(result)); see \(order.log)")
  }

  private func words(_ ended: Ended) -> String {
    guard let ending = ended.ending else {
      return "took longer than \(Units.describe(nanoseconds: limit)) (--command-limit)"
    }
    return ending.description
  }
}
