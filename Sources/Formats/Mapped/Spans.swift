import Base
import Histories

/// OpenTelemetry's spans as OTLP's JSON has them: `resourceSpans`, `scopeSpans`, `spans`, in one
/// object or one a line. Attributes become members (`attributes.db.operation`), those of the
/// resource too (`resource.service.name`).
enum Spans {
  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) -> [Record] {
    var records: [Record] = []
    for batch in try JSONRecords.read(bytes, file: file).records {
      let places = Places(bytes, from: batch.line)
      guard let resources = batch.value["resourceSpans"]?.array else {
        throw FormatError(file: file, line: batch.line, "found no “resourceSpans” in this object")
      }
      for resource in resources {
        let shared = attributes(resource["resource"]?["attributes"])
        for scope in resource["scopeSpans"]?.array ?? [] {
          for span in scope["spans"]?.array ?? [] {
            records.append(
              Record(line: places.line(of: span["spanId"]?.string), value: flat(span, shared)))
          }
        }
      }
    }
    return records
  }

  private static func flat(_ span: JSON, _ resource: JSON) -> JSON {
    var members = (span.members ?? []).filter { $0.name != "attributes" }
    members.append(JSON.Member("attributes", attributes(span["attributes"])))
    members.append(JSON.Member("resource", resource))
    return .object(members)
  }

  /// Attributes as an object; a name that is there twice has its last value.
  private static func attributes(_ json: JSON?) -> JSON {
    var members: [JSON.Member] = []
    for pair in json?.array ?? [] {
      guard let name = pair["key"]?.string else { continue }
      members.removeAll { $0.name == name }
      members.append(JSON.Member(name, value(pair["value"] ?? .null)))
    }
    return .object(members)
  }

  /// OTLP writes 64-bit numbers as text.
  private static func value(_ json: JSON) -> JSON {
    if let text = json["intValue"] {
      return text.string.flatMap { Int64($0) }.map { .integer($0) } ?? text
    }
    if let list = json["arrayValue"]?["values"]?.array { return .array(list.map(value)) }
    if let list = json["kvlistValue"] { return attributes(list["values"]) }
    return json["stringValue"] ?? json["boolValue"] ?? json["doubleValue"] ?? json["bytesValue"]
      ?? .null
  }

  /// Where spans stand in the file, by the first line that has their id.
  private struct Places {
    private var lines: [Substring: Int] = [:]
    private let start: Int

    init(_ bytes: UnsafeRawBufferPointer, from start: Int) {
      self.start = start
      for line in Lines(bytes) where line.number >= start {
        let text = Substring(decoding: line.bytes, as: UTF8.self)
        for match in text.matches(of: /"spanId"\s*:\s*"([^"]*)"/) where lines[match.1] == nil {
          lines[match.1] = line.number
        }
      }
    }

    func line(of span: String?) -> Int { span.flatMap { lines[$0[...]] } ?? start }
  }
}
