/// One rtnetlink request in the making (netlink(7), rtnetlink(7)), in the machine's byte order.
struct NetlinkMessage {
  /// Kinds of requests (`linux/rtnetlink.h`); each family has its own numbers.
  struct Kind {
    let rawValue: UInt16

    static let newLink = Kind(rawValue: 16)
    static let deleteLink = Kind(rawValue: 17)
    static let getLink = Kind(rawValue: 18)
    static let newAddress = Kind(rawValue: 20)
    static let newNeighbour = Kind(rawValue: 28)
    static let newDiscipline = Kind(rawValue: 36)
  }

  /// Kinds of attributes, by what they belong to.
  enum Attribute {
    static let linkAddress: UInt16 = 1
    static let linkName: UInt16 = 3
    static let linkMTU: UInt16 = 4
    static let linkMaster: UInt16 = 10
    static let linkState: UInt16 = 16
    static let linkInfo: UInt16 = 18
    static let linkNetworkDescriptor: UInt16 = 28
    static let infoKind: UInt16 = 1
    static let infoData: UInt16 = 2
    static let vethPeer: UInt16 = 1
    static let address: UInt16 = 1
    static let localAddress: UInt16 = 2
    static let neighbourDestination: UInt16 = 1
    static let neighbourLinkAddress: UInt16 = 2
    static let disciplineKind: UInt16 = 1
  }

  /// `NETLINK_ROUTE` and `NETLINK_NETFILTER`: whom a request is for.
  static let routeFamily: Int32 = 0
  static let filterFamily: Int32 = 12

  /// `NLM_F_REQUEST | NLM_F_ACK`, and beside them `NLM_F_CREATE | NLM_F_EXCL`.
  private static let change: UInt16 = 0x5
  private static let create: UInt16 = 0x605

  private(set) var bytes: [UInt8] = []

  /// Begins a request, with flags of its own (`NLM_F_…`) where they are given.
  init(_ kind: Kind, creates: Bool = false, flags: UInt16? = nil) {
    append(UInt32(0))
    append(kind.rawValue)
    append(flags ?? (creates ? NetlinkMessage.create : NetlinkMessage.change))
    append(UInt32(0))
    append(UInt32(0))
  }

  /// The request as it is sent: its length and number filled in.
  func finished(number: UInt32) -> [UInt8] {
    var whole = bytes
    NetlinkMessage.put(UInt32(whole.count), in: &whole, at: 0)
    NetlinkMessage.put(number, in: &whole, at: 8)
    return whole
  }

  /// Appends a number.
  mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// Appends `struct ifinfomsg`; index 0 leaves the choice to the kernel or to the name.
  mutating func appendLink(index: Int32 = 0, isUp: Bool = false) {
    append(UInt16(0))
    append(UInt16(0))
    append(index)
    append(UInt32(isUp ? 1 : 0))
    append(UInt32(isUp ? 1 : 0))
  }

  /// Appends an attribute, padded to four bytes.
  mutating func append(_ kind: UInt16, _ value: some Collection<UInt8>) {
    append(UInt16(4 + value.count))
    append(kind)
    bytes.append(contentsOf: value)
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  /// Appends an attribute that is a C string.
  mutating func append(_ kind: UInt16, text: String) {
    append(kind, Array(text.utf8) + [0])
  }

  /// Appends an attribute that is a number of 32 bits.
  mutating func append(_ kind: UInt16, number: UInt32) {
    append(kind, withUnsafeBytes(of: number) { Array($0) })
  }

  /// Appends an attribute that holds what the body appends.
  mutating func append(_ kind: UInt16, nested body: (inout NetlinkMessage) -> Void) {
    let start = bytes.count
    append(UInt16(0))
    append(kind)
    body(&self)
    NetlinkMessage.put(UInt16(bytes.count - start), in: &bytes, at: start)
  }

  private static func put(
    _ number: some FixedWidthInteger, in bytes: inout [UInt8], at place: Int
  ) {
    withUnsafeBytes(of: number) { bytes.replaceSubrange(place..<place + $0.count, with: $0) }
  }
}

extension NetlinkMessage {
  /// A pair of veth interfaces: one here, its peer in another network namespace.
  static func veth(
    name: String, address: LinkAddress, peer: String, peerAddress: LinkAddress, network: Int32?
  ) -> NetlinkMessage {
    var message = NetlinkMessage(.newLink, creates: true)
    message.appendLink()
    message.append(Attribute.linkName, text: name)
    message.append(Attribute.linkAddress, address.bytes)
    message.append(Attribute.linkInfo) { info in
      info.append(Attribute.infoKind, text: "veth")
      info.append(Attribute.infoData) { data in
        data.append(Attribute.vethPeer) { other in
          other.appendLink()
          other.append(Attribute.linkName, text: peer)
          other.append(Attribute.linkAddress, peerAddress.bytes)
          if let network {
            other.append(Attribute.linkNetworkDescriptor, number: UInt32(bitPattern: network))
          }
        }
      }
    }
    return message
  }

  /// An interface, found by its index, is brought up.
  static func up(index: Int32) -> NetlinkMessage {
    var message = NetlinkMessage(.newLink)
    message.appendLink(index: index, isUp: true)
    return message
  }

  /// What is known of an interface, found by its index.
  static func link(index: Int32) -> NetlinkMessage {
    var message = NetlinkMessage(.getLink)
    message.appendLink(index: index)
    return message
  }

  /// `IF_OPER_UP` (RFC 2863, `ifOperStatus`).
  static let operationalUp: UInt8 = 6

  /// The operational state in what the kernel knows of an interface; nil when it is not there.
  static func operationalState(in reply: [UInt8]) -> UInt8? {
    value(of: Attribute.linkState, in: reply.dropFirst(32))?.first
  }

  /// What an attribute holds, among attributes that follow each other; nil when it is not there.
  static func value(of wanted: UInt16, in attributes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = attributes
    while rest.count >= 4 {
      let start = rest.startIndex
      let length = Int(rest[start]) | Int(rest[start + 1]) << 8
      // The two highest bits tell of nesting and of the order of bytes.
      let kind = (UInt16(rest[start + 2]) | UInt16(rest[start + 3]) << 8) & 0x3FFF
      guard length >= 4, length <= rest.count else { return nil }
      if kind == wanted { return rest[(start + 4)..<(start + length)] }
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return nil
  }

  /// An interface, found by its name, is removed, with its peer.
  static func removeLink(name: String) -> NetlinkMessage {
    var message = NetlinkMessage(.deleteLink)
    message.appendLink()
    message.append(Attribute.linkName, text: name)
    return message
  }

  /// A bridge: what comes in at one of the interfaces that joined it goes out at another.
  static func bridge(name: String, address: LinkAddress) -> NetlinkMessage {
    var message = NetlinkMessage(.newLink, creates: true)
    message.appendLink()
    message.append(Attribute.linkName, text: name)
    message.append(Attribute.linkAddress, address.bytes)
    message.append(Attribute.linkInfo) { $0.append(Attribute.infoKind, text: "bridge") }
    return message
  }

  /// An interface joins a bridge, both found by their indexes.
  static func join(index: Int32, bridge: Int32) -> NetlinkMessage {
    var message = NetlinkMessage(.newLink)
    message.appendLink(index: index)
    message.append(Attribute.linkMaster, number: UInt32(bitPattern: bridge))
    return message
  }

  /// An IPv4 address on an interface, with the network of `prefix` bits that it reaches.
  static func address(_ address: IPv4Address, prefix: UInt8, index: Int32) -> NetlinkMessage {
    var message = NetlinkMessage(.newAddress, creates: true)
    message.append(UInt8(2))
    message.append(prefix)
    message.append(UInt8(0))
    message.append(UInt8(0))
    message.append(index)
    message.append(Attribute.localAddress, address.bytes)
    message.append(Attribute.address, address.bytes)
    return message
  }

  /// Where an IPv4 address is on the wire, for good.
  static func neighbour(
    _ address: IPv4Address, at link: LinkAddress, index: Int32
  ) -> NetlinkMessage {
    var message = NetlinkMessage(.newNeighbour, creates: true)
    message.append(UInt8(2))
    message.append(UInt8(0))
    message.append(UInt16(0))
    message.append(index)
    message.append(UInt16(0x80))
    message.append(UInt8(0))
    message.append(UInt8(0))
    message.append(Attribute.neighbourDestination, address.bytes)
    message.append(Attribute.neighbourLinkAddress, link.bytes)
    return message
  }

  /// A queueing discipline for the loopback interface, without the options that it needs.
  static func discipline(_ kind: String) -> NetlinkMessage {
    var message = NetlinkMessage(.newDiscipline, creates: true)
    message.append(UInt32(0))
    message.append(Int32(1))
    message.append(UInt32(0))
    message.append(UInt32.max)
    message.append(UInt32(0))
    message.append(Attribute.disciplineKind, text: kind)
    return message
  }
}
