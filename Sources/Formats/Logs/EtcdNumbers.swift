import Base

/// The numbers of an operation log: 64-bit integers, also where they are strings of digits, as
/// etcd's JSON gateway writes them.
///
/// What should be a number and is none must not be taken for one that is not there: an operation
/// would claim less than the log says.
enum EtcdNumbers {
  /// Something that should be a number and is none.
  struct Flaw: Error {
    var message: String
  }

  /// The members of requests and answers that are numbers wherever they occur.
  private static let names: Set<String> = [
    "ClientId", "Call", "Return", "Revision", "PersistedRevision", "ModRevision",
    "CreateRevision", "Version", "ExpectedRevision", "ExpectedVersion", "Lease", "LeaseID",
    "Limit", "Count", "Deleted", "Hash",
  ]

  /// The operation with each of its numbers as one.
  ///
  /// - Throws: ``Flaw`` that names the first member that is none.
  static func whole(_ json: JSON) throws(Flaw) -> JSON {
    switch json {
    case .object(let members):
      var whole: [JSON.Member] = []
      whole.reserveCapacity(members.count)
      for member in members {
        let value =
          names.contains(member.name)
          ? try number(member.value, member.name) : try EtcdNumbers.whole(member.value)
        whole.append(JSON.Member(member.name, value))
      }
      return .object(whole)
    case .array(let elements):
      var whole: [JSON] = []
      whole.reserveCapacity(elements.count)
      for element in elements { whole.append(try EtcdNumbers.whole(element)) }
      return .array(whole)
    default: return json
    }
  }

  private static func number(_ json: JSON, _ name: String) throws(Flaw) -> JSON {
    if json == .null || json.integer != nil { return json }
    if let text = json.string, let number = Int64(text) { return .integer(number) }
    throw Flaw(message: "found \(json) as “\(name)”, expected a 64-bit integer")
  }
}
