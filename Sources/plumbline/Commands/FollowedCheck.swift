import Base
import Checker
import Findings
import Formats
import Glibc
import Histories
import Report

/// `plumbline check --follow`: a check of a history that is still being written.
struct FollowedCheck {
  let file: String
  let settings: CheckSettings
  let terminal: Terminal
  /// Nanoseconds without a new line after which the history counts as complete, or nil.
  let quietNanoseconds: Int64?
  /// The signal that ended it, if one did.
  private(set) var signal: Int32?
  /// What came from standard input, as long as it is not too long to be kept.
  private var kept: [[UInt8]]? = []
  private var keptCount = 0
  private let mostKept: Int

  static let options: [CommandOption] = [
    CommandOption(
      "follow", help: "check FILE, or - for standard input, while it is being written"),
    CommandOption(
      "until-quiet", "TIME", help: "with --follow: the file is complete after this time of silence"
    ),
  ]

  /// Reads the arguments of `check --follow FILE`.
  ///
  /// Of standard input at most `mostKept` bytes are kept for the check of the whole. What is there
  /// at the start, if it is no more and all, is checked as `check` does, which is faster; 0 follows
  /// in any case.
  init(
    _ arguments: ParsedArguments, _ settings: CheckSettings, _ terminal: Terminal,
    mostKept: Int = 64 << 20
  ) throws(Failure) {
    guard arguments.positional.count == 1, let argument = arguments.positional.first else {
      throw Failure(.usage, "--follow takes one FILE (- is standard input)")
    }
    if arguments.has("witness") {
      throw Failure(.usage, "--follow forgets operations, so there is no --witness")
    }
    if let format = settings.reading.format, format != "jsonl" {
      throw Failure(.usage, "--follow reads jsonl, not \(format)")
    }
    if settings.reading.map != nil {
      throw Failure(.usage, "--follow reads plumbline's own lines, so there is no --map")
    }
    if settings.reading.loneCompletions != .refuse {
      throw Failure(
        .usage,
        "--follow takes lines as they are written, so --lone-completions earliest, which looks at "
          + "them all, is not for it")
    }
    if let order = settings.reading.order, order != .line {
      throw Failure(
        .usage,
        "--follow takes lines as they are written, so --order \(order.rawValue) is not for it; "
          + "--order line is")
    }
    file = File.kind(argument) == .folder ? HistorySearch([argument]).histories[0].path : argument
    self.settings = settings
    self.terminal = terminal
    self.mostKept = min(mostKept, (settings.reading.memoryLimit ?? Int.max) / 4)
    quietNanoseconds = try arguments.duration("until-quiet")
    if file != "-" { kept = nil }
  }

  /// Follows to a violation or the end.
  mutating func run(standardInput: Int32 = 0) throws(Failure) -> Investigated {
    let source = try GrowingFile(file, standardInput: standardInput)
    var follower = HistoryFollower(
      file: file, settings.reading, settings.checkOptions())
    let clock = MonotonicClock()
    let watch = Watch(onSignal: {})
    defer {
      watch.end()
      terminal.live("")
    }
    var nextLine: Int64 = 0
    var lastNews = clock.now
    // What is there already is not followed until it is known that more comes.
    var ahead: [[UInt8]]? = mostKept > 0 ? [] : nil
    var aheadCount = 0
    func feed(_ isMoreNear: Bool) throws(Failure) {
      guard let pieces = ahead else { return }
      ahead = nil
      for (place, piece) in pieces.enumerated() where follower.alarm == nil {
        try follower.take(piece, isMoreNear: isMoreNear || place < pieces.count - 1)
      }
    }
    loop: while follower.alarm == nil, watch.signal == nil {
      // The order matters: what was written before the lock was gone is read after.
      let isOver = isRun && !source.isBeingRecorded
      switch try source.look(waitingMilliseconds: 50) {
      case .bytes(let bytes):
        lastNews = clock.now
        keep(bytes)
        aheadCount += bytes.count
        if ahead != nil, aheadCount <= mostKept {
          ahead?.append(bytes)
          if source.isMoreNear { continue }
          try feed(false)
        } else {
          try feed(true)
          if follower.alarm == nil { try follower.take(bytes, isMoreNear: source.isMoreNear) }
        }
      case .nothing:
        if isOver { break loop }
        try feed(false)
        try follower.catchUp()
        if let quietNanoseconds, clock.now - lastNews >= quietNanoseconds { break loop }
      case .end: break loop
      }
      if clock.now >= nextLine {
        nextLine = clock.now + 200_000_000
        terminal.live(line(follower, clock.now))
      }
    }
    signal = watch.signal
    if let pieces = ahead, signal == nil {
      let all = Array(pieces.joined())
      do throws(Failure) {
        return Investigated(file: file, .judged(try judge(all)))
      } catch {
        // What cannot be read to its end may still hold a violation, if it can be followed at all.
        let first = all.first { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }
        if let first, first != UInt8(ascii: "{"), first != UInt8(ascii: "#") { throw error }
      }
      try feed(false)
    }
    if follower.alarm == nil { try follower.end() }
    signal = watch.signal
    return Investigated(
      file: file, .judged(try findings(&follower, Double(clock.now) * 1e-9)))
  }

  /// Whether the file lies in the folder of a run, whose recorder locks it.
  private var isRun: Bool { RunFolder(ofHistory: file)?.hasPlan ?? false }

  private mutating func keep(_ bytes: [UInt8]) {
    guard kept != nil else { return }
    keptCount += bytes.count
    if keptCount > mostKept { kept = nil } else { kept?.append(bytes) }
  }

  /// The verdict: what was seen as it went by, or what the check of the whole finds.
  ///
  /// An alarm is confirmed by the check of everything up to its line, as long as that can be read
  /// again; it has the evidence. A key that was given up is left to the check of the whole.
  private mutating func findings(
    _ follower: inout HistoryFollower, _ seconds: Double
  ) throws(Failure) -> HistoryFindings {
    if let alarm = follower.alarm {
      follower.forget()
      if let again = try again(upTo: alarm.line) {
        if again.ending == .violation { return again }
        if again.result?.verdict == .holds {
          throw Failure(
            .defect,
            "\(file): following it found a violation (\(alarm.anomaly), line \(alarm.line)) that "
              + "the check of the whole does not find; please report this with the history")
        }
      }
      let choices = follower.checker.choices
      guard choices.isEmpty else {
        throw Failure(
          .badInput,
          "\(file):\(alarm.line): nobody named the model, and following it as the first of these "
            + "finds a violation; say " + choices.joined(separator: " or "))
      }
      var (result, history, coverage) = try follower.violation(of: alarm, seconds: seconds)
      FaultsFile.note(beside: file, in: &history)
      return try investigate.judge(
        history, result, file: file, isWhole: false, coverage: coverage)
    }
    if follower.checker.undecidedCount > 0, signal == nil {
      follower.forget()
      if let again = try again(upTo: 0) { return again }
    }
    var (result, history, coverage) = follower.result(seconds: seconds)
    if let why = follower.checker.undecidedReason {
      let count = follower.checker.undecidedCount
      history.warnings.append(
        "\(count) \(count == 1 ? "key" : "keys") could not be decided on the way: \(why)")
    }
    return try investigate.judge(
      history, result, file: file, isWhole: false, coverage: coverage)
  }

  private var investigate: Investigate { Investigate(settings, terminal) }

  /// Judges everything up to a line (0: all), when it can be read again.
  private mutating func again(upTo line: Int) throws(Failure) -> HistoryFindings? {
    var history: History
    do throws(Failure) {
      guard let read = try read(upTo: line) else { return nil }
      history = read
    } catch {
      // There is too little memory for the whole.
      if error.code == .undecided { return nil }
      throw error
    }
    FaultsFile.note(beside: file, in: &history)
    return try investigate.judge(history, file: file, signal: &signal)
  }

  /// Judges all there is.
  private mutating func judge(_ all: [UInt8]) throws(Failure) -> HistoryFindings {
    var history = try HistoryReader.read(all, file: file, options: settings.reading)
    FaultsFile.note(beside: file, in: &history)
    return try investigate.judge(history, file: file, signal: &signal)
  }

  /// Reads everything up to a line (0: all); nil when it is gone.
  private mutating func read(upTo line: Int) throws(Failure) -> History? {
    if file != "-", line == 0 {
      return try HistoryReader.read(path: file, options: settings.reading)
    }
    let all: [UInt8]
    if file == "-" {
      guard let kept else { return nil }
      all = Array(kept.joined())
      self.kept = nil
    } else {
      guard let read = try beginning(line) else { return nil }
      all = read
    }
    return try HistoryReader.read(
      Self.lines(of: all, upTo: line), file: file, options: settings.reading)
  }

  /// The bytes of the file up to a line and a little more; nil where there is no memory for them.
  private func beginning(_ line: Int) throws(Failure) -> [UInt8]? {
    let source = try GrowingFile(file)
    let most = (settings.reading.memoryLimit ?? Int.max) / 3
    var (bytes, lines): ([UInt8], Int) = ([], 0)
    while lines < line, case .bytes(let more) = try source.look(waitingMilliseconds: 0) {
      bytes += more
      lines += more.count { $0 == 0x0A }
      if bytes.count > most { return nil }
    }
    return bytes
  }

  /// The first lines of a text; all of it for 0.
  private static func lines(of bytes: [UInt8], upTo line: Int) -> [UInt8] {
    guard line > 0 else { return bytes }
    var end = 0
    var count = 0
    while count < line, let newline = bytes[end...].firstIndex(of: 0x0A) {
      end = newline + 1
      count += 1
    }
    return count == line ? Array(bytes[..<end]) : bytes
  }

  private func line(_ follower: HistoryFollower, _ now: Int64) -> String {
    let checker = follower.checker
    let undecided = checker.undecidedCount == 0 ? "" : ", \(checker.undecidedCount) given up"
    return "following \(file): \(checker.operations) operations, \(checker.keyCount) keys"
      + "\(undecided), \(checker.openCount) open, \(now / 1_000_000_000) s"
  }
}
