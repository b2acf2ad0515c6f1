import Base
import Histories

/// `run.json`: how a run went, as far as its history does not say it.
///
/// It is written when the run begins and again when it ends. So whoever reads the folder later
/// knows what whoever ran it was told, and that of a run whose recorder was killed nobody knows
/// the end.
public struct RunRecord: Sendable, Equatable {
  /// One node of the cluster.
  public struct Node: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The version of its server as that says it; nil where nobody asked or nothing was said.
    public var version: String?
    /// How many operations of clients got an answer from it, a refusal included.
    public var answered: Int

    /// By default a node whose server told no version and that has answered nothing yet.
    public init(name: String, version: String? = nil, answered: Int = 0) {
      self.name = name
      self.version = version
      self.answered = answered
    }
  }

  /// The run's name.
  public var name: String
  /// The seed that everything random was drawn from.
  public var seed: UInt64
  /// When it began by the wall clock, ISO 8601 with the offset of local time.
  public var startedAt: String
  /// How long it took, start-up and end included; nil while it runs, or when its recorder died.
  public var durationNanoseconds: Int64?
  /// The version of plumbline that recorded it.
  public var plumbline: String
  /// The cluster in a few words: `5 nodes, embedded raft`.
  public var cluster: String
  /// The operations in a few words: `read, write and cas on 5 keys`.
  public var workload: String
  /// The families of faults asked for, by name.
  public var faults: [String]
  /// Clients that ran side by side.
  public var clients: Int
  /// The nodes, in order.
  public var nodes: [Node]
  /// What went wrong with the harness, the cluster or its recovery, a sentence each: to be told,
  /// and no reason to doubt the verdict.
  public var problems: [String]
  /// What the recorder knows that the run lacks to mean anything, a sentence each. What its
  /// history lacks is measured against ``requirement``.
  public var shortcomings: [String]
  /// The least that the run must exercise.
  public var requirement: CoverageRequirement
  /// Whether it ended early because the history was wrong already.
  public var stoppedOnViolation: Bool
  /// The signal that ended it early, or nil.
  public var interrupted: Int32?
  /// Whether it was in virtual time.
  public var isSimulated = false
  /// What became of its consistent cuts; nil where none were asked for.
  public var cuts: CutCounts?

  /// Makes a record of a run that begins: its end is not known.
  public init(
    name: String, seed: UInt64, startedAt: String, plumbline: String = Version.current,
    cluster: String, workload: String, faults: [String], clients: Int, nodes: [Node],
    requirement: CoverageRequirement
  ) {
    self.name = name
    self.seed = seed
    self.startedAt = startedAt
    self.plumbline = plumbline
    self.cluster = cluster
    self.workload = workload
    self.faults = faults
    self.clients = clients
    self.nodes = nodes
    self.requirement = requirement
    problems = []
    shortcomings = []
    stoppedOnViolation = false
  }

  /// Whether any operation got an answer from any node. Without one the cluster was never there.
  public var isReached: Bool { nodes.contains { $0.answered > 0 } }

  /// What the run lacks: what the recorder knows of, and what its history does not have.
  public func shortcomings(of coverage: Coverage) -> [String] {
    let end =
      durationNanoseconds == nil
      ? ["the recorder has not come to the end of the run"] : []
    return end + shortcomings + requirement.shortcomings(of: coverage)
  }
}

extension RunRecord {
  /// The record as one JSON object.
  public var json: JSON {
    [
      "name": .string(name),
      "seed": JSON(seed),
      "start": .string(startedAt),
      "nanoseconds": durationNanoseconds.map { .integer($0) } ?? .null,
      "plumbline": .string(plumbline),
      "cluster": .string(cluster), "workload": .string(workload),
      "faults": .array(faults.map { .string($0) }), "clients": JSON(clients),
      "nodes": .array(
        nodes.map {
          [
            "name": .string($0.name), "version": $0.version.map { .string($0) } ?? .null,
            "answered": JSON($0.answered),
          ]
        }),
      "reached": .bool(isReached),
      "problems": .array(problems.map { .string($0) }),
      "shortcomings": .array(shortcomings.map { .string($0) }),
      "coverage": requirement.json,
      "stoppedOnViolation": .bool(stoppedOnViolation),
      "signal": interrupted.map { .integer(Int64($0)) } ?? .null,
      "simulated": .bool(isSimulated), "cuts": cuts?.json ?? .null,
    ]
  }

  /// Reads a record; members that are not known do not matter.
  ///
  /// - Throws: ``ExitCode/badInput`` that names the member.
  public init(_ json: JSON) throws(Failure) {
    let reader = MemberReader(json)
    let nodes = try reader.objects("nodes")
    self.init(
      name: try reader.string("name"), seed: try reader.seed("seed"),
      startedAt: try reader.string("start"), plumbline: try reader.string("plumbline"),
      cluster: try reader.string("cluster"), workload: try reader.string("workload"),
      faults: try reader.strings("faults"), clients: try reader.count("clients"), nodes: [],
      requirement: try CoverageRequirement(reader.object("coverage")))
    for node in nodes {
      self.nodes.append(
        Node(
          name: try node.string("name"), version: try node.optional("version", \.string),
          answered: try node.count("answered")))
    }
    durationNanoseconds = try reader.optional("nanoseconds", \.integer)
    problems = try reader.strings("problems")
    shortcomings = try reader.strings("shortcomings")
    stoppedOnViolation = try reader.bool("stoppedOnViolation")
    interrupted = try reader.optional("signal", \.integer).map { Int32(truncatingIfNeeded: $0) }
    isSimulated = try reader.optional("simulated", \.bool) ?? false
    cuts = try reader.optional("cuts", \.self).map { (json) throws(Failure) in
      try CutCounts(MemberReader(json))
    }
  }

  /// Reads the record of a run; nil where the folder has none, as of a run of an older version.
  ///
  /// - Throws: ``ExitCode/badInput`` and what ``File/read(_:)`` throws, with the file's name.
  public init?(in folder: RunFolder) throws(Failure) {
    let path = folder[.record]
    guard File.kind(path) == .file else { return nil }
    let bytes = try File.read(path)
    do throws(Failure) {
      guard let json = try? JSONParser.parse(bytes[...]) else {
        throw Failure(.badInput, "this is no JSON")
      }
      try self.init(json)
    } catch {
      throw Failure(error.code, "\(path): \(error.message)")
    }
  }

  /// Writes the record into a run's folder, in one step.
  ///
  /// - Throws: what ``File/replace(_:with:)`` throws.
  public func write(to folder: RunFolder) throws(Failure) {
    try File.replace(folder[.record], with: Array((json.description + "\n").utf8))
  }
}
