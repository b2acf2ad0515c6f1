import Base
import Foundation
import Sandbox
import TestMachine
import Testing

/// What each thing that `SandboxTrial` does needs of the machine, as the probe of `plumbline
/// doctor` calls it: that is asked of each user who runs it.
enum TrialNeeds {
  /// The capabilities that a trial needs.
  static func capabilities(_ words: [String]) -> [String] {
    let word = words.first ?? ""
    return switch word {
    case "probe", "wires-outside": []
    case "clock", "clock-redis": ["compiler"]
    case "describe": ["namespaces", "processes"]
    case "cut", "stream", "twice", "ways-out", "spawn": Isolation.switched
    case _ where word.hasPrefix("rules-"): Isolation.ruled
    case _ where word.hasPrefix("disk-"): ["namespaces", "fuse"]
    default: ["namespaces"]
    }
  }

  private enum Isolation {
    static let switched = ["namespaces", "veth", "packets"]
    static let ruled = ["namespaces", "veth", "bridge", "nft"]
  }

  /// The programs that it needs beside it, with their Debian package.
  private static func program(_ words: [String]) -> (name: String, package: String)? {
    switch words.first {
    case "clock-redis", "disk-redis": ("redis-server", "redis-server")
    case "rules-list": ("nft", "nftables")
    case _ where words.contains("linger"): ("setsid", "util-linux")
    default: nil
    }
  }

  /// Why a user cannot have it, in the probe's words, or nil.
  static func obstacle(_ words: [String], _ user: TrialRun.User) -> String? {
    guard let probe = probes[user], probe.code == 0 else {
      let run = probes[user]
      let why = "SandboxTrial cannot be run as \(user): exit code \(run?.code ?? -1)"
      return ([why] + (run?.lines ?? [])).joined(separator: "; ")
    }
    if let (name, package) = program(words),
      let obstacle = ThisMachine.obstacle(name, [package])
    {
      return obstacle
    }
    return capabilities(said: probe.lines).obstacle(among: capabilities(words))
  }

  /// Skips what the machine does not allow a user. Of a test with arguments only the case that
  /// runs is skipped, which the runner says nothing of.
  static func require(_ words: [String], _ user: TrialRun.User) throws {
    guard let obstacle = obstacle(words, user) else { return }
    if let test = Test.current, test.isParameterized {
      print("➜ Test \(test.name) skipped for \(user): \"\(obstacle)\"")
    }
    try Test.cancel(Comment(rawValue: obstacle))
  }

  /// What the machine allows each user, probed by that user; or why that user cannot even ask:
  /// another one than ourselves may be nobody we can become, or may not read the libraries.
  private static let probes: [TrialRun.User: TrialRun] = Dictionary(
    uniqueKeysWithValues: TrialRun.User.all.map { ($0, TrialRun(anywhere: ["probe"], as: $0)) })

  private static let names = ThisMachine.capabilities.map(\.name)

  private static func capabilities(said lines: [String]) -> [Capability] {
    lines.compactMap { line in
      guard let colon = line.firstRange(of: ": "), names.contains(String(line[..<colon.lowerBound]))
      else { return nil }
      let answer = String(line[colon.upperBound...])
      return Capability(
        name: String(line[..<colon.lowerBound]), purpose: "",
        obstacle: answer == "yes" ? nil : answer)
    }
  }
}

extension Trait where Self == Need {
  /// What a trial needs, for us.
  static func trial(_ words: String...) -> Need {
    Need { TrialNeeds.obstacle(words, .ourselves) }
  }
}
