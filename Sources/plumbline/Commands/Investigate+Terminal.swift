import Base
import Findings

extension Investigate {
  /// The way of a command: its options, a live line on a terminal, and an end on Ctrl-C.
  ///
  /// Where nothing else is printed in between, `notesProgress` has what would be the live line
  /// noted from time to time where there is no terminal.
  init(_ settings: CheckSettings, _ terminal: Terminal, notesProgress: Bool = false) {
    self.init(
      reading: settings.reading, options: { settings.checkOptions() },
      allowsVacuous: settings.allowsVacuous,
      attend: { file, budget, work in
        let nextNote = Lock(10.0)
        let watch = Watch(
          onSignal: { budget.cancel() },
          onTick: { elapsed in
            guard elapsed > 1 else { return }
            let seconds = Units.describe(nanoseconds: Int64(elapsed) * 1_000_000_000)
            let words =
              "checking \(file): \(seconds), \(Units.describe(bytes: budget.peakBytes)) of memory"
            terminal.live(words)
            guard notesProgress, !terminal.isLive else { return }
            let isDue = nextNote.withLock { next in
              defer { if elapsed >= next { next *= 2 } }
              return elapsed >= next
            }
            if isDue { terminal.note(words) }
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
