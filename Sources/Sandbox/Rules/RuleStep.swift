/// What is counted in a node's network.
enum RuleCounter: String, CaseIterable {
  case cut
  case lost
  case throttled
}

/// One step of a rule: a packet that a step does not match goes on to the next rule.
enum RuleStep: Equatable {
  /// It comes from that hardware address.
  case from(LinkAddress)
  /// It comes in on the wire to the other nodes.
  case fromPeers
  /// It is one of that many in a million, drawn at random.
  case drawn(inMillion: UInt32)
  /// It is more than that many bytes a second, of those that came to this rule.
  case beyond(bytesPerSecond: UInt64)
  /// It is counted.
  case count(RuleCounter)
  /// It goes no further.
  case drop

  /// How much may come at once, beside what a second allows: two whole frames.
  private static let burst: UInt32 = 3_028
  private static let million: UInt32 = 1_000_000

  /// The step as `nft list` shows it.
  var text: String {
    switch self {
    case .from(let address): "ether saddr \(address)"
    case .fromPeers: "iifname \"eth0\""
    case .drawn(let share): "numgen random mod \(RuleStep.million) < \(share)"
    case .beyond(let rate):
      "limit rate over \(rate) bytes/second burst \(RuleStep.burst) bytes"
    case .count(let counter): "counter name \"\(counter.rawValue)\""
    case .drop: "drop"
    }
  }

  /// Appends its expressions (`NFTA_LIST_ELEM`), as `nft` would.
  func append(to list: inout NetlinkMessage) {
    switch self {
    case .from(let address):
      // That there is a hardware address at all: NFT_META_IIFTYPE is ARPHRD_ETHER.
      RuleStep.load(meta: 8, to: &list)
      RuleStep.compare(withUnsafeBytes(of: UInt16(1)) { Array($0) }, to: &list)
      RuleStep.expression("payload", to: &list) { payload in
        // Six bytes of the link's header from the sixth on, to register 1.
        for (kind, value) in [(1, 1), (2, 0), (3, 6), (4, 6)] as [(UInt16, UInt32)] {
          payload.append(kind, big: value)
        }
      }
      RuleStep.compare(address.bytes, to: &list)
    case .fromPeers:
      // NFT_META_IIFNAME, 16 bytes.
      RuleStep.load(meta: 6, to: &list)
      RuleStep.compare(Array("eth0".utf8) + [UInt8](repeating: 0, count: 12), to: &list)
    case .drawn(let share):
      RuleStep.expression("numgen", to: &list) { number in
        // To register 1, below a million, at random, from 0 on.
        for (kind, value) in [(1, 1), (2, RuleStep.million), (3, 1), (4, 0)] as [(UInt16, UInt32)] {
          number.append(kind, big: value)
        }
      }
      RuleStep.expression("byteorder", to: &list) { order in
        // Register 1 to itself, from the machine's order to the network's, 4 bytes of 4.
        for (kind, value) in [(1, 1), (2, 1), (3, 1), (4, 4), (5, 4)] as [(UInt16, UInt32)] {
          order.append(kind, big: value)
        }
      }
      RuleStep.compare(withUnsafeBytes(of: share.bigEndian) { Array($0) }, by: 2, to: &list)
    case .beyond(let rate):
      RuleStep.expression("limit", to: &list) { limit in
        limit.append(1, big: rate)
        limit.append(2, big: UInt64(1))
        limit.append(3, big: RuleStep.burst)
        // Bytes, and those that are over it.
        limit.append(4, big: UInt32(1))
        limit.append(5, big: UInt32(1))
      }
    case .count(let counter):
      RuleStep.expression("objref", to: &list) { reference in
        reference.append(1, big: UInt32(1))
        reference.append(2, text: counter.rawValue)
      }
    case .drop:
      RuleStep.expression("immediate", to: &list) { verdict in
        verdict.append(1, big: UInt32(0))
        verdict.append(2) { data in data.append(2) { $0.append(1, big: UInt32(0)) } }
      }
    }
  }

  private static func load(meta key: UInt32, to list: inout NetlinkMessage) {
    expression("meta", to: &list) { meta in
      meta.append(2, big: key)
      meta.append(1, big: UInt32(1))
    }
  }

  /// Register 1 equals (0), or is less than (2).
  private static func compare(
    _ bytes: [UInt8], by operation: UInt32 = 0, to list: inout NetlinkMessage
  ) {
    expression("cmp", to: &list) { comparison in
      comparison.append(1, big: UInt32(1))
      comparison.append(2, big: operation)
      comparison.append(3) { $0.append(1, bytes) }
    }
  }

  private static func expression(
    _ name: String, to list: inout NetlinkMessage, _ body: (inout NetlinkMessage) -> Void
  ) {
    list.append(1) { element in
      element.append(1, text: name)
      element.append(2, nested: body)
    }
  }
}
