import Base

/// Any key-value service that speaks HTTP/1.1, described by templates.
public struct HTTPService: Driver {
  /// It has no state: what a run chooses is in its site.
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
        "mismatch", text: "412",
        help: "the statuses of a compare-and-set that say it found another value; 409 only if the"
          + " service compared"),
      Knob(
        "refused", text: "400,403,429",
        help: "the statuses that say it certainly did not happen; every other one is unknown"),
    ] + HTTPService.conditions + [
      Knob(
        "redirects", ["safe", "all", "none"],
        help: "which are followed to nodes of the cluster: safe (all of reads; of others 307 and"
          + " 308, which say that nothing was done yet), all (301 and 302 say so too), none"),
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

  /// What bodies tell, by request: a condition each.
  private static let conditions: [Knob] = {
    var knobs: [Knob] = []
    for request in ["read", "write", "cas", "create"] {
      knobs.append(
        Knob(
          "\(request)-ok", text: "",
          help: "the condition for a \(request) to have happened, beside its status"))
      knobs.append(
        Knob(
          "\(request)-refused", text: "",
          help: "the condition that says that a \(request) certainly did not happen"))
    }
    return knobs + [
      Knob("read-absent", text: "", help: "the condition that says there is no such key"),
      Knob(
        "cas-mismatch", text: "", help: "the condition that says a cas found another value"),
      Knob("create-mismatch", text: "", help: "the condition that says a create found a value"),
      Knob("status-ok", text: "", help: "the condition for a node to be well, beside its status"),
    ]
  }()

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
