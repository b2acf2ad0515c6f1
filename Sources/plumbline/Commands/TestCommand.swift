import Base
import Checker
import Experiments
import Findings
import Formats
import Histories
import Recorder
import Report

/// `plumbline test`: record, check and report in one go.
enum TestCommand: Command {
  static let name = "test"
  static let summary = "record, check and report in one go; by default a Raft cluster under faults"
  static let usage = "[OPTION ...] [-- ARGUMENTS OF --node]"
  static let options =
    PlanArguments.options + CheckSettings.limits + [
      CommandOption("ascii", help: "draw with ASCII characters only")
    ]
  static let details = """
    With no option at all: five nodes of the embedded Raft under partitions, kills, pauses, loss,
    delay and duplication. The run's folder has the history, the faults, each node's log, the
    plan that repeats it, and report.html.

    exit codes: 0 linearizable, 1 violation, 2 undecided, 3 too little was exercised or
    checked to mean anything, or the cluster died by itself, 69 it could not be started or
    reached

    examples:
      plumbline test
      plumbline test --bug stale-reads --seed 7
      plumbline test --node ./my-node --nodes 3 --duration 30s -- --flag
      plumbline test --plan runs/latest/plan.json5
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var plan = try PlanArguments.plan(arguments)
    let settings = try CheckSettings(arguments)
    guard !arguments.has("dry-run") else {
      try terminal.output(PlanArguments.describe(plan))
      return .success
    }
    if let code = try PlanArguments.isolate(&plan, arguments, terminal) { return code }
    let outcome = try RecordedRun.record(plan, terminal)
    let run = try JudgedRun(outcome, isChecked: true, Investigate(settings, terminal))
    let pageProblem = run.write()
    RecordedRun.removeData(outcome, plan, isViolated: run.ending == .violation, terminal)
    let summary = RunSummaryText(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii"), hasSeed: !terminal.isQuiet)
    try terminal.output(run.summary(summary))
    try terminal.output(RunTraces.section(outcome.folder, arguments, terminal))
    try run.requireConfirmation()
    if let pageProblem, run.ending == .holds { throw pageProblem }
    return run.ending.exitCode
  }
}

/// `plumbline record`: a run without its verdict.
enum RecordCommand: Command {
  static let name = "record"
  static let summary = "run a workload against a cluster under faults and write the run's folder"
  static let usage = "[OPTION ...] [-- ARGUMENTS OF --node]"
  static let options = PlanArguments.options
  static let details = """
    Like `plumbline test` without the verdict: `plumbline check` gives it later, anywhere.
    Exit code 3 when the run exercised too little to mean anything or the cluster died by itself,
    1 when it was stopped because what clients saw is not linearizable.

    example:
      plumbline record --duration 60s --name soak && plumbline check runs/latest
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var plan = try PlanArguments.plan(arguments)
    guard !arguments.has("dry-run") else {
      try terminal.output(PlanArguments.describe(plan))
      return .success
    }
    if let code = try PlanArguments.isolate(&plan, arguments, terminal) { return code }
    let outcome = try RecordedRun.record(plan, terminal)
    // What stopped the run is shown and confirmed, although nobody asked for a verdict.
    let run = try JudgedRun(
      outcome, isChecked: false, Investigate(try CheckSettings(arguments), terminal))
    let pageProblem = run.write()
    RecordedRun.removeData(outcome, plan, isViolated: outcome.record.stoppedOnViolation, terminal)
    let summary = RunSummaryText(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      hasSeed: !terminal.isQuiet)
    try terminal.output(run.summary(summary))
    try run.requireConfirmation()
    if let pageProblem, run.ending == .holds { throw pageProblem }
    return run.ending.exitCode
  }
}
