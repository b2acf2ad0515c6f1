import Base
import Drivers
import Experiments
import Formats
import Glibc

/// Where a run's servers live: on which addresses, with which folders.
enum Sites {
  /// The site of servers that the run starts here: addresses of the wires between them, or of this
  /// machine's own.
  static func started(
    _ plan: Plan, _ driver: any Driver, _ folder: RunFolder, _ wires: (any NodeWires)?
  ) throws(Failure) -> Site {
    let nodes = plan.nodeNames.enumerated().map { index, name in
      let own = loopback(index)
      let (peer, client) = wires?.addresses(index) ?? (own, own)
      return Site.Node(
        name: name, peerAddress: peer, clientAddress: client, data: localData(folder, name))
    }
    var site = try make(plan, driver, nodes, ports: nil)
    site.isForeign = plan.command("start") != nil
    return site
  }

  /// The site of servers that the run starts on hosts, which clients find by `--endpoints`, or else
  /// by the names that ssh knows.
  ///
  /// - Throws: ``ExitCode/unavailable`` when a name has no address.
  static func hosts(
    _ plan: Plan, _ target: HostsTarget, _ folder: RunFolder
  ) throws(Failure) -> Site {
    let named = try plan.endpointPlaces()
    let places =
      named.isEmpty
      ? target.hosts.map { (String($0.split(separator: "@").last ?? ""), nil) } : named
    let run = folder.path.split(separator: "/").last.map(String.init) ?? "run"
    let nodes = try nodes(plan, places, named.isEmpty ? "hosts" : "endpoints") {
      "\(target.folder)/\(run)/\($0)"
    }
    var site = try make(
      plan, target.driver, nodes, ports: places.map { $0.1 ?? target.driver.clientPort })
    site.isForeign = plan.command("start") != nil
    return site
  }

  /// The site of servers that are there.
  ///
  /// - Throws: ``ExitCode/unavailable`` when a name has no address.
  static func existing(
    _ plan: Plan, _ driver: any Driver, _ folder: RunFolder
  ) throws(Failure) -> Site {
    let places = try plan.endpointPlaces()
    let nodes = try nodes(plan, places, "endpoints") { localData(folder, $0) }
    var site = try make(plan, driver, nodes, ports: places.map { $0.port ?? driver.clientPort })
    site.isForeign = true
    return site
  }

  private static func localData(_ folder: RunFolder, _ name: String) -> String {
    absolute(folder.node(name).data)
  }

  private static func make(
    _ plan: Plan, _ driver: any Driver, _ nodes: [Site.Node], ports: [Int]?
  ) throws(Failure) -> Site {
    let knobs = try plan.knobValues(driver)
    var site =
      ports.map { Site(nodes: nodes, knobs: knobs, ports: $0) } ?? Site(nodes: nodes, knobs: knobs)
    site.secrets = try Secrets.read(plan)
    return site
  }

  /// Nodes at places that an option names.
  private static func nodes(
    _ plan: Plan, _ places: [(address: String, port: Int?)], _ option: String,
    data: (String) -> String
  ) throws(Failure) -> [Site.Node] {
    var nodes: [Site.Node] = []
    for (name, place) in zip(plan.nodeNames, places) {
      let address = try resolve(place.address, option)
      var node = Site.Node(
        name: name, peerAddress: address, clientAddress: address, data: data(name))
      node.hostName = place.address
      nodes.append(node)
    }
    return nodes
  }

  /// An address of the loopback network that no other run of this machine has.
  static func loopback(_ index: Int) -> String {
    let id = Int(getpid())
    return "127.\(1 + id / 250 % 250).\(id % 250).\(10 + index)"
  }

  /// A path from the root.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return String(cString: here) + "/" + path
  }

  private static func resolve(_ name: String, _ option: String) throws(Failure) -> String {
    var hints = addrinfo()
    hints.ai_family = AF_INET
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard code == 0, let address = found?.pointee.ai_addr else {
      let hint = option == "hosts" ? "; say where clients find it with --endpoints" : ""
      throw Failure(
        .unavailable, "--\(option) \(name): \(String(cString: gai_strerror(code)))\(hint)")
    }
    var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
    address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      var place = $0.pointee.sin_addr
      inet_ntop(AF_INET, &place, &text, socklen_t(INET_ADDRSTRLEN))
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
