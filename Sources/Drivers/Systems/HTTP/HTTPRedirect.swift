import Base

/// Where a response refers to (RFC 9110, section 15.4; RFC 3986, section 5.2).
struct HTTPRedirect: Equatable {
  /// The index of the node.
  var node: Int
  /// `10.0.0.1:8080`, for the request's `Host`.
  var host: String
  /// The path with its query.
  var target: String

  /// Why a reference is not followed.
  struct DeadEnd: Error, Equatable {
    var reason: String
  }

  /// The statuses that refer elsewhere.
  static let statuses = [301, 302, 303, 307, 308]
  /// The most references that are followed for one question.
  static let maximumHops = 5

  /// Resolves a `Location` against the request that it answers.
  ///
  /// - Throws: why it is not followed: it is none, it is not HTTP, or it leaves the cluster.
  static func resolve(
    _ location: String?, from base: HTTPRedirect, _ site: Site
  ) throws(DeadEnd) -> HTTPRedirect {
    guard let location, !location.isEmpty else { throw DeadEnd(reason: "without a Location") }
    guard location.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw DeadEnd(reason: "to a Location that no request can have")
    }
    let reference = location.prefix { $0 != "#" }
    if let colon = reference.firstIndex(of: ":"), isScheme(reference[..<colon]) {
      let scheme = reference[..<colon].lowercased()
      let rest = reference[reference.index(after: colon)...]
      guard scheme == "http", rest.hasPrefix("//") else {
        throw DeadEnd(reason: "to “\(location)”, and only http is spoken")
      }
      return try elsewhere(rest, location, site)
    }
    if reference.hasPrefix("//") { return try elsewhere(reference, location, site) }
    var found = base
    found.target = resolve(reference, against: base.target)
    return found
  }

  private static func isScheme(_ text: Substring) -> Bool {
    !text.isEmpty && text.first?.isLetter == true
      && text.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) }
  }

  /// A reference with an authority: `//n2:8080/kv/a`.
  private static func elsewhere(
    _ reference: Substring, _ location: String, _ site: Site
  ) throws(DeadEnd) -> HTTPRedirect {
    let rest = reference.dropFirst(2)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let place = authority.split(separator: "@").last ?? ""
    let parts = place.split(separator: ":", maxSplits: 1).map(String.init)
    let port = parts.count > 1 ? Int(parts[1]) : 80
    guard let name = parts.first, let port, let node = node(name, port, site) else {
      throw DeadEnd(
        reason: "to \(authority.isEmpty ? location[...] : place), which is no node of the cluster")
    }
    let path = rest[authority.endIndex...]
    return HTTPRedirect(
      node: node, host: String(place),
      target: path.hasPrefix("/") ? removingDots(path) : "/" + path)
  }

  private static func node(_ name: String, _ port: Int, _ site: Site) -> Int? {
    let name = name.lowercased()
    return site.nodes.indices.first { index in
      let node = site.nodes[index]
      let names = [node.clientAddress, node.peerAddress, node.name, node.hostName?.lowercased()]
      return site.port(index, HTTPService()) == port
        && (names.contains(name) || name == "localhost" && node.clientAddress == "127.0.0.1")
    }
  }

  private static func resolve(_ reference: Substring, against target: String) -> String {
    let path = target.prefix { $0 != "?" }
    if reference.isEmpty { return target }
    if reference.hasPrefix("/") { return removingDots(reference) }
    if reference.hasPrefix("?") { return String(path + reference) }
    let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
    return removingDots(folder + reference)
  }

  /// A path without `.` and `..` (RFC 3986, section 5.2.4); the query stays as it is.
  private static func removingDots(_ whole: Substring) -> String {
    let path = whole.prefix { $0 != "?" }
    var kept: [Substring] = []
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      if part == ".." { _ = kept.popLast() } else if part != "." { kept.append(part) }
      if isLast, part == "." || part == ".." { kept.append("") }
    }
    return "/" + kept.joined(separator: "/") + whole[path.endIndex...]
  }
}
