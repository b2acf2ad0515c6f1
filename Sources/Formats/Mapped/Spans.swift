import Base
import Histories

/// OpenTelemetry's spans as OTLP's JSON has them: `resourceSpans`, `scopeSpans`, `spans`, in one
/// object or one a line. Attributes become members (`attributes.db.operation`), those of the
/// resource too (`resource.service.name`).
///
/// What is of another type than OTLP's is an error with its path: a span that is passed over could
/// be the one that matters.
struct Spans {
  private let file: String
  private var records: [Record] = []
  /// The line where the object begins that is read.
  private var line = 1

  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) -> (records: [Record], warnings: [String]) {
    let (batches, warnings) = try JSONRecords.read(bytes, file: file)
    var spans = Spans(file: file)
    var places = SpanPlaces(bytes)
    for (number, batch) in batches.enumerated() {
      let next = number + 1 < batches.count ? batches[number + 1].line : nil
      places.move(to: batch.line, before: next)
      try spans.add(batch, places)
    }
    spans.fillStatus()
    return (spans.records, warnings)
  }

  private init(file: String) {
    self.file = file
  }

  private mutating func add(_ batch: Record, _ places: SpanPlaces) throws(FormatError) {
    line = batch.line
    guard let all = batch.value["resourceSpans"] else {
      throw FormatError(file: file, line: line, "found no “resourceSpans” in this object")
    }
    for (number, resource) in try list(all, "resourceSpans").enumerated() {
      let path = "resourceSpans.\(number)"
      try requireObject(resource, path)
      let shared = try attributes(resource["resource"], path + ".resource", line)
      // The name of versions before 0.15.
      let name = resource["scopeSpans"] == nil ? "instrumentationLibrarySpans" : "scopeSpans"
      guard let scopes = resource[name] else {
        throw wrong(path, "has no “scopeSpans”, expected a list of them")
      }
      for (number, scope) in try list(scopes, "\(path).\(name)").enumerated() {
        let path = "\(path).\(name).\(number)"
        try requireObject(scope, path)
        guard let spans = scope["spans"] else {
          throw wrong(path, "has no “spans”, expected a list of them")
        }
        for (number, span) in try list(spans, path + ".spans").enumerated() {
          let path = "\(path).spans.\(number)"
          try requireObject(span, path)
          let line = places.line(of: span["spanId"]?.string)
          let own = try attributes(span, path, line)
          records.append(Record(line: line, value: Spans.flat(span, own, shared)))
        }
      }
    }
  }

  private static func flat(_ span: JSON, _ attributes: JSON, _ resource: JSON) -> JSON {
    var members = (span.members ?? []).filter { $0.name != "attributes" }
    members.append(JSON.Member("attributes", attributes))
    members.append(JSON.Member("resource", resource))
    return .object(members)
  }

  /// A status that is left out is the one of code 0, where a log has any.
  private mutating func fillStatus() {
    guard records.contains(where: { $0.value["status"]?["code"] != nil }) else { return }
    for place in records.indices where records[place].value["status"]?["code"] == nil {
      guard case .object(var members) = records[place].value else { continue }
      let said = records[place].value["status"]?.members ?? []
      members.removeAll { $0.name == "status" }
      members.append(JSON.Member("status", .object(said + [JSON.Member("code", 0)])))
      records[place].value = .object(members)
    }
  }

  // MARK: - What is of the wrong type

  private func attributes(
    _ holder: JSON?, _ path: String, _ line: Int
  ) throws(FormatError) -> JSON {
    guard let holder, holder != .null else { return [:] }
    try requireObject(holder, path)
    guard let list = holder["attributes"] else { return [:] }
    do throws(SpanAttributes.Flaw) {
      return try SpanAttributes.object(list, path + ".attributes")
    } catch {
      throw FormatError(file: file, line: line, error.message)
    }
  }

  private func list(_ json: JSON, _ path: String) throws(FormatError) -> [JSON] {
    if json == .null { return [] }
    guard let elements = json.array else { throw wrong(path, "is \(json.kind), expected a list") }
    return elements
  }

  private func requireObject(_ json: JSON, _ path: String) throws(FormatError) {
    guard json.members == nil else { return }
    throw wrong(path, "is \(json.kind), expected an object")
  }

  private func wrong(_ path: String, _ words: String) -> FormatError {
    FormatError(file: file, line: line, "\(path) \(words)")
  }
}
