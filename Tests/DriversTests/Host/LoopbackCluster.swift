import Base
import CLinux
import Drivers
import Glibc
import Sandbox
import Synchronization

/// A real cluster on loopback addresses of its own, in a temporary folder.
///
/// The kernel ends its servers with the thread that started them, so a test uses it in one
/// synchronous function.
final class LoopbackCluster {
  /// How many were made by this process: each has addresses of its own.
  private static let count = Atomic(0)

  let driver: any Driver
  var site: Site
  private let folder: String
  private var running: [(process: ServerProcess, id: pid_t)] = []

  /// Makes the folders; starts nothing.
  init(_ driver: any Driver, nodes: Int, knobs: [String: String] = [:]) throws {
    self.driver = driver
    folder = try File.makeTemporaryFolder("plumbline-\(driver.name)", in: "/tmp")
    let id = getpid()
    let network = "127.\(id >> 8 & 127 | 64).\(id & 255)"
    let place = LoopbackCluster.count.add(1, ordering: .relaxed).oldValue % 25 * 10
    var values: [String: String] = [:]
    for knob in driver.knobs { values[knob.name] = knob.defaultValue }
    values.merge(knobs) { $1 }
    site = Site(nodes: [], knobs: values)
    for index in 1...nodes {
      let data = "\(folder)/n\(index)"
      guard mkdir(data, 0o755) == 0 else { throw Failure(.cannotCreate, File.systemMessage()) }
      let address = "\(network).\(place + index)"
      site.nodes.append(
        .init(name: "n\(index)", peerAddress: address, clientAddress: address, data: data))
    }
  }

  deinit {
    for place in running.indices.reversed() { end(place) }
    let words = ["/bin/rm", "-rf", folder]
    if let id = try? LoopbackCluster.spawn(words, environment: [], log: "/dev/null") {
      waitpid(id, nil, 0)
    }
  }

  /// A session of one client at a node, on sockets.
  func host(client: Int = 0, node: Int, knobs: [String: String] = [:]) -> BlockingHost {
    var site = self.site
    site.knobs.merge(knobs) { $1 }
    return BlockingHost(driver.session(site, client: client, node: node), site)
  }

  /// Starts every server, stage by stage, waits until all nodes say the last one, prepares.
  func start(withinMilliseconds limit: Int = 20_000) throws {
    let processes = driver.processes(site)
    for stage in 0...driver.lastStage {
      for process in processes where process.stage == stage { try start(process) }
      for node in site.nodes.indices {
        let answer = host(node: node).ask(.status, withinMilliseconds: limit) {
          ($0.status?.stage ?? -1) >= stage
        }
        guard (answer.status?.stage ?? -1) >= stage else {
          throw Failure(.unavailable, "node \(node) in stage \(stage): \(answer)\n\(logs)")
        }
      }
    }
    let answer = host(node: 0).ask(.prepare, withinMilliseconds: limit) {
      if case .ok = $0.outcome { true } else { false }
    }
    guard case .ok = answer.outcome else {
      throw Failure(.unavailable, "prepare: \(answer)\n\(logs)")
    }
  }

  /// Starts one server; its output goes to `ROLE.log` in its node's folder.
  func start(_ process: ServerProcess) throws {
    let path = try ProgramPath.resolve(process.program, packages: driver.packages)
    for file in process.files where access(file.path, F_OK) != 0 {
      try File.replace(file.path, with: Array(file.text.utf8))
    }
    let log = "\(site.nodes[process.node].data)/\(process.role).log"
    let id = try LoopbackCluster.spawn(
      [path] + process.arguments, environment: process.environment, log: log)
    running.append((process, id))
  }

  /// Starts the servers of a node again, as after ``kill(node:role:)``.
  func restart(node: Int) throws {
    for process in driver.processes(site) where process.node == node { try start(process) }
  }

  /// Ends the servers of a node at once, or one of them.
  func kill(node: Int, role: String? = nil) {
    for place in running.indices.reversed()
    where running[place].process.node == node
      && role ?? running[place].process.role
        == running[place].process.role
    {
      end(place)
    }
  }

  /// The ends of all logs, for a message.
  var logs: String {
    running.map { process, _ in
      let path = "\(site.nodes[process.node].data)/\(process.role).log"
      let text = (try? File.read(path)).map { String(decoding: $0.suffix(2_000), as: UTF8.self) }
      return "--- \(path)\n\(text ?? "")"
    }.joined(separator: "\n")
  }

  private func end(_ place: Int) {
    let id = running.remove(at: place).id
    if Glibc.kill(-id, SIGKILL) != 0 { Glibc.kill(id, SIGKILL) }
    waitpid(id, nil, 0)
  }

  private static func spawn(
    _ words: [String], environment: [String], log: String
  ) throws -> pid_t {
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer {
      close(output)
      close(input)
    }
    let names = ["PATH", "HOME", "LANG"]
    let inherited = names.compactMap { (name: String) -> String? in
      getenv(name).map { "\(name)=\(String(cString: $0))" }
    }
    var arguments = words.map { strdup($0) } + [nil]
    var variables = (inherited + environment).map { strdup($0) } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    let id = words[0].withCString {
      plumbline_spawn($0, &arguments, &variables, input, output, output, nil)
    }
    guard id > 0 else { throw Failure(.unavailable, "\(words[0]): \(File.systemMessage())") }
    return id
  }
}
