import Base

extension Failure {
  /// The message for people and for JSON. What is wrong with a file may quote megabytes of it: then
  /// the beginning, which has the place, and the end, which says what was expected, are kept.
  var shown: String {
    guard code == .badInput, message.utf8.count > 1500 else { return message }
    return message.prefix(300) + " … " + message.suffix(300)
  }
}
