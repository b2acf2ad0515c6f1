import Testing

@testable import Sandbox

/// The rules of a node's network, as text and as bytes.
struct RuleTests {
  @Test func rulesAreInTheOrderInWhichAPacketMeetsThem() {
    let rules = LinkRules(cut: [0, 2], lossShare: 0.25, bytesPerSecond: 20_000, limited: [0, 2])
    #expect(
      rules.description == """
        ether saddr 02:00:00:00:00:01 counter name "cut" drop
        ether saddr 02:00:00:00:00:03 counter name "cut" drop
        iifname "eth0" numgen random mod 1000000 < 250000 counter name "lost" drop
        ether saddr 02:00:00:00:00:01 limit rate over 20000 bytes/second burst 3028 bytes \
        counter name "throttled" drop
        ether saddr 02:00:00:00:00:03 limit rate over 20000 bytes/second burst 3028 bytes \
        counter name "throttled" drop
        """)
    #expect(!rules.isEmpty)
  }

  @Test func whatIsNotAskedForHasNoRule() {
    #expect(LinkRules().isEmpty && LinkRules().description == "")
    #expect(LinkRules(bytesPerSecond: 5).isEmpty)
    #expect(LinkRules(limited: [1]).isEmpty)
    #expect(
      LinkRules(cut: [199]).description
        == #"ether saddr 02:00:00:00:00:c8 counter name "cut" drop"#)
  }

  /// The kernel knows shares of a million, and rates that it can multiply by nanoseconds.
  @Test func numbersAreWhatTheKernelCanDo() {
    for (share, drawn) in [(1.0, 1_000_000), (7.0, 1_000_000), (0.0000014, 1), (0.3, 300_000)] {
      #expect(
        LinkRules(lossShare: share).description
          == #"iifname "eth0" numgen random mod 1000000 < \#(drawn) counter name "lost" drop"#)
    }
    for (rate, kept) in [(1e12, 10_000_000_000), (0.2, 1), (1.5, 2)] {
      #expect(
        LinkRules(bytesPerSecond: rate, limited: [0]).description
          == "ether saddr 02:00:00:00:00:01 limit rate over \(kept) bytes/second "
          + #"burst 3028 bytes counter name "throttled" drop"#)
    }
  }

  /// As `nft --debug=mnl` shows it, but for the bit that says that an attribute holds others.
  @Test func aChangeIsOneBatchThatIsAcknowledgedAtItsEnd() {
    let bytes = RuleBatch.replacing(by: [[.from(NodeAddresses(node: 1).link), .drop]])
      .finished(number: 3)
    let table: [UInt8] = [14, 0, 1, 0] + Array("plumbline".utf8) + [0, 0, 0]
    let chain: [UInt8] = [10, 0, 2, 0] + Array("input".utf8) + [0, 0, 0]
    let begin: [UInt8] = [20, 0, 0, 0, 0x10, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10]
    let end: [UInt8] = [20, 0, 0, 0, 0x11, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10]
    let removal: [UInt8] =
      [48, 0, 0, 0, 0x08, 0x0A, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0] + table + chain
    let steps: [UInt8] =
      [36, 0, 1, 0, 9, 0, 1, 0] + Array("meta".utf8) + [0, 0, 0, 0]
      + [20, 0, 2, 0, 8, 0, 2, 0, 0, 0, 0, 8, 8, 0, 1, 0, 0, 0, 0, 1]
      + [44, 0, 1, 0, 8, 0, 1, 0] + Array("cmp".utf8) + [0]
      + [32, 0, 2, 0, 8, 0, 1, 0, 0, 0, 0, 1, 8, 0, 2, 0, 0, 0, 0, 0]
      + [12, 0, 3, 0, 6, 0, 1, 0, 1, 0, 0, 0]
      + [52, 0, 1, 0, 12, 0, 1, 0] + Array("payload".utf8) + [0]
      + [36, 0, 2, 0, 8, 0, 1, 0, 0, 0, 0, 1, 8, 0, 2, 0, 0, 0, 0, 0]
      + [8, 0, 3, 0, 0, 0, 0, 6, 8, 0, 4, 0, 0, 0, 0, 6]
      + [48, 0, 1, 0, 8, 0, 1, 0] + Array("cmp".utf8) + [0]
      + [36, 0, 2, 0, 8, 0, 1, 0, 0, 0, 0, 1, 8, 0, 2, 0, 0, 0, 0, 0]
      + [16, 0, 3, 0, 10, 0, 1, 0, 2, 0, 0, 0, 0, 2, 0, 0]
      + [48, 0, 1, 0, 14, 0, 1, 0] + Array("immediate".utf8) + [0, 0, 0]
      + [28, 0, 2, 0, 8, 0, 1, 0, 0, 0, 0, 0]
      + [16, 0, 2, 0, 12, 0, 2, 0, 8, 0, 1, 0, 0, 0, 0, 0]
    let rule: [UInt8] =
      [24, 1, 0, 0, 0x06, 0x0A, 5, 0x0C, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0] + table + chain
      + [232, 0, 4, 0] + steps
    #expect(bytes == begin + removal + rule + end)
  }

  @Test func aCounterIsReadFromItsAnswer() {
    let head = [UInt8](repeating: 0, count: 20)
    let name: [UInt8] = [8, 0, 2, 0] + Array("cut".utf8) + [0]
    let bytes: [UInt8] = [12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 9]
    let packets: [UInt8] = [12, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    #expect(RuleBatch.count(in: head + name + [28, 0, 4, 0x80] + bytes + packets) == 258)
    #expect(RuleBatch.count(in: head + [28, 0, 4, 0] + bytes + packets + name) == 258)
    #expect(RuleBatch.count(in: head + [16, 0, 4, 0] + bytes) == nil)
    #expect(RuleBatch.count(in: head + [28, 0, 4, 0] + bytes) == nil)
    #expect(RuleBatch.count(in: head + [12, 0, 4, 0, 8, 0, 2, 0, 0, 0, 0, 1]) == nil)
    #expect(RuleBatch.count(in: []) == nil)
  }
}
