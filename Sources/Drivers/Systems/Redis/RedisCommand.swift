import Base

/// The commands that a client sends for its questions.
enum RedisCommand {
  /// Compare-and-set: values with a `v` in front, `-` for the absent key. Atomic, as all scripts.
  static let script = """
    local v=redis.call('GET',KEYS[1])
    if (v and 'v'..v or '-')~=ARGV[1] then return 0 end
    if ARGV[2]=='-' then redis.call('DEL',KEYS[1])
    else redis.call('SET',KEYS[1],string.sub(ARGV[2],2)) end
    return 1
    """

  /// The SHA-1 of ``script`` in hexadecimal, by which a server that has seen it knows it.
  static let scriptDigest = "95cc99c8b59b3ecd0e6893339ef47c5adce9b878"

  /// Appends the command for a question about data; nothing for others.
  static func write(_ question: Question, wholeScript: Bool, to writer: inout ByteWriter) {
    switch question {
    case .read(let key):
      writer.write(commandOf: 2)
      writer.write(word: "GET")
      writer.write(word: key)
    case .write(let key, .null):
      writer.write(commandOf: 2)
      writer.write(word: "DEL")
      writer.write(word: key)
    case .write(let key, let value):
      writer.write(commandOf: 3)
      writer.write(word: "SET")
      writer.write(word: key)
      writer.write(word: WireValue.text(value))
    case .cas(let key, let from, let to):
      writer.write(commandOf: 6)
      writer.write(word: wholeScript ? "EVAL" : "EVALSHA")
      writer.write(word: wholeScript ? script : scriptDigest)
      writer.write(word: "1")
      writer.write(word: key)
      writer.write(word: argument(from))
      writer.write(word: argument(to))
    case .status, .prepare, .removeMember, .addMember: break
    }
  }

  private static func argument(_ value: JSON) -> String {
    value == .null ? "-" : "v" + WireValue.text(value)
  }
}

/// What an error reply means for the command that it answers.
enum RedisRefusal {
  /// Kinds of error that a server answers *instead of* executing a command, so that nothing of it
  /// was done: `processCommand` of Redis looks for each before it calls the command.
  ///
  /// `READONLY` a replica was asked to write; `LOADING` it reads its data set; `MASTERDOWN` it lost
  /// its master and may not serve; `CLUSTERDOWN`, `MOVED`, `ASK`, `TRYAGAIN`, `CROSSSLOT` the keys
  /// are not served here or now; `NOREPLICAS` too few good replicas; `MISCONF` the last save
  /// failed; `OOM` memory is used up; `BUSY` a script runs; `NOSCRIPT` no such script; `NOAUTH`,
  /// `NOPERM` not allowed; `WRONGTYPE` the key is no string.
  static let kinds: [String] = [
    "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT",
    "NOREPLICAS", "MISCONF", "OOM", "BUSY", "NOSCRIPT", "NOAUTH", "NOPERM", "WRONGTYPE",
  ]

  /// Kinds of error of a server that lets nobody in, or not to what is needed.
  static let denials = ["NOAUTH", "WRONGPASS", "NOPERM"]

  /// The words of a reply that says so, or nil.
  static func denial(_ reply: RESP?) -> String? {
    guard case .error(let message)? = reply else { return nil }
    let kind = kind(message)
    return denials.contains { $0 == kind } ? message : nil
  }

  /// The first word of an error reply.
  static func kind(_ message: String) -> Substring { message.prefix { $0 != " " } }

  /// Whether the command was certainly not executed.
  static func isDefinite(_ message: String) -> Bool {
    let kind = kind(message)
    return kinds.contains { $0 == kind }
  }

  /// The host and the port of `MOVED 3999 127.0.0.1:6381` or `ASK …`.
  static func place(_ message: String) -> (host: String, port: Int)? {
    let words = message.split(separator: " ")
    guard words.count == 3, let colon = words[2].lastIndex(of: ":"),
      let port = Int(words[2][words[2].index(after: colon)...])
    else { return nil }
    return (String(words[2][..<colon]), port)
  }
}
