import Base
import CLinux
import Glibc
import Sandbox

/// Nodes talk through the kernel's bridge, under rules.
enum RuledConversation {
  /// Probes while a way is cut, from the start, whole, and cut again; then while a node hears
  /// nobody.
  static func cut() throws(Failure) {
    let wires = try Wires(nodes: 3, carrier: .rules)
    for cut in [[0], [], [0], [0, 2]] as [[Int]] {
      try wires.setRules(LinkRules(cut: cut), of: 1)
      let pairs = [(0, 1), (1, 0), (0, 2), (2, 1)]
      let sent = pairs.compactMap { wires.sendProbe(from: $0.0, to: $0.1) }
      let words = try settled(wires) { $0.count >= 4 - cut.count }.map {
        "\($0.number) from \($0.sender) to \($0.receiver)"
      }
      Trial.say("sent \(sent), arrived: \(words.joined(separator: ", "))")
    }
    for node in 0..<3 {
      let counts = try wires.ruleCounts(of: node)
      Trial.say(
        "n\(node + 1): cut \(counts.cut), lost \(counts.lost), throttled \(counts.throttled)")
    }
  }

  /// As many nodes as a run may have, and as many rules.
  static func many() throws(Failure) {
    let wires = try Wires(nodes: 64, carrier: .rules)
    let others = Array(1..<64)
    let all = LinkRules(cut: others, lossShare: 1, bytesPerSecond: 1, limited: others)
    var cut = 0
    for rules in [LinkRules(), all, LinkRules(cut: Array(others.dropLast())), LinkRules()] {
      try wires.setRules(rules, of: 0)
      for node in others { _ = wires.sendProbe(from: node, to: 0) }
      _ = wires.sendProbe(from: 0, to: 63)
      cut += rules.cut.count
      let arrived = try settled(wires) { (arrived) throws(Failure) in
        let counted = try wires.ruleCounts(of: 0).cut
        return counted >= cut && arrived.count >= 64 - rules.cut.count
      }
      let there = arrived.count { $0.receiver == 0 }
      Trial.say(
        "\(rules.description.split(separator: "\n").count) rules, \(there) arrived, "
          + "\(try wires.ruleCounts(of: 0).cut) cut")
    }
  }

  /// What arrives, and what the kernel counts of the rest, while all is lost, half of it, and more
  /// than a link carries.
  static func count() throws(Failure) {
    for (name, rules) in [
      ("all", LinkRules(lossShare: 1)), ("half", LinkRules(lossShare: 0.5)),
      ("limit", LinkRules(bytesPerSecond: 2_000, limited: [0])),
    ] {
      let wires = try Wires(nodes: 2, carrier: .rules)
      try wires.setRules(rules, of: 1)
      for _ in 0..<200 { _ = wires.sendProbe(from: 0, to: 1) }
      _ = wires.sendProbe(from: 1, to: 0)
      let arrived = try settled(wires) { (arrived) throws(Failure) in
        let counts = try wires.ruleCounts(of: 1)
        return arrived.count + counts.lost + counts.throttled >= 201
      }
      let there = arrived.count { $0.receiver == 1 }
      let counts = try wires.ruleCounts(of: 1)
      let dropped = counts.lost + counts.throttled
      Trial.say(
        "\(name): some arrived \(there > 0), some dropped \(dropped > 0), "
          + "all told \(there + dropped == 200), back \(arrived.count - there)")
      try wires.setRules(LinkRules(), of: 1)
      Trial.say("counts stay \(try wires.ruleCounts(of: 1) == counts)")
      Trial.say("# \(there) arrived, \(counts)")
    }
  }

  /// A stream of a megabyte under a little loss.
  static func stream() throws(Failure) {
    let wires = try Wires(nodes: 2, carrier: .rules)
    try wires.setRules(LinkRules(lossShare: 0.05), of: 1)
    try Conversation.stream(wires)
    Trial.say("some lost \(try wires.ruleCounts(of: 1).lost > 0)")
  }

  /// What the program `nft` finds in a node's network.
  static func list() throws(Failure) {
    let wires = try Wires(nodes: 3, carrier: .rules)
    let rules = LinkRules(cut: [0, 2], lossShare: 0.25, bytesPerSecond: 20_000, limited: [0, 2])
    try wires.setRules(LinkRules(cut: [2]), of: 1)
    try wires.setRules(rules, of: 1)
    var place = plumbline_place(
      network: wires.namespaceDescriptor(1), own_mounts: 0, folder: nil)
    let script = "PATH=$PATH:/usr/sbin:/sbin; exec nft list ruleset"
    var words = (["/bin/sh", "-c", script] as [String]).map { strdup($0) } + [nil]
    let child = plumbline_spawn("/bin/sh", &words, environ, 0, 1, 2, &place)
    words.forEach { free($0) }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    Trial.say("\(rules)")
  }

  /// The probes that have arrived once nothing is missing, and no more come.
  private static func settled(
    _ wires: Wires, _ isWhole: ([Probe]) throws(Failure) -> Bool
  ) throws(Failure) -> [Probe] {
    var arrived: [Probe] = []
    for _ in 0..<5_000 {
      arrived += wires.arrivedProbes()
      if try isWhole(arrived) { break }
      usleep(1_000)
    }
    usleep(20_000)
    arrived += wires.arrivedProbes()
    return arrived.sorted { $0.number < $1.number }
  }
}
