import Histories

/// What can be left out of a violation without making one: how a model's operations hang together.
enum Removal: Sendable {
  /// Only pure operations, one by one.
  case pureOnly
  /// A register's value: its installers with all who observe it.
  case register
  /// A collection's element: what puts it in with what takes it out.
  case element
}
