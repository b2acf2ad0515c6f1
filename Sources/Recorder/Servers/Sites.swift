import Base
import Drivers
import Experiments
import Formats
import Glibc

/// Where a run's servers live: on which addresses, with which folders.
enum Sites {
  /// The site of a plan.
  ///
  /// - Throws: ``ExitCode/unavailable`` when a name has no address.
  static func make(
    _ plan: Plan, _ driver: any Driver, _ folder: RunFolder, _ wires: (any NodeWires)?
  ) throws(Failure) -> Site {
    let knobs = try plan.knobValues(driver)
    let secrets = try Secrets.read(plan)
    let isForeign = plan.way == .existing || plan.command("start") != nil
    let names = plan.nodeNames
    let run = folder.path.split(separator: "/").last.map(String.init) ?? "run"
    let data = names.map {
      plan.way == .ssh
        ? "\(plan.hostFolder)/\(run)/\($0)" : absolute(folder.node($0).data)
    }
    var places = try plan.endpointPlaces()
    var option = "endpoints"
    if places.isEmpty, plan.way == .ssh {
      option = "hosts"
      places = plan.hosts.map { (String($0.split(separator: "@").last ?? ""), nil) }
    }
    guard places.isEmpty else {
      var nodes: [Site.Node] = []
      for (index, place) in places.enumerated() {
        let address = try resolve(place.address, option)
        var node = Site.Node(
          name: names[index], peerAddress: address, clientAddress: address, data: data[index])
        node.hostName = place.address
        nodes.append(node)
      }
      var site = Site(
        nodes: nodes, knobs: knobs, ports: places.map { $0.port ?? driver.clientPort })
      site.secrets = secrets
      site.isForeign = isForeign
      return site
    }
    var site = Site(
      nodes: names.indices.map { index in
        if let (peer, client) = wires?.addresses(index) {
          return Site.Node(
            name: names[index], peerAddress: peer, clientAddress: client, data: data[index])
        }
        let address = loopback(index)
        return Site.Node(
          name: names[index], peerAddress: address, clientAddress: address, data: data[index])
      }, knobs: knobs)
    site.secrets = secrets
    site.isForeign = isForeign
    return site
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
