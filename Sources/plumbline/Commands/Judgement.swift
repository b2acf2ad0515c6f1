import Base
import Checker
import Glibc
import Histories

/// One check with a live line on a terminal, and an end to it on Ctrl-C.
enum Judgement {
  /// Checks a history; an interruption gives `undecided` and its signal in `interrupted`.
  ///
  /// - Throws: ``Failure`` that names the file, and the line where one is at fault.
  static func check(
    _ history: History, file: String, _ settings: CheckSettings, _ terminal: Terminal,
    wantsWitness: Bool = false, interrupted: inout Int32?
  ) throws(Failure) -> CheckResult {
    var options = settings.checkOptions()
    options.wantsWitness = wantsWitness
    let budget = options.budget
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
    do throws(CheckError) {
      let result = try Checker.check(history, options)
      interrupted = watch.signal ?? interrupted
      return result
    } catch {
      let place = error.line.map { "\(file):\($0)" } ?? file
      throw Failure(error.code, "\(place): \(error.message)")
    }
  }
}
