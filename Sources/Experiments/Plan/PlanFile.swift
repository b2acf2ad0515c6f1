import Base
import Histories
import Protocols

/// A plan as `plan.json5`: one flat object, the names those of the options.
extension Plan {
  /// Reads a plan; what is not named keeps its default.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/badInput``, naming file, line and column.
  public init(reading bytes: [UInt8], file: String) throws(Failure) {
    self.init()
    try read(bytes, file: file)
  }

  /// Reads what a plan's file says over what this one has.
  public mutating func read(file: String) throws(Failure) {
    try read(try File.read(file), file: file)
  }

  private mutating func read(_ bytes: [UInt8], file: String) throws(Failure) {
    let value: JSON
    do throws(JSONError) {
      value = try JSONParser.parse(bytes, relaxed: true)
    } catch {
      throw Failure(.badInput, "\(file):\(error)")
    }
    guard let members = value.members else {
      throw Failure(.badInput, "\(file):1:1: found \(value.kind), expected an object of options")
    }
    for member in members {
      let place = Plan.place(of: member.name, in: bytes)
      guard let option = PlanOption.named(member.name) else {
        throw Failure(
          .badInput,
          "\(file):\(place): there is no option “\(member.name)”"
            + Suggestion.hint(for: member.name, among: PlanOption.all.map(\.name)))
      }
      do throws(PlanOption.Mistake) {
        try option.set(member.value, in: &self)
      } catch {
        throw Failure(.badInput, "\(file):\(place): “\(member.name)”: \(error.message)")
      }
    }
  }

  /// Reads the plan in a file.
  public init(file: String) throws(Failure) {
    try self.init(reading: try File.read(file), file: file)
  }

  /// The plan as `plan.json5`: every option, the seed included, each with its help.
  public var json5: String {
    let command = isSimulated ? "simulate" : "test"
    var text = "// The plan of a run; `plumbline \(command) --plan THIS-FILE` repeats it.\n{\n"
    for option in PlanOption.all {
      text += "  // \(option.help)\n  \"\(option.name)\": \(option.json(of: self)),\n"
    }
    return text + "}\n"
  }

  /// Every option and its value, in the order of the table.
  public var json: JSON {
    .object(PlanOption.all.map { JSON.Member($0.name, $0.json(of: self)) })
  }

  /// The line and column where a member of the top object is named.
  private static func place(of name: String, in bytes: [UInt8]) -> String {
    let wanted = Array(name.utf8)
    var depth = 0
    var line = 1
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A {
        line += 1
        start = index + 1
      } else if byte == UInt8(ascii: "/"), index + 1 < bytes.count {
        index = Plan.endOfComment(bytes, index, &line, &start)
        continue
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
      } else if byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: ":") {
        let end = Plan.endOfWord(bytes, index)
        var next = end
        while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
        let bare = bytes[index..<end].filter {
          $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'")
        }
        if depth == 1, bare == wanted, next < bytes.count, bytes[next] == UInt8(ascii: ":") {
          return "\(line):\(index - start + 1)"
        }
        index = end
        continue
      }
      index += 1
    }
    return "1:1"
  }

  private static func endOfWord(_ bytes: [UInt8], _ begin: Int) -> Int {
    let quote = bytes[begin]
    var index = begin + 1
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      while index < bytes.count, bytes[index] != quote {
        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
      }
      return min(index + 1, bytes.count)
    }
    while index < bytes.count, bytes[index] > 0x20, !",:{}[]/".utf8.contains(bytes[index]) {
      index += 1
    }
    return index
  }

  private static func endOfComment(
    _ bytes: [UInt8], _ begin: Int, _ line: inout Int, _ start: inout Int
  ) -> Int {
    var index = begin + 2
    if bytes[begin + 1] == UInt8(ascii: "/") {
      while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      return index
    }
    while index + 1 < bytes.count,
      bytes[index] != UInt8(ascii: "*") || bytes[index + 1] != UInt8(ascii: "/")
    {
      if bytes[index] == 0x0A {
        line += 1
        start = index + 1
      }
      index += 1
    }
    return min(index + 2, bytes.count)
  }
}

extension Plan {
  /// Refuses what cannot work, before anything is started.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/usage``: which options, why, and what would do.
  public func validate() throws(Failure) {
    try validateCluster()
    if loop == .open, rate <= 0 {
      throw Failure(.usage, "--loop open needs a --rate that says how many operations a second")
    }
    if !nodeCommand.isEmpty, !bugs.isEmpty {
      throw Failure(
        .usage, "--bug belongs to the embedded protocol and --node replaces it; leave one out")
    }
    if nodeCommand.isEmpty, let known = Protocols.named(protocolName) {
      for bug in bugs where !known.bugs.contains(where: { $0.name == bug }) {
        throw Failure(
          .usage,
          "--bug \(bug): the protocol \(protocolName) has no such bug; it has "
            + PlanOption.list(known.bugs.map(\.name)))
      }
    }
    if !nodeCommand.isEmpty, traces {
      throw Failure(
        .usage,
        "--trace-events is for the embedded protocols; a --node program writes its own traces")
    }
    try validateSnapshots()
    try validateVotes()
    for (name, value) in [
      ("duration", durationNanoseconds), ("timeout", timeoutNanoseconds),
      ("fault-interval", faultIntervalNanoseconds), ("start-limit", startLimitNanoseconds),
    ] where value <= 0 {
      throw Failure(.usage, "--\(name) must be longer than 0s")
    }
    for family in faults {
      guard let obstacle = Faults.named(family)?.obstacle(in: self) else { continue }
      throw Failure(.usage, "--faults \(family): \(obstacle)")
    }
    try validateSchedule()
    try validateScript()
    try validateClocks()
    guard !faults.isEmpty, schedule == nil else { return }
    if faultIntervalNanoseconds >= durationNanoseconds {
      throw Failure(
        .usage,
        "--fault-interval \(Units.describe(nanoseconds: faultIntervalNanoseconds)) leaves no time "
          + "for a fault in --duration \(Units.describe(nanoseconds: durationNanoseconds)); "
          + "shorten the one, lengthen the other, or say --faults none")
    }
    let needing = faults.filter { Faults.named($0)?.needsPeers ?? false }
    if nodes < 2, let family = needing.first {
      throw Failure(
        .usage,
        "--faults \(family) needs messages between nodes, and there is one node; say "
          + "--nodes 3 or --faults kill,pause")
    }
    if targets.isEmpty, let hitting = faults.first(where: { Faults.named($0)?.hasTarget ?? false })
    {
      throw Failure(.usage, "--targets is empty, but --faults \(hitting) must hit somebody")
    }
    if partitions.isEmpty, faults.contains("partition") {
      throw Failure(.usage, "--partitions is empty, but --faults has partition")
    }
    for fault in coverage.faults where !faults.contains(fault) {
      throw Failure(.usage, "--require-faults \(fault): --faults does not make it")
    }
  }
}

extension Plan {
  /// Markers are cheap, but a cluster that is busy with nothing else is no test.
  private static var leastBetweenSnapshots: Int64 { 1_000_000 }

  /// Refuses cuts where nobody can make them, or too many.
  private func validateSnapshots() throws(Failure) {
    guard snapshotsNanoseconds != 0 else { return }
    guard way == .simulated || way == .embedded && nodeCommand.isEmpty else {
      throw Failure(
        .usage, "--snapshots is for the embedded protocols: other nodes do not record themselves")
    }
    guard snapshotsNanoseconds >= Self.leastBetweenSnapshots else {
      throw Failure(.usage, "--snapshots must be 0s, for never, or at least 1ms")
    }
  }

  /// Refuses votes that the protocol has no use for, or that cannot be.
  private func validateVotes() throws(Failure) {
    let known = nodeCommand.isEmpty ? Protocols.named(protocolName) : nil
    let owners = Protocols.withVotes
    guard let known else {
      guard voteArguments.isEmpty else {
        throw Failure(
          .usage, "\(voteArguments[0]) belongs to --protocol \(owners); --node replaces it")
      }
      return
    }
    if !known.hasCompareAndSet, mix.cas > 0, mix != WorkloadMix() {
      throw Failure(
        .usage, "--mix \(mix): the protocol \(protocolName) has no compare-and-set; say cas=0")
    }
    guard known.hasVotes else {
      guard voteArguments.isEmpty else {
        throw Failure(
          .usage, "\(voteArguments[0]) belongs to --protocol \(owners), not \(protocolName)")
      }
      return
    }
    if !votes.isEmpty, Plan.votes(votes) == nil {
      throw Failure(.usage, "--votes \(votes): expected numbers with commas, such as 3,1,1")
    }
    _ = try quorumVotes()
  }
}
