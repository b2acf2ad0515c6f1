/// The heads of the requests to one etcd server, rendered once for each token.
struct EtcdHeads {
  let range, put, delete, txn, status, list, add, remove, authenticate: HTTPRequestHead

  init(_ site: Site, node: Int, port: Int, token: String?) {
    let api = site.knob("api")
    let host = "\(site.nodes[node].clientAddress):\(port)"
    let plain = [(name: "Content-Type", value: "application/json")]
    var fields = plain
    if let token { fields.append(("Authorization", token)) }
    let head = { (path: String, fields: [(name: String, value: String)]) in
      HTTPRequestHead("POST", "/\(api.isEmpty ? "v3" : api)/\(path)", host: host, fields: fields)
    }
    // Without the old token: etcd refuses whatever comes with one that it does not know.
    authenticate = head("auth/authenticate", plain)
    range = head("kv/range", fields)
    put = head("kv/put", fields)
    delete = head("kv/deleterange", fields)
    txn = head("kv/txn", fields)
    status = head("maintenance/status", fields)
    list = head("cluster/member/list", fields)
    add = head("cluster/member/add", fields)
    remove = head("cluster/member/remove", fields)
  }

  /// Whether a token can stand in a field of a head.
  static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }
}
