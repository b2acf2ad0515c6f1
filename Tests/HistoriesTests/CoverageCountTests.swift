import Base
import Histories
import TestSupport
import Testing

/// What is counted while a history is written is what is counted of the whole.
@Suite struct CoverageCountTests {
  private static let deeds = ["start-kill", "stop-kill", "start-cut", "stop-cut", "verified-kill"]

  @Test func whereverItIsCut() throws {
    var random = SplitMix64(seed: 23)
    var (overlapping, during) = (0, 0)
    for seed in 0..<trials(1000) {
      var whole = HistoryBuilder()
      var parts = HistoryBuilder()
      var count = CoverageCount()
      let header: JSON = Bool.random(using: &random) ? ["nodes": ["n1"]] : ["plumbline": 1]
      whole.header = header
      parts.header = header
      var open: [Int: (function: String, key: String)] = [:]
      var retired: Set<Int> = []
      for line in 1...Int.random(in: 2...40, using: &random) {
        var process = Int.random(in: 0..<4, using: &random)
        while retired.contains(process) { process += 4 }
        let kind: Event.Kind
        let isNemesis = Int.random(in: 0..<6, using: &random) == 0
        var (function, key) = (["read", "write"].randomElement(using: &random)!, "x")
        if isNemesis {
          kind = .info
          function = Self.deeds.randomElement(using: &random)!
        } else if let begun = open.removeValue(forKey: process) {
          kind = [.ok, .ok, .fail, .info].randomElement(using: &random)!
          (function, key) = begun
          if kind == .info { retired.insert(process) }
        } else {
          kind = .invoke
          key = ["x", "y"].randomElement(using: &random)!
          open[process] = (function, key)
        }
        let isFinal = kind == .invoke && Bool.random(using: &random)
        func add(to builder: inout HistoryBuilder) throws {
          if isFinal { builder.keep("final", ValueTable.true) }
          var event = Event(
            kind, process: isNemesis ? .nemesis : .client(Int64(process)),
            function: builder.function(function), line: line)
          if !isNemesis { event.key = builder.values.intern(string: key) }
          try builder.add(event)
        }
        try add(to: &whole)
        try add(to: &parts)
        if Int.random(in: 0..<4, using: &random) == 0 { count.take(parts.drain()) }
      }
      count.take(parts.drain())
      let all = Coverage(of: whole.build())
      #expect(count.coverage() == all, "history \(seed)")
      overlapping += all.overlapping
      during += all.functions.reduce(0) { $0 + $1.duringFaults }
    }
    #expect(overlapping > trials(1000) && during > trials(500))
  }
}
