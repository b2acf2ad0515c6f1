import Base

// `Benchmarks [EVENTS]`: prints how fast the parts are, as ratios to simple rulers of the same run.
// `Benchmarks FILE`: reads that history and prints the time and the most memory it took.
let argument = CommandLine.arguments.dropFirst().first ?? "1000000"
let report =
  if let events = Int(argument) {
    ReadingBenchmark.run(events: events)
  } else {
    try ReadingBenchmark.read(argument)
  }
try File.write(Array(report.utf8), descriptor: 1, name: "standard output")
