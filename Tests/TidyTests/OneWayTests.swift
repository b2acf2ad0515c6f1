import Foundation
import Testing

/// Things that are done in one place: the others call it.
struct OneWayTests {
  /// Where a thing may stand, by the end of the file's path.
  private func expect(_ word: String, onlyIn places: [String], because reason: String) {
    var found: Set<String> = []
    for file in TidyTests.sources {
      for (number, line) in file.lines.enumerated() where line.contains(word) {
        if let place = places.first(where: { file.path.hasSuffix($0) }) {
          found.insert(place)
        } else {
          Issue.record("\(file.path):\(number + 1): “\(word)”: \(reason)")
        }
      }
    }
    #expect(found == Set(places), "nobody does it any more")
  }

  @Test func filesAreMadeInOnePlace() {
    expect(
      "O_CREAT",
      onlyIn: [
        "Base/File+Writing.swift", "Base/OutputFile.swift",
        // A file system makes files for others; the fault of a disk tries one; a child's output.
        "Disks/Files/LossyFolder+Names.swift", "Faults/ClusterHost.swift",
        "Benchmarks/ChildRun.swift",
      ],
      because: "File.replace, File.open or OutputFile writes files")
    expect(
      "fopen(", onlyIn: [], because: "File.replace, File.open or OutputFile writes files")
  }

  @Test func oneSentenceAsksWhatWasMeant() {
    expect(
      "did you mean",
      onlyIn: ["Base/Suggestion.swift", "Machine/ProgramPath.swift"],
      because: "Suggestion.hint says it")
    expect(
      "Suggestion.nearest", onlyIn: [], because: "Suggestion.hint says it")
  }
}
