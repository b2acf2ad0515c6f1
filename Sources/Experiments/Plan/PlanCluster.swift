import Base
import Drivers
import Protocols

extension Plan {
  /// Whether the run starts servers, so that a sandbox is of use.
  public var mayBeIsolated: Bool { way == .local }

  /// Refuses a cluster that cannot be, before anything is started.
  package func validateCluster() throws(Failure) {
    try validateWay()
    try validateSimulation()
    guard let driver else {
      try validateKnobs()
      for (name, isGiven) in [
        ("endpoints", !endpoints.isEmpty), ("pcap", pcap),
      ]
      where isGiven { throw Failure(.usage, "--\(name) needs --cluster") }
      return
    }
    if !nodeCommand.isEmpty {
      throw Failure(.usage, "--cluster and --node are two answers to one question; leave one out")
    }
    if !bugs.isEmpty || traces {
      throw Failure(.usage, "--bug and --trace-events belong to the embedded protocols")
    }
    if !endpoints.isEmpty, nodesAsked > 0, nodesAsked != endpoints.count {
      throw Failure(
        .usage, "--nodes \(nodesAsked), but --endpoints names \(endpoints.count)")
    }
    if pcap, isolation != .sandbox || way != .local {
      throw Failure(
        .usage, "--pcap needs the servers' network to be the recorder's (--isolation sandbox)")
    }
    if isolation == .rules, way == .local, latency != Latency() {
      throw Failure(
        .usage, "--latency needs the servers' network to be the recorder's (--isolation sandbox)")
    }
    let values = try knobValues(driver)
    try validateSecrets(driver, values)
    if mix.cas > 0, mix != WorkloadMix(), !driver.hasCompareAndSet(values) {
      throw Failure(
        .usage, "--mix \(mix): \(driver.name) has no compare-and-set; say cas=0")
    }
    if workload != "register", !driver.hasCompareAndSet(values) {
      throw Failure(
        .usage, "--workload \(workload) is made of compare-and-sets, and \(driver.name) has none")
    }
    let nodes = nodeNames.map {
      Site.Node(name: $0, peerAddress: "127.0.0.1", clientAddress: "127.0.0.1", data: "/")
    }
    try driver.validate(Site(nodes: nodes, knobs: values))
    _ = try endpointPlaces()
  }

  /// Every knob of the driver with its value.
  ///
  /// - Throws: a usage ``Failure`` for a knob or a value that there is not.
  package func knobValues(_ driver: any Driver) throws(Failure) -> [String: String] {
    var values: [String: String] = [:]
    for knob in driver.knobs { values[knob.name] = knob.defaultValue }
    var given: Set<String> = []
    for text in knobs {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Failure(.usage, "--knobs \(text): expected NAME=VALUE")
      }
      let name = String(parts[0])
      let value = String(parts[1])
      guard let knob = driver.knobs.first(where: { $0.name == name }) else {
        let names = driver.knobs.map(\.name)
        throw Failure(
          .usage,
          "--knobs \(name)=…: \(driver.name) has no knob “\(name)”; it has "
            + PlanOption.list(names) + Suggestion.hint(for: name, among: names))
      }
      guard given.insert(name).inserted else {
        let shown = knob.isSecret ? "\(name)=…" : text
        throw Failure(.usage, "--knobs \(shown): “\(name)” is given twice")
      }
      guard knob.values.isEmpty || knob.values.contains(value) else {
        throw Failure(
          .usage,
          "--knobs \(text): found “\(value)”, expected one of \(PlanOption.list(knob.values))")
      }
      values[name] = value
    }
    return values
  }

  /// The addresses and ports of ``endpoints``.
  package func endpointPlaces() throws(Failure) -> [(address: String, port: Int?)] {
    var places: [(String, Int?)] = []
    for text in endpoints {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      let port = parts.count == 2 ? Int(parts[1]) : nil
      guard parts.count <= 2, !parts[0].isEmpty, parts.count == 1 || port != nil,
        (1...65_535).contains(port ?? 1)
      else {
        throw Failure(
          .usage, "--endpoints \(text): expected ADDRESS or ADDRESS:PORT, such as 10.0.0.1:2379")
      }
      places.append((parts[0], port))
    }
    return places
  }
}

extension Plan {
  /// Refuses what virtual time has not.
  private func validateSimulation() throws(Failure) {
    guard isSimulated else { return }
    for (name, isGiven) in [
      ("cluster", !cluster.isEmpty), ("node", !nodeCommand.isEmpty), ("hosts", !hosts.isEmpty),
      ("endpoints", !endpoints.isEmpty),
    ] where isGiven {
      throw Failure(.usage, "--\(name): only the embedded protocols can be simulated")
    }
  }
}

extension Plan {
  /// The knobs of the embedded protocol that the plan sets, by name.
  package var protocolKnobs: [String: String] {
    (try? Protocols.named(protocolName)?.knobValues(knobs)) ?? [:]
  }

  /// Refuses knobs that the embedded protocol, or a program of the user's own, has no use for.
  private func validateKnobs() throws(Failure) {
    guard !knobs.isEmpty else { return }
    guard nodeCommand.isEmpty, let row = Protocols.named(protocolName) else {
      throw Failure(.usage, "--knobs needs --cluster or an embedded protocol")
    }
    var setup = NodeSetup(name: nodeNames[0], members: nodeNames, seed: 1)
    setup.knobs = try row.knobValues(knobs)
    // The node itself says whether it can live with the values.
    _ = try row.node.init(setup, recovering: [])
  }
}
