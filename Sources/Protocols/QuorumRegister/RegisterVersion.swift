import Base

/// The version of a value: whose timestamp is later, wins; equal timestamps by member.
///
/// No two writes have the same version: a member gives out each timestamp once, over restarts too.
public struct RegisterVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
  /// From 1; 0 is the version of a key that was never written.
  public var timestamp: Int64
  /// The place of the member that gave it out.
  public var writer: Int

  /// What nobody wrote.
  public static let none = RegisterVersion(timestamp: 0, writer: 0)

  /// As people read it: `17 of member 2`.
  public var description: String { "\(timestamp) of member \(writer + 1)" }

  /// Whether the left version is older.
  public static func < (left: RegisterVersion, right: RegisterVersion) -> Bool {
    (left.timestamp, left.writer) < (right.timestamp, right.writer)
  }
}

/// A version with its value; null for ``RegisterVersion/none``.
public struct Versioned: Sendable, Equatable {
  /// The version.
  public var version: RegisterVersion
  /// The value.
  public var value: JSON

  /// What a replica has for a key that was never written.
  public static let none = Versioned(version: .none, value: .null)
}

extension Versioned {
  var members: [JSON.Member] {
    [
      .init("timestamp", .integer(version.timestamp)),
      .init("writer", .integer(Int64(version.writer))), .init("value", value),
    ]
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    let timestamp = try reader.count("timestamp")
    let writer = try reader.count("writer")
    guard writer < 1 << 16 else {
      throw MalformedMessage(
        type: reader.type, "\(reader.type): “writer” is \(writer), expected a member's place")
    }
    version = RegisterVersion(timestamp: timestamp, writer: Int(writer))
    value = try reader.any("value")
  }
}
