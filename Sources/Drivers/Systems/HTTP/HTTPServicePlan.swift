import Base

/// The knobs of ``HTTPService``, read.
struct HTTPServicePlan: Sendable {
  /// What a body tells of one kind of request, where the user has said it.
  struct Conditions: Sendable {
    var ok: HTTPCondition?
    var refused: HTTPCondition?
    var mismatch: HTTPCondition?
    var absent: HTTPCondition?
  }

  /// Which redirects are followed.
  enum Redirects: String, Sendable {
    case safe, all, none
  }

  let read: HTTPTemplate
  let write: HTTPTemplate
  let cas: HTTPTemplate?
  let create: HTTPTemplate?
  let status: HTTPTemplate?
  let reads: Conditions
  let writes: Conditions
  let swaps: Conditions
  let creations: Conditions
  let statuses: Conditions
  let redirects: Redirects
  let ok: [Int]
  let absent: [Int]
  let mismatch: [Int]
  let refused: [Int]
  let value: HTTPSelector
  let swapped: HTTPSelector?
  let revision: HTTPSelector?
  let leader: HTTPSelector?
  let term: HTTPSelector?
  let headers: [(name: String, value: String)]

  /// Reads the knobs.
  ///
  /// - Throws: a usage ``Failure`` with the knob and, where there is one, the column.
  init(_ site: Site) throws(Failure) {
    read = try HTTPTemplate(site.knob("read"), knob: "read", places: [.key])
    write = try HTTPTemplate(site.knob("write"), knob: "write", places: [.key, .value])
    cas = try HTTPServicePlan.template("cas", site, [.key, .from, .to])
    create = try HTTPServicePlan.template("create", site, [.key, .to])
    status = try HTTPServicePlan.template("status", site, [])
    try HTTPServicePlan.demand(read, "read", [.key])
    try HTTPServicePlan.demand(write, "write", [.key, .value])
    ok = try HTTPServicePlan.statuses("ok", site)
    absent = try HTTPServicePlan.statuses("absent", site)
    mismatch = try HTTPServicePlan.statuses("mismatch", site)
    refused = try HTTPServicePlan.statuses("refused", site)
    for (name, list) in [("absent", absent), ("mismatch", mismatch), ("refused", refused)] {
      if let both = list.first(where: ok.contains) {
        throw Failure(.usage, "http: status \(both) is in both “ok” and “\(name)”")
      }
    }
    reads = try HTTPServicePlan.conditions("read", site)
    writes = try HTTPServicePlan.conditions("write", site)
    swaps = try HTTPServicePlan.conditions("cas", site)
    creations = try HTTPServicePlan.conditions("create", site)
    statuses = try HTTPServicePlan.conditions("status", site)
    redirects = Redirects(rawValue: site.knob("redirects")) ?? .safe
    guard let value = try HTTPServicePlan.selector("value", site) else {
      throw Failure(.usage, "http: value is empty, expected body or json:PATH")
    }
    self.value = value
    if read.method == "HEAD", !value.isInHead {
      throw Failure(
        .usage,
        "http: read would send \(read.request()), and a response to HEAD has no body:"
          + " value=header:NAME"
      )
    }
    swapped = try HTTPServicePlan.selector("swapped", site)
    revision = try HTTPServicePlan.selector("revision", site)
    leader = try HTTPServicePlan.selector("leader", site)
    term = try HTTPServicePlan.selector("term", site)
    headers = try HTTPServicePlan.headers(site)
  }

  /// A template that may be left out.
  private static func template(
    _ knob: String, _ site: Site, _ places: [HTTPTemplate.Place]
  ) throws(Failure) -> HTTPTemplate? {
    guard !site.knob(knob).isEmpty else { return nil }
    let template = try HTTPTemplate(site.knob(knob), knob: knob, places: places)
    try demand(template, knob, places)
    return template
  }

  /// A write without its value, or a read of no key, would be a test of nothing.
  private static func demand(
    _ template: HTTPTemplate, _ knob: String, _ places: [HTTPTemplate.Place]
  ) throws(Failure) {
    if let missing = places.first(where: { !template.has($0) }) {
      throw Failure(
        .usage,
        "http: \(knob) has no {\(missing.rawValue)}: it would send \(template.request())")
    }
  }

  private static func selector(_ knob: String, _ site: Site) throws(Failure) -> HTTPSelector? {
    site.knob(knob).isEmpty ? nil : try HTTPSelector(site.knob(knob), knob: knob)
  }

  /// What bodies tell of a kind of request.
  private static func conditions(_ request: String, _ site: Site) throws(Failure) -> Conditions {
    var conditions = Conditions()
    let read = { (name: String) throws(Failure) -> HTTPCondition? in
      let knob = "\(request)-\(name)"
      guard !site.knob(knob).isEmpty else { return nil }
      return try HTTPCondition(site.knob(knob), knob: knob)
    }
    conditions.ok = try read("ok")
    conditions.refused = try read("refused")
    conditions.mismatch = try read("mismatch")
    conditions.absent = try read("absent")
    return conditions
  }

  /// Statuses between commas or spaces.
  private static func statuses(_ knob: String, _ site: Site) throws(Failure) -> [Int] {
    var numbers: [Int] = []
    var column = 1
    for word in site.knob(knob).split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == " " })
    {
      if let number = Int(word), (200...599).contains(number) {
        numbers.append(number)
      } else if !word.isEmpty {
        throw Failure(
          .usage,
          "http: \(knob), column \(column): found “\(word)”, expected a status such as 404")
      }
      column += word.utf8.count + 1
    }
    return numbers
  }

  private static func headers(_ site: Site) throws(Failure) -> [(name: String, value: String)] {
    let text = site.knob("headers")
    guard text.contains("{token}") != site.knob("token").isEmpty else {
      throw Failure(
        .usage,
        text.contains("{token}")
          ? "http: headers has {token}; say where it is with the knob “token”"
          : "http: the knob “token” is of no use without {token} in “headers”")
    }
    let token = site.secret("token") ?? ""
    var fields = try headers(text).map { ($0.name, $0.value.replacing("{token}", with: token)) }
    if let (user, password) = site.login {
      var letters: [UInt8] = []
      Base64.write(Array("\(user):\(password)".utf8), to: &letters)
      fields.append(("Authorization", "Basic " + String(decoding: letters, as: UTF8.self)))
    }
    return fields
  }

  private static func headers(_ text: String) throws(Failure) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    var column = 1
    for part in text.split(separator: ";", omittingEmptySubsequences: false) {
      let name = part.prefix { $0 != ":" }.drop { $0 == " " }
      let value = part.drop { $0 != ":" }.dropFirst().drop { $0 == " " }
      let isName =
        !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      if isName, !value.isEmpty, value.allSatisfy({ $0 >= " " && $0 != "\u{7F}" }) {
        fields.append((String(name), String(value)))
      } else if !text.isEmpty {
        throw Failure(
          .usage, "http: headers, column \(column): found “\(part)”, expected Name: value")
      }
      column += part.utf8.count + 1
    }
    return fields
  }
}
