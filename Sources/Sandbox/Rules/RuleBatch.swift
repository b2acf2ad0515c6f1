/// Requests to nftables that are carried out all or not at all, at one moment
/// (`linux/netfilter/nfnetlink.h`, `linux/netfilter/nf_tables.h`).
///
/// Numbers in attributes are in the network's order here, not in the machine's as with rtnetlink.
struct RuleBatch {
  /// The table that all is in.
  static let table = "plumbline"
  /// The chain of what comes in at a node.
  static let chain = "input"

  /// `NLM_F_REQUEST`, `NLM_F_ACK`, `NLM_F_CREATE`, `NLM_F_APPEND`.
  private static let request: UInt16 = 0x1
  private static let acknowledged: UInt16 = 0x4
  private static let create: UInt16 = 0x400
  private static let append: UInt16 = 0x800

  private var messages: [NetlinkMessage] = []

  /// The batch as it is sent. Only the last request in it is acknowledged; one that is refused
  /// before it is answered first.
  func finished(number: UInt32) -> [UInt8] {
    var bytes = RuleBatch.bound(.beginBatch).finished(number: number)
    for (index, message) in messages.enumerated() {
      var whole = message.finished(number: number)
      if index == messages.count - 1 { whole[6] |= UInt8(RuleBatch.acknowledged) }
      bytes += whole
    }
    return bytes + RuleBatch.bound(.endBatch).finished(number: number)
  }

  private static func bound(_ kind: NetlinkMessage.Kind) -> NetlinkMessage {
    var message = NetlinkMessage(kind, flags: request)
    // No family, version 0, the subsystem of nftables.
    message.append(UInt16(0))
    message.append(UInt16(10).bigEndian)
    return message
  }

  private static func message(_ kind: NetlinkMessage.Kind, flags: UInt16) -> NetlinkMessage {
    var message = NetlinkMessage(kind, flags: request | flags)
    // AF_INET, version 0.
    message.append(UInt16(2))
    message.append(UInt16(0))
    return message
  }

  /// The table, its counters, and the chain that everything for the node itself passes.
  static var foundation: RuleBatch {
    var batch = RuleBatch()
    var table = message(.newTable, flags: create)
    table.append(1, text: RuleBatch.table)
    batch.messages.append(table)
    for counter in RuleCounter.allCases {
      var object = message(.newObject, flags: create)
      object.append(1, text: RuleBatch.table)
      object.append(2, text: counter.rawValue)
      object.append(3, big: UInt32(1))
      object.append(4) { data in
        data.append(1, big: UInt64(0))
        data.append(2, big: UInt64(0))
      }
      batch.messages.append(object)
    }
    var chain = message(.newChain, flags: create)
    chain.append(1, text: RuleBatch.table)
    chain.append(3, text: RuleBatch.chain)
    chain.append(4) { hook in
      hook.append(1, big: UInt32(1))
      hook.append(2, big: UInt32(0))
    }
    chain.append(5, big: UInt32(1))
    chain.append(7, text: "filter")
    batch.messages.append(chain)
    return batch
  }

  /// All rules of the chain give way to others; counters stay.
  static func replacing(by rules: [[RuleStep]]) -> RuleBatch {
    var batch = RuleBatch()
    var removal = message(.deleteRule, flags: 0)
    removal.append(1, text: RuleBatch.table)
    removal.append(2, text: RuleBatch.chain)
    batch.messages.append(removal)
    for steps in rules {
      var rule = message(.newRule, flags: create | append)
      rule.append(1, text: RuleBatch.table)
      rule.append(2, text: RuleBatch.chain)
      rule.append(4) { list in
        for step in steps { step.append(to: &list) }
      }
      batch.messages.append(rule)
    }
    return batch
  }

  /// Everything that a run may ask for, to be tried.
  static var trial: RuleBatch {
    var batch = foundation
    let rules = LinkRules(cut: [0], lossShare: 0.5, bytesPerSecond: 1_000, limited: [0])
    batch.messages += replacing(by: rules.steps).messages
    return batch
  }

  /// A request for what a counter has counted; its answer is read by ``count(in:)``.
  static func query(_ counter: RuleCounter) -> NetlinkMessage {
    var query = message(.getObject, flags: acknowledged)
    query.append(1, text: RuleBatch.table)
    query.append(2, text: counter.rawValue)
    query.append(3, big: UInt32(1))
    return query
  }

  /// The packets that a counter has counted, in the answer to its ``query(_:)``; nil for another.
  static func count(in reply: [UInt8]) -> Int? {
    guard let data = NetlinkMessage.value(of: 4, in: reply.dropFirst(20)),
      let packets = NetlinkMessage.value(of: 2, in: data), packets.count == 8
    else { return nil }
    return Int(packets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}

extension NetlinkMessage.Kind {
  fileprivate static let beginBatch = Self(rawValue: 0x10)
  fileprivate static let endBatch = Self(rawValue: 0x11)
  fileprivate static let newTable = Self(rawValue: 0x0A00)
  fileprivate static let newChain = Self(rawValue: 0x0A03)
  fileprivate static let newRule = Self(rawValue: 0x0A06)
  fileprivate static let deleteRule = Self(rawValue: 0x0A08)
  fileprivate static let newObject = Self(rawValue: 0x0A12)
  fileprivate static let getObject = Self(rawValue: 0x0A13)
}

extension NetlinkMessage {
  /// Appends an attribute that is a number in the network's order.
  mutating func append(_ kind: UInt16, big number: some FixedWidthInteger) {
    append(kind, withUnsafeBytes(of: number.bigEndian) { Array($0) })
  }
}
