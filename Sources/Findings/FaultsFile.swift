import Base
import Formats
import Histories

/// The faults that a run's `faults.jsonl` lists, for a history that names none itself.
public enum FaultsFile {
  /// Notes in a run's history which faults were made and undone, if there is a list of them beside
  /// it. A list that cannot be read is no reason not to check the history.
  public static func note(beside path: String, in history: inout History) {
    guard history.nemesis.isEmpty, let file = RunFolder(ofHistory: path)?[.faults],
      File.kind(file) == .file, let bytes = try? File.read(file)
    else { return }
    var values: [Int64: JSON] = [:]
    var faults: [NemesisEvent] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let object = try? JSONParser.parse(line), let time = object["time"]?.integer,
        let name = object["name"]?.string, let step = object["step"]?.string
      else { continue }
      let number = object["fault"]?.integer ?? -1
      if let value = object["value"] { values[number] = value }
      guard step == "done" || step == "undone" else { continue }
      let value = values[number].map { history.values.intern($0) } ?? ValueTable.none
      faults.append(
        NemesisEvent(
          kind: .info, function: (step == "done" ? "start-" : "stop-") + name, value: value,
          time: time, line: 0, rank: 0))
    }
    history.note(faultsBeside: faults)
  }
}
