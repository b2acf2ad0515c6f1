import Base

/// What a cut keeps of a node of Paxos: its registers.
public struct PaxosView: CutView {
  var name: String
  /// In the order of their keys' texts.
  var registers: [PaxosNode.Register]

  /// One object.
  public var json: JSON {
    let registers = registers.map { register -> JSON in
      .object(
        [
          .init("key", register.key), .init("chosen", register.chosen.json),
          .init("promised", register.promised.json),
        ] + (register.accepted.map { [.init("accepted", $0.json)] } ?? []))
    }
    return ["name": .string(name), "registers": .array(registers)]
  }

  /// Reads one.
  public init(reading json: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(json, inside: "view")
    name = try reader.text("name")
    registers = try reader.list("registers") { (item) throws(MalformedMessage) in
      var register = PaxosNode.Register(key: try item.any("key"))
      register.chosen = try Chosen(reading: try item.object("chosen"))
      register.promised = try Ballot(item, "promised")
      register.accepted = try Accepted.read("accepted", of: item)
      return register
    }
  }

  init(of node: PaxosNode) {
    name = node.name
    registers = node.registers.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension PaxosSafety {
  /// Its registers.
  public func view(of node: PaxosNode) -> PaxosView { PaxosView(of: node) }

  /// Over all nodes of one moment: a version has one decree, and a ballot one value, also in what
  /// is under way; and who said that it accepted something keeps it, or knows that the version is
  /// decided.
  public func breach(in cut: GlobalState<PaxosNode>) -> Breach? {
    var claims = PaxosClaims()
    for node in cut.nodes {
      for register in node.registers {
        let breach =
          claims.decided(register.key, register.chosen)
          ?? register.accepted.flatMap { claims.proposed(register.instance, $0) }
        if let breach { return breach }
      }
    }
    for sent in cut.underWay {
      let breach: Breach? =
        switch sent.message {
        case .prepare(let key, let base, _), .query(let key, let base, _):
          claims.decided(key, base)
        case .accept(let key, let base, let proposal, _):
          claims.decided(key, base)
            ?? claims.proposed(.init(key: key, version: base.version + 1), proposal)
        case .learned(let key, let chosen): claims.decided(key, chosen)
        case .accepted(let instance, let accepted):
          claims.proposed(instance, accepted)
            ?? forgotten(instance, accepted, by: cut.nodes[sent.from])
        case .promise(let instance, let ballot, _):
          forgotten(instance, ballot, by: cut.nodes[sent.from])
        case .state, .refused: nil
        }
      if let breach { return breach }
    }
    return nil
  }

  private func forgotten(
    _ instance: PaxosMessage.Instance, _ accepted: Accepted, by node: PaxosView
  ) -> Breach? {
    guard let register = node.register(of: instance) else {
      return Breach(
        "what is accepted is kept", "\(node.name) accepted \(accepted.ballot), and knows nothing")
    }
    let isKept = register.accepted.map { $0.ballot >= accepted.ballot } ?? false
    guard register.next < instance.version || register.next == instance.version && !isKept else {
      return nil
    }
    return Breach(
      "what is accepted is kept",
      "\(node.name) accepted in ballot \(accepted.ballot) for version \(instance.version) of key "
        + "\(instance.key), and has not")
  }

  private func forgotten(
    _ instance: PaxosMessage.Instance, _ ballot: Ballot, by node: PaxosView
  ) -> Breach? {
    let promised = node.register(of: instance)?.promised ?? .none
    guard promised < ballot else { return nil }
    return Breach(
      "promises are kept",
      "\(node.name) promised ballot \(ballot) of key \(instance.key), and is at \(promised)")
  }
}

extension PaxosView {
  fileprivate func register(of instance: PaxosMessage.Instance) -> PaxosNode.Register? {
    registers.first { $0.key == instance.key }
  }
}

/// What a cut says of instances.
private struct PaxosClaims {
  private struct Place: Hashable {
    var key: String
    var version: Int64
    var ballot: Ballot
  }

  private var decrees: [Place: Decree] = [:]

  /// That version is decided so.
  mutating func decided(_ key: JSON, _ chosen: Chosen) -> Breach? {
    guard chosen.version > 0 else { return nil }
    let place = Place(key: key.description, version: chosen.version, ballot: .none)
    guard let other = decrees.updateValue(chosen.decree, forKey: place), other != chosen.decree
    else { return nil }
    return Breach("agreement", "version \(chosen.version) of key \(key) is decided twice")
  }

  /// That ballot proposes so.
  mutating func proposed(_ instance: PaxosMessage.Instance, _ accepted: Accepted) -> Breach? {
    let place = Place(
      key: instance.key.description, version: instance.version, ballot: accepted.ballot)
    guard let other = decrees.updateValue(accepted.decree, forKey: place),
      other != accepted.decree
    else { return nil }
    return Breach(
      "one value a ballot",
      "ballot \(accepted.ballot) has two values for version \(instance.version) of key "
        + "\(instance.key)")
  }
}
