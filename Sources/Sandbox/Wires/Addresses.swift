/// An IPv4 address.
public struct IPv4Address: Sendable, Equatable, Hashable, CustomStringConvertible {
  /// Its four bytes, as they are sent.
  public let bytes: [UInt8]

  init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    bytes = [first, second, third, fourth]
  }

  /// Reads the dotted notation; nil when it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    let numbers = parts.compactMap { $0 }
    guard parts.count == 4, numbers.count == 4 else { return nil }
    bytes = numbers
  }

  /// The dotted notation.
  public var description: String { bytes.map { "\($0)" }.joined(separator: ".") }
}

/// The hardware address of an interface.
public struct LinkAddress: Sendable, Equatable, Hashable, CustomStringConvertible {
  /// Its six bytes, as they are sent.
  public let bytes: [UInt8]

  /// A locally administered address: `02:00:00:00:GROUP:NUMBER`.
  init(group: UInt8, number: UInt8) {
    bytes = [2, 0, 0, 0, group, number]
  }

  /// The notation with colons.
  public var description: String {
    bytes.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: ":")
  }
}

/// The addresses of a node, by its number from 0.
public struct NodeAddresses: Sendable, Equatable {
  /// The most nodes that there are addresses for.
  public static let limit = 200

  /// What other nodes reach it by: `10.99.0.11` for the first. The network is `10.99.0.0/24`.
  public let peer: IPv4Address
  /// What clients reach it by: `10.98.1.2` for the first.
  public let client: IPv4Address
  /// What it sees its clients come from: `10.98.1.1` for the first.
  public let host: IPv4Address
  /// Its hardware address on the wires between nodes: `02:00:00:00:00:01` for the first.
  public let link: LinkAddress

  /// The addresses of a node.
  ///
  /// - Precondition: `0 ≤ node < limit`.
  public init(node: Int) {
    precondition((0..<NodeAddresses.limit).contains(node), "there is no node \(node)")
    let number = UInt8(node + 1)
    peer = IPv4Address(10, 99, 0, 10 + number)
    client = IPv4Address(10, 98, number, 2)
    host = IPv4Address(10, 98, number, 1)
    link = LinkAddress(group: 0, number: number)
  }

  /// The node that a frame is for, of `count`: its number, or nil when it is for all of them or
  /// for none that there is.
  ///
  /// A frame for nobody that we know is for all, as with a switch that has not learnt.
  @inlinable
  public static func destination(of frame: UnsafeRawBufferPointer, count: Int) -> Int? {
    guard frame.count >= 14, frame[0] == 2, frame[1] | frame[2] | frame[3] | frame[4] == 0 else {
      return nil
    }
    let number = Int(frame[5]) - 1
    return number >= 0 && number < count ? number : nil
  }
}
