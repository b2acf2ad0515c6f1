/// What a function does with its value.
enum FunctionRole {
  /// It is invoked with null and answered with what is there.
  case asks
  /// It is invoked with null, and its answer says nothing more.
  case acts
  case compares, looks, transacts
  /// Its value is put in or named.
  case puts

  init(_ function: String) {
    switch function {
    case "read", "dequeue", "pop", "delete-min", "get", "generate": self = .asks
    case "acquire", "release": self = .acts
    case "cas": self = .compares
    case "contains": self = .looks
    case "txn": self = .transacts
    default: self = .puts
    }
  }
}
