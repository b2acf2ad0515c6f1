import Base

/// Reads the members of an object that must be there, and names the one that is not as it must be.
struct MemberReader {
  private let json: JSON

  init(_ json: JSON) { self.json = json }

  private func required<T>(
    _ name: String, _ words: String, _ read: (JSON) -> T?
  ) throws(Failure) -> T {
    guard let value = json[name].flatMap(read) else {
      throw Failure(.badInput, "“\(name)” must be \(words)")
    }
    return value
  }

  func string(_ name: String) throws(Failure) -> String {
    try required(name, "a string", \.string)
  }

  func bool(_ name: String) throws(Failure) -> Bool {
    try required(name, "true or false", \.bool)
  }

  func number(_ name: String) throws(Failure) -> Double {
    try required(name, "a number", \.double)
  }

  func count(_ name: String) throws(Failure) -> Int {
    try required(name, "a count") { $0.integer.flatMap { $0 < 0 ? nil : Int($0) } }
  }

  func seed(_ name: String) throws(Failure) -> UInt64 {
    try required(name, "a whole number from 0 to \(UInt64.max)") {
      if case .number(let digits) = $0 { return UInt64(digits) }
      return $0.integer.flatMap { UInt64(exactly: $0) }
    }
  }

  func strings(_ name: String) throws(Failure) -> [String] {
    try required(name, "an array of strings") { value in
      let texts = value.array?.map(\.string)
      return texts?.contains(nil) ?? true ? nil : texts?.compactMap { $0 }
    }
  }

  func object(_ name: String) throws(Failure) -> MemberReader {
    try required(name, "an object") { $0.members == nil ? nil : MemberReader($0) }
  }

  func objects(_ name: String) throws(Failure) -> [MemberReader] {
    try required(name, "an array of objects") { value in
      guard let elements = value.array, elements.allSatisfy({ $0.members != nil }) else {
        return nil
      }
      return elements.map { MemberReader($0) }
    }
  }

  /// A member that may be absent or null.
  func optional<T>(_ name: String, _ read: (JSON) -> T?) throws(Failure) -> T? {
    guard let value = json[name], value != .null else { return nil }
    guard let found = read(value) else {
      throw Failure(.badInput, "“\(name)” must not be \(value.kind)")
    }
    return found
  }
}
