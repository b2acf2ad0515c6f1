import Base
import Drivers
import Histories
import Protocols

extension PlanOption {
  /// Every option of a run, in the order of help and of `plan.json5`.
  public static let all: [PlanOption] = cluster + ways + workload + faultOptions + demands

  private static let cluster: [PlanOption] = [
    text("name", "NAME", \.name, "the run's name, the first part of its folder's"),
    PlanOption(
      name: "seed", metavar: "N", help: "where everything random comes from", kind: .seed,
      get: { JSON($0.seed) },
      put: { plan, value in
        guard let seed = seed(value) else { return false }
        plan.seed = seed
        return true
      }),
    count("nodes", "N", 1...64, \.nodes, "how many nodes: n1, n2, …"),
    PlanOption(
      name: "cluster", metavar: "DRIVER", help: "the servers to test; see plumbline drivers",
      kind: .choice(["none"] + Drivers.all.map(\.name)),
      get: { .string($0.cluster.isEmpty ? "none" : $0.cluster) },
      put: { plan, value in
        plan.cluster = value.string == "none" ? "" : value.string ?? ""
        return true
      }),
    words("knobs", "NAME=VALUE,…", \.knobs, "settings of the cluster's driver"),
    words(
      "endpoints", "ADDRESS:PORT,…", \.endpoints,
      "where the servers are; without it the run starts them"),
    kind("isolation", \.isolation, "what started servers are kept in: sandbox, rules, loopback"),
    PlanOption(
      name: "node", metavar: "PROGRAM",
      help: "the program of a node instead of the embedded protocol; its arguments after --",
      kind: .command,
      get: { .array($0.nodeCommand.map { .string($0) }) },
      put: { plan, value in
        plan.nodeCommand = value.array?.compactMap(\.string) ?? []
        return true
      }),
    PlanOption(
      name: "protocol", metavar: "NAME", help: "the embedded protocol",
      kind: .choice(Protocols.all.map(\.name)), get: { .string($0.protocolName) },
      put: { plan, value in
        plan.protocolName = value.string ?? ""
        return true
      }),
    PlanOption(
      name: "bug", metavar: "NAMES", help: "named bugs to switch on in the embedded protocol",
      kind: .choices(Protocols.all.flatMap { $0.bugs.map(\.name) }),
      get: { .array($0.bugs.map { .string($0) }) },
      put: { plan, value in
        plan.bugs = value.array?.compactMap(\.string) ?? []
        return true
      }),
    text(
      "votes", "N,…", \.votes,
      "the votes of each node (quorum-register, paxos); one each if left out"),
    count(
      "read", "N", 0...1_000_000_000, \.readVotes,
      "the votes that a read needs, or phase one of paxos; 0: the fewest that meet every write"),
    count(
      "write", "N", 0...1_000_000_000, \.writeVotes,
      "the votes that a write needs, or phase two of paxos; 0: a majority"),
    flag(
      "trace-events", \.traces,
      "keep what happens inside the nodes of the embedded protocol, in nodes/NAME/trace.jsonl"),
    duration(
      "snapshots", \.snapshotsNanoseconds,
      "how often a consistent cut of the embedded protocol's nodes is begun; 0s: never"),
    flag(
      "pcap", \.pcap,
      "keep the frames that servers send each other, in wires.pcap"),
    duration("start-limit", \.startLimitNanoseconds, "how long a node may take to answer init"),
    duration("latency", \.latency.meanNanoseconds, "mean latency of messages between nodes"),
    duration("latency-jitter", \.latency.jitterNanoseconds, "half the width of uniform latency"),
    kind("latency-kind", \.latency.kind, "the distribution of latencies"),
  ]

  private static let workload: [PlanOption] = [
    count("clients", "N", 1...10_000, \.clients, "clients that run side by side"),
    number("rate", "N", 0...1_000_000, \.rate, "operations a second in all; 0: all they can"),
    kind("loop", \.loop, "closed: a client asks again after an answer; open: --rate sets when"),
    duration("duration", \.durationNanoseconds, "how long clients run before the final reads"),
    count("keys", "N", 1...100_000, \.keys, "how many keys the operations are spread over"),
    text(
      "workload", "NAME", \.workload, "what clients do; see plumbline workloads",
      .choice(Workloads.all.map(\.name))),
    kind("key-spread", \.keySpread, "how operations are spread over the keys"),
    count(
      "operations-per-key", "N", 0...1_000_000_000, \.operationsPerKey,
      "after how many operations a key gives way to a new one; 0: never"),
    PlanOption(
      name: "mix", metavar: "WEIGHTS", help: "how often each operation is drawn", kind: .text,
      get: { .string($0.mix.description) },
      put: { plan, value in
        guard let mix = value.string.flatMap(WorkloadMix.init(reading:)) else { return false }
        plan.mix = mix
        return true
      }),
    PlanOption(
      name: "script", metavar: "OPERATIONS",
      help: "the operations one by one instead of drawn ones, an array of objects",
      kind: .list("{at: '20ms', client: 0, node: 0, key: 0, f: 'write', value: 1}"),
      get: { $0.script.map { .array($0.map(\.json)) } ?? .null },
      put: { plan, value in
        let items = value.array
        plan.script = items?.compactMap { ScriptedOperation($0) }
        return plan.script?.count == items?.count
      }),
    duration("timeout", \.timeoutNanoseconds, "how long a client waits for an answer"),
  ]

  private static let faultOptions: [PlanOption] = [
    PlanOption(
      name: "faults", metavar: "NAMES", help: "families of faults, or none",
      kind: .choices(Faults.all.map(\.name)),
      get: { .array($0.faults.map { .string($0) }) },
      put: { plan, value in
        plan.faults = unique(value.array?.compactMap(\.string) ?? [])
        return true
      }),
    PlanOption(
      name: "schedule", metavar: "FAULTS",
      help: "the faults one by one instead of drawn ones, an array of objects",
      kind: .list("{fault: 'kill', start: '1s', stop: '2s', target: 'leader'}"),
      get: { $0.schedule.map { .array($0.map(\.json)) } ?? .null },
      put: { plan, value in
        let items = value.array
        plan.schedule = items?.enumerated().compactMap { ScheduledFault($1, number: $0 + 1) }
          .sorted { $0.startNanoseconds < $1.startNanoseconds }
        return plan.schedule?.count == items?.count
      }),
    duration(
      "fault-interval", \.faultIntervalNanoseconds,
      "mean time from the start of one fault to the next"),
    PlanOption(
      name: "targets", metavar: "NAMES", help: "whom faults hit",
      kind: .choices(FaultTarget.allCases.map(\.rawValue)),
      get: { .array($0.targets.map { .string($0.rawValue) }) },
      put: { plan, value in
        plan.targets = unique(value.array?.compactMap(\.string) ?? [])
          .compactMap(FaultTarget.init(rawValue:))
        return true
      }),
    PlanOption(
      name: "partitions", metavar: "KINDS", help: "shapes of partitions",
      kind: .choices(PartitionKind.allCases.map(\.rawValue)),
      get: { .array($0.partitions.map { .string($0.rawValue) }) },
      put: { plan, value in
        plan.partitions = unique(value.array?.compactMap(\.string) ?? [])
          .compactMap(PartitionKind.init(rawValue:))
        return true
      }),
    number("loss", "SHARE", 0...1, \.hits.lossShare, "share of messages that the fault loss drops"),
    duration(
      "delay", \.hits.delayNanoseconds, "what the fault delay adds to a message, on average"),
    number(
      "duplicate", "SHARE", 0...1, \.hits.duplicateShare,
      "share of messages that the fault duplicate delivers twice"),
    number(
      "reorder", "SHARE", 0...1, \.hits.reorderShare,
      "share of messages that the fault reorder lets others overtake"),
    number(
      "corrupt", "SHARE", 0...1, \.hits.corruptShare,
      "share of messages in which the fault corrupt turns a bit"),
    number(
      "throttle", "BYTES", 1...1e12, \.hits.throttleBytesPerSecond,
      "what a link carries a second while the fault throttle is on"),
    duration(
      "slow-sync", \.hits.slowSyncNanoseconds,
      "how long a sync takes while the fault slow-disk is on"),
    duration(
      "clock-shift", \.hits.clockShiftNanoseconds,
      "how far the fault clock has a clock jump, forwards or back"),
    number(
      "clock-rate", "FACTOR", 1...1000, \.hits.clockRate,
      "how many times too fast, or too slowly, the fault clock has a clock run"),
    duration(
      "recovery-limit", \.recoveryLimitNanoseconds,
      "how long every node may take to answer after the last fault"),
  ]

  private static let demands: [PlanOption] = [
    count(
      "min-completed", "N", 0...1_000_000_000, \.coverage.completed,
      "completed operations below which the run is inconclusive"),
    count(
      "min-per-function", "N", 0...1_000_000_000, \.coverage.completedPerFunction,
      "the same for each function"),
    count(
      "min-during-faults", "N", 0...1_000_000_000, \.coverage.duringFaults,
      "the same for operations completed while a fault was on"),
    number(
      "min-overlap", "SHARE", 0...1, \.coverage.overlap,
      "the same for the share of operations concurrent with another"),
    count(
      "min-final-reads", "N", 0...1_000_000_000, \.coverage.finalReads,
      "the same for final reads"),
    PlanOption(
      name: "require-faults", metavar: "NAMES",
      help: "faults that must verifiably have taken effect", kind: .choices(Faults.all.map(\.name)),
      get: { .array($0.coverage.faults.map { .string($0) }) },
      put: { plan, value in
        plan.coverage.faults = unique(value.array?.compactMap(\.string) ?? [])
        return true
      }),
    flag(
      "stop-on-violation", \.stopsOnViolation,
      "end the run as soon as what clients saw is certainly not linearizable"),
    text("out", "FOLDER", \.out, "the folder that run folders are made in"),
    flag(
      "keep-data", \.keepsData,
      "keep files of the servers' data over 1 MiB after a run without a violation"),
  ]

  private static func unique(_ words: [String]) -> [String] {
    words.enumerated().filter { !words[..<$0.offset].contains($0.element) }.map(\.element)
  }

  /// An option that is one property of the plan: how the property is written, and read from what
  /// is of the option's kind.
  private static func field<Value>(
    _ name: String, _ metavar: String, _ kind: Kind,
    _ path: any WritableKeyPath<Plan, Value> & Sendable, _ help: String,
    write: @escaping @Sendable (Value) -> JSON, read: @escaping @Sendable (JSON) -> Value?
  ) -> PlanOption {
    PlanOption(
      name: name, metavar: metavar, help: help, kind: kind, get: { write($0[keyPath: path]) },
      put: { plan, value in
        guard let value = read(value) else { return false }
        plan[keyPath: path] = value
        return true
      })
  }

  private static func flag(
    _ name: String, _ path: any WritableKeyPath<Plan, Bool> & Sendable, _ help: String
  ) -> PlanOption {
    field(name, "", .flag, path, help, write: { .bool($0) }, read: \.bool)
  }

  /// One of the cases of an enumeration.
  private static func kind<Case: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ name: String, _ path: any WritableKeyPath<Plan, Case> & Sendable, _ help: String
  ) -> PlanOption {
    field(
      name, "KIND", .choice(Case.allCases.map(\.rawValue)), path, help,
      write: { .string($0.rawValue) }, read: { $0.string.flatMap(Case.init(rawValue:)) })
  }

  private static func words(
    _ name: String, _ metavar: String, _ path: any WritableKeyPath<Plan, [String]> & Sendable,
    _ help: String
  ) -> PlanOption {
    field(
      name, metavar, .words, path, help, write: { .array($0.map { .string($0) }) },
      read: { $0.array?.compactMap(\.string) })
  }

  private static func text(
    _ name: String, _ metavar: String, _ path: any WritableKeyPath<Plan, String> & Sendable,
    _ help: String, _ kind: Kind = .text
  ) -> PlanOption {
    field(name, metavar, kind, path, help, write: { .string($0) }, read: \.string)
  }

  private static func count(
    _ name: String, _ metavar: String, _ range: ClosedRange<Int>,
    _ path: any WritableKeyPath<Plan, Int> & Sendable, _ help: String
  ) -> PlanOption {
    field(
      name, metavar, .count(range), path, help, write: { JSON($0) },
      read: { $0.integer.map { Int($0) } })
  }

  private static func number(
    _ name: String, _ metavar: String, _ range: ClosedRange<Double>,
    _ path: any WritableKeyPath<Plan, Double> & Sendable, _ help: String
  ) -> PlanOption {
    field(name, metavar, .number(range), path, help, write: { JSON($0) }, read: \.double)
  }

  private static func duration(
    _ name: String, _ path: any WritableKeyPath<Plan, Int64> & Sendable, _ help: String
  ) -> PlanOption {
    field(
      name, "TIME", .duration, path, help, write: { JSON(duration: $0) },
      read: { $0.string.flatMap { Units.nanoseconds($0) } })
  }
}

extension WorkloadMix: CustomStringConvertible {
  /// The weights as an option: `read=50,write=30,cas=20`.
  public var description: String { "read=\(read),write=\(write),cas=\(cas)" }

  /// Reads weights; what is not named is not drawn. Nil for anything that is no mix.
  package init?(reading text: String) {
    read = 0
    write = 0
    cas = 0
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=")
      guard sides.count == 2, let weight = Int(sides[1]), (0...1_000_000).contains(weight) else {
        return nil
      }
      switch sides[0] {
      case "read": read = weight
      case "write": write = weight
      case "cas": cas = weight
      default: return nil
      }
    }
    guard read + write + cas > 0 else { return nil }
  }
}
