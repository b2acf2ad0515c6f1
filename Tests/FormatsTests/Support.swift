import Base
import Formats
import Histories

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
