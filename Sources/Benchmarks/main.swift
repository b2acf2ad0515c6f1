import Base
import Glibc

// `Benchmarks [--quick] [--json | --markdown] [NAME ...]`: how fast the parts are, each as a ratio
// in one run, and whether that is what was promised. `Benchmarks FILE`: reads that history and
// prints the time and the most memory it took.

/// Prints text on standard output.
func say(_ text: String) throws(Failure) {
  try File.write(Array(text.utf8), descriptor: 1, name: "standard output")
}

/// Runs the groups that the words name, or all.
func measure(_ words: [String]) throws {
  let scratch = try ScratchFolder()
  var suite = Suite(folder: scratch.path)
  suite.isQuick = words.contains("--quick")
  suite.form = words.compactMap(Suite.Form.init).last ?? .text
  let names = words.filter { !$0.hasPrefix("--") }
  for word in words where !Suite.groups.contains(where: { $0.name == word }) {
    if word == "--quick" || Suite.Form(rawValue: word) != nil { continue }
    let known = Suite.groups.map { "  \($0.name): \($0.help)\n" }.joined()
    throw Failure(.usage, "there is no benchmark “\(word)”; there are\n\(known)")
  }
  guard File.kind(suite.plumbline) == .file else {
    throw Failure(
      .unavailable, "\(suite.plumbline): is missing; build it with swift build -c release")
  }
  var all: [Measurement] = []
  for group in Suite.groups where names.isEmpty || names.contains(group.name) {
    if suite.isQuick, !group.isQuickToo, names.isEmpty { continue }
    try File.write(
      Array("\(group.name): \(group.help)\n".utf8), descriptor: 2, name: "standard error")
    all += try group.run(suite)
  }
  // Promises are about large histories.
  if suite.isQuick { for index in all.indices { all[index].bound = .none } }
  if all.isEmpty { return }
  try say(suite.form == .json ? Measurement.json(all) : Measurement.table(all))
}

let words = Array(CommandLine.arguments.dropFirst())
do {
  if words.count == 1, File.kind(words[0]) == .file {
    try say(ReadingBenchmark.read(words[0]))
  } else {
    try measure(words)
  }
} catch let failure as Failure {
  try File.write(
    Array("Benchmarks: \(failure.message)\n".utf8), descriptor: 2, name: "standard error")
  exit(failure.code.rawValue)
}
