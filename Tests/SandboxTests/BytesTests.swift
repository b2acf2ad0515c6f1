import Base
import CLinux
import Foundation
import Glibc
import Testing

@testable import Sandbox

/// What is said to the kernel and to files, byte by byte, and to people, word by word.
struct BytesTests {
  @Test func aRequestIsPaddedAndCounted() {
    // Numbers are in the machine's order, which is little-endian on every machine that we run on.
    #expect(
      NetlinkMessage.neighbour(
        NodeAddresses(node: 1).peer, at: NodeAddresses(node: 1).link, index: 7
      ).finished(number: 5) == [
        48, 0, 0, 0, 28, 0, 5, 6, 5, 0, 0, 0, 0, 0, 0, 0,
        2, 0, 0, 0, 7, 0, 0, 0, 0x80, 0, 0, 0,
        8, 0, 1, 0, 10, 99, 0, 12,
        10, 0, 2, 0, 2, 0, 0, 0, 0, 2, 0, 0,
      ])
  }

  @Test func aPairNamesItsPeerInside() {
    let bytes = NetlinkMessage.veth(
      name: "p1", address: LinkAddress(group: 1, number: 1), peer: "eth0",
      peerAddress: LinkAddress(group: 0, number: 1), network: 9
    ).finished(number: 1)
    #expect(
      bytes.dropFirst(16) == [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        7, 0, 3, 0, 112, 49, 0, 0,
        10, 0, 1, 0, 2, 0, 0, 0, 1, 1, 0, 0,
        72, 0, 18, 0,
        9, 0, 1, 0, 118, 101, 116, 104, 0, 0, 0, 0,
        56, 0, 2, 0,
        52, 0, 1, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        9, 0, 3, 0, 101, 116, 104, 48, 0, 0, 0, 0,
        10, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 0,
        8, 0, 28, 0, 9, 0, 0, 0,
      ])
    #expect(bytes.prefix(8) == [UInt8(bytes.count), 0, 0, 0, 16, 0, 5, 6])
  }

  @Test func aBridgeIsMadeAndJoined() {
    let bridge = NetlinkMessage.bridge(name: "br0", address: LinkAddress(group: 4, number: 0))
    #expect(
      bridge.finished(number: 1) == [
        68, 0, 0, 0, 16, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        8, 0, 3, 0, 98, 114, 48, 0,
        10, 0, 1, 0, 2, 0, 0, 0, 4, 0, 0, 0,
        16, 0, 18, 0, 11, 0, 1, 0, 98, 114, 105, 100, 103, 101, 0, 0,
      ])
    #expect(
      NetlinkMessage.join(index: 7, bridge: 5).finished(number: 2) == [
        40, 0, 0, 0, 16, 0, 5, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        8, 0, 10, 0, 5, 0, 0, 0,
      ])
  }

  @Test func theStateOfALinkIsFoundAmongItsAttributes() {
    let head = [UInt8](repeating: 0, count: 32)
    let name: [UInt8] = [7, 0, 3, 0, 112, 49, 0, 0]
    #expect(NetlinkMessage.operationalState(in: head + name + [5, 0, 16, 0, 6, 0, 0, 0]) == 6)
    #expect(NetlinkMessage.operationalState(in: head + [5, 0, 16, 0, 2, 0, 0, 0] + name) == 2)
    #expect(NetlinkMessage.operationalState(in: head + name) == nil)
    #expect(NetlinkMessage.operationalState(in: head + [0, 0, 3, 0, 0, 0, 0, 0]) == nil)
    #expect(NetlinkMessage.operationalState(in: []) == nil)
  }

  @Test func addressesCountFromOne() {
    let (first, last) = (NodeAddresses(node: 0), NodeAddresses(node: 199))
    #expect("\(first.peer) \(first.client) \(first.host)" == "10.99.0.11 10.98.1.2 10.98.1.1")
    #expect("\(last.peer) \(last.client) \(last.host)" == "10.99.0.210 10.98.200.2 10.98.200.1")
    #expect("\(first.link) \(last.link)" == "02:00:00:00:00:01 02:00:00:00:00:c8")
    #expect(IPv4Address("10.99.0.11") == first.peer)
    for text in ["", "10.99.0", "10.99.0.256", "10.99.0.1.2", "10.99..1", "a.b.c.d"] {
      #expect(IPv4Address(text) == nil)
    }
  }

  @Test func aFrameSaysWhichNodeItIsFor() {
    func destination(_ address: [UInt8]) -> Int? {
      (address + [UInt8](repeating: 0, count: 54)).withUnsafeBytes {
        NodeAddresses.destination(of: $0, count: 3)
      }
    }
    #expect((0..<3).map { destination(NodeAddresses(node: $0).link.bytes) } == [0, 1, 2])
    #expect(destination(NodeAddresses(node: 3).link.bytes) == nil)
    #expect(destination([255, 255, 255, 255, 255, 255]) == nil)
    #expect(destination([2, 0, 0, 0, 0, 0]) == nil)
    #expect(destination([2, 0, 0, 0, 1, 1]) == nil)
    #expect(
      [2, 0, 0, 0, 0, 1].withUnsafeBytes { NodeAddresses.destination(of: $0, count: 3) } == nil)
  }

  @Test func aProbeIsReadAsItWasWritten() {
    let probe = Probe(sender: 1, receiver: 199, number: 0x0102_0304_0506_0708)
    #expect(probe.bytes == Array("plumbline".utf8) + [1, 199, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(Probe(probe.bytes) == probe)
    #expect(Probe(probe.bytes.dropLast()) == nil)
    #expect(Probe(probe.bytes + [0]) == nil)
    #expect(Probe([UInt8](repeating: 1, count: probe.bytes.count)) == nil)
  }

  @Test func aCaptureIsClassicPcapWithNanoseconds() throws {
    let path = FileManager.default.temporaryDirectory.path + "/plumbline-\(UUID()).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try PcapFile(path: path)
    let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: 14, alignment: 1)
    defer { frame.deallocate() }
    frame.copyBytes(from: 1...14)
    try file.add(UnsafeRawBufferPointer(frame), nanoseconds: 1_700_000_000_123_456_789)
    try file.flush()
    #expect(
      try File.read(path) == [
        0x4D, 0x3C, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 1, 0, 0, 0,
        0x00, 0xF1, 0x53, 0x65, 0x15, 0xCD, 0x5B, 0x07, 14, 0, 0, 0, 14, 0, 0, 0,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
      ])
  }

  @Test func aFullDiskEndsACapture() throws {
    let file = try PcapFile(path: "/dev/full")
    #expect(throws: Failure(.inputOutput, "/dev/full: No space left on device")) {
      try file.flush()
    }
  }
}
