import Base
import Findings

extension Investigate {
  /// The way of a command: its options, a live line on a terminal, and an end on Ctrl-C.
  init(_ settings: CheckSettings, _ terminal: Terminal) {
    self.init(
      reading: settings.reading, options: { settings.checkOptions() },
      allowsVacuous: settings.allowsVacuous,
      attend: { file, budget, work in
        let watch = Watch(
          onSignal: { budget.cancel() },
          onTick: { elapsed in
            guard elapsed > 1 else { return }
            let seconds = Units.describe(nanoseconds: Int64(elapsed) * 1_000_000_000)
            terminal.live(
              "checking \(file): \(seconds), \(Units.describe(bytes: budget.peakBytes)) of memory")
          })
        defer {
          watch.end()
          terminal.live("")
        }
        work()
        return watch.signal
      })
  }
}
