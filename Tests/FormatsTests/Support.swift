import Base
import Formats
import Histories
import TestSupport
import Testing

/// The history that text holds; the name in errors is `h`.
func read(_ text: String, _ options: ReadOptions = ReadOptions()) throws(Failure) -> History {
  try HistoryReader.read(Array(text.utf8), file: "h", options: options)
}

/// The message with which text is refused, or what it was read as.
func refusal(of text: String, _ options: ReadOptions = ReadOptions()) -> String {
  refusal(of: Array(text.utf8), options)
}

/// The message with which bytes are refused, or what they were read as.
func refusal(of bytes: [UInt8], _ options: ReadOptions = ReadOptions()) -> String {
  do throws(Failure) {
    return "was read: " + written(try HistoryReader.read(bytes, file: "h", options: options))
  } catch {
    return error.message
  }
}

/// A history as JSON lines.
func written(_ history: History) -> String {
  String(decoding: JSONLinesWriter.bytes(of: history), as: UTF8.self)
}

/// Every column of a history but the lines of its file, values as their JSON.
func columns(_ history: History) -> String {
  func show(_ id: ValueID) -> String { id < 0 ? "-" : history.values.json(id).description }
  var text = "\(history.header?.description ?? "no header") \(history.eventCount)\n"
  for index in 0..<history.count {
    text +=
      "\(history.processes[index]) \(history.functionName(index)) \(show(history.key[index])) "
      + "\(show(history.input[index])) \(show(history.output[index])) \(history.outcome[index]) "
      + "\(history.invoked[index]) \(history.completed[index]) \(history.invokedTime[index]) "
      + "\(history.completedTime[index])\n"
  }
  for event in history.nemesis {
    text += "\(event.kind) \(event.function) \(show(event.value)) \(event.time) \(event.rank)\n"
  }
  for rank in 0..<Int32(history.eventCount) {
    let fields = history.extraFields(at: rank).map { "\($0.name)=\(show($0.value))" }
    if !fields.isEmpty { text += "\(rank): " + fields.joined(separator: " ") + "\n" }
  }
  return text
}

/// A text in which a byte is lost, doubled or another.
func damaged(_ text: String, _ random: inout SplitMix64) -> String {
  var bytes = Array(text.utf8)
  let place = Int(random.next() % UInt64(bytes.count))
  switch random.next() % 3 {
  case 0: bytes.remove(at: place)
  case 1: bytes.insert(bytes[place], at: place)
  default: bytes[place] = UInt8(ascii: ",") ^ UInt8(random.next() % 16)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Random events in their usual form, damaged or not, say the same as with another beginning, which
/// takes the exact walk.
func expectSameOfUsualForms(
  seed: UInt64, _ event: (inout SplitMix64) -> String, exactly beginning: String,
  _ outcome: ([String]) -> String
) {
  var random = SplitMix64(seed: seed)
  var read = 0
  var refused = 0
  for _ in 0..<trials(12_000) {
    let events = (0...random.next() % 2).map { _ in event(&random) }
    let exact = events.map { $0.hasPrefix("{") ? beginning + $0.dropFirst() : $0 }
    let found = outcome(events)
    #expect(found == outcome(exact), "\(events)")
    if found.hasPrefix("line ") { refused += 1 } else { read += 1 }
  }
  #expect(read > 1000 && refused > 1000)
}
