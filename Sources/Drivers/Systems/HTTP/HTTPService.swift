import Base

/// Any key-value service that speaks HTTP/1.1, described by templates.
public struct HTTPService: Driver {
  /// Makes the driver.
  public init() {}

  /// `http`.
  public var name: String { "http" }
  /// What it is.
  public var summary: String { "any HTTP key-value service, described by templates" }
  /// The templates, what statuses mean, and where things stand in responses.
  public var knobs: [Knob] {
    [
      Knob("read", text: "GET /kv/{key}", help: "the request that reads a key"),
      Knob("write", text: "PUT /kv/{key} body={value}", help: "the request that sets a key"),
      Knob(
        "cas", text: "",
        help: "the request that compares and sets, with {from} and {to}; empty: there is none"),
      Knob(
        "create", text: "",
        help: "the request that sets a key if there is none, with {to}; empty: there is none"),
      Knob("ok", text: "200,201,204", help: "the statuses that say it happened"),
      Knob("absent", text: "404", help: "the statuses of a read that say there is no such key"),
      Knob(
        "mismatch", text: "409,412",
        help: "the statuses of a compare-and-set that say it found another value"),
      Knob(
        "refused", text: "400,403,429",
        help: "the statuses that say it certainly did not happen; every other one is unknown"),
      Knob(
        "value", text: "body",
        help: "where a read's value is: body, json:PATH, string:PATH, base64:PATH, header:NAME"),
      Knob(
        "swapped", text: "",
        help: "where a compare-and-set says true or false, where its status does not"),
      Knob("revision", text: "", help: "where responses name the revision"),
      Knob(
        "status", text: "",
        help: "the request that says whether a node is well; empty: any response to GET / will do"),
      Knob("leader", text: "", help: "where the response to status names the leader"),
      Knob("term", text: "", help: "where the response to status names the term"),
      Knob(
        "headers", text: "",
        help: "fields for every request: Name: value; Name: value; {token} is the token"),
      Knob("token", secret: "where the token of headers is"),
    ] + Knob.credentials("the user of an Authorization: Basic for every request")
  }
  /// One.
  public var defaultNodes: Int { 1 }
  /// 8080.
  public var clientPort: Int { 8080 }
  /// None: it tests what runs already.
  public var packages: [String] { [] }
  /// None.
  public var programs: [String] { [] }

  /// With a template for it.
  public func hasCompareAndSet(_ knobs: [String: String]) -> Bool {
    knobs["cas"].map { !$0.isEmpty } ?? false
  }

  /// Refuses templates that cannot be read, with knob and column.
  public func validate(_ site: Site) throws(Failure) {
    try site.validateLogin(self)
    if site.knob("user").contains(":") {
      throw Failure(.usage, "http: user=\(site.knob("user")), a user of Basic has no colon")
    }
    _ = try HTTPServicePlan(site)
  }

  /// None: it tests what runs already.
  public func processes(_ site: Site) -> [ServerProcess] { [] }

  /// A session that sends everything to its own node.
  public func session(_ site: Site, client: Int, node: Int) -> any Session {
    let port = site.port(node, self)
    return HTTPSession(
      HTTPServiceTalk(site, node: node, port: port), Endpoint(node: node, port: port))
  }
}

/// The knobs of ``HTTPService``, read.
struct HTTPServicePlan: Sendable {
  let read: HTTPTemplate
  let write: HTTPTemplate
  let cas: HTTPTemplate?
  let create: HTTPTemplate?
  let status: HTTPTemplate?
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
    guard let value = try HTTPServicePlan.selector("value", site) else {
      throw Failure(.usage, "http: value is empty, expected body or json:PATH")
    }
    self.value = value
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
      throw Failure(.usage, "http: \(knob) has no {\(missing.rawValue)}")
    }
  }

  private static func selector(_ knob: String, _ site: Site) throws(Failure) -> HTTPSelector? {
    site.knob(knob).isEmpty ? nil : try HTTPSelector(site.knob(knob), knob: knob)
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
