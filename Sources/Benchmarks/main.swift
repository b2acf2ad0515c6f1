import Base

// `Benchmarks [EVENTS]`: prints how fast the parts are, as ratios to simple rulers of the same run.
let events = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 1_000_000
try File.write(
  Array(ReadingBenchmark.run(events: events).utf8), descriptor: 1, name: "standard output")
