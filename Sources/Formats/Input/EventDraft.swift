import Histories

/// What the members of one event said so far, in whatever notation they come.
struct EventDraft {
  var process: Event.Process?
  var kind: Event.Kind?
  var function: FunctionID = -1
  var key = ValueTable.none
  var value = ValueTable.none
  var time = Event.noTime
  /// The known members that were seen, a bit each.
  var members: UInt8 = 0

  /// A member that the contract names.
  enum Member: UInt8 {
    case process = 1
    case type = 2
    case function = 4
    case key = 8
    case value = 16
    case time = 32

    /// The member of that name.
    init?(name: some Sequence<UInt8>) {
      for (member, text) in Member.names where text.utf8.elementsEqual(name) {
        self = member
        return
      }
      return nil
    }

    private static let names: [(Member, String)] = [
      (.process, "process"), (.type, "type"), (.function, "f"), (.key, "key"), (.value, "value"),
      (.time, "time"),
    ]
  }

  /// A member that an event needs and does not have.
  struct Lack: Error {
    var message: String
  }

  /// The event, once all members are read.
  func event(line: Int, in names: inout EventNames) throws(Lack) -> Event {
    guard let process else {
      throw Lack(message: "found no “process” in this event, expected a number")
    }
    guard let kind else {
      throw Lack(
        message: "found no “type” in this event, expected “invoke”, “ok”, “fail” or “info”")
    }
    var function = function
    if function < 0 {
      guard names.values.isTransaction(value) else {
        throw Lack(message: "found no “f” in this event, expected a function's name")
      }
      function = names.function("txn")
    }
    return Event(
      kind, process: process, function: function, key: key, value: value, time: time, line: line)
  }

  /// The process that a value names: an integer, or `nemesis` as text or keyword.
  static func process(_ id: ValueID, in values: ValueTable) -> Event.Process? {
    if let number = values.integer(id) { return .client(number) }
    return values.string(id) == "nemesis" ? .nemesis : nil
  }
}
