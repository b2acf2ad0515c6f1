import Testing

@testable import Experiments
@testable import Recorder

/// The fast scan of a node's line.
struct EnvelopeTests {
  func scan(_ text: String) -> String {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { line in
      do throws(Envelope.Problem) {
        let found = try Envelope(scanning: line)
        return [found.source, found.destination, found.body]
          .map { String(decoding: line[$0], as: UTF8.self) }.joined(separator: " | ")
      } catch {
        return error.description
      }
    }
  }

  @Test func thePartsAreFoundInAnyOrder() {
    #expect(
      scan(#"{"src":"n1","dest":"n2","body":{"type":"x","a":["}",{"b":"\""}]}}"#)
        == #"n1 | n2 | {"type":"x","a":["}",{"b":"\""}]}"#)
    #expect(
      scan(#" { "body" : {} , "id" : 17, "dest":"c9" ,"src": "n1" } "#) == "n1 | c9 | {}")
  }

  @Test(arguments: [
    ("", "is not one JSON object"),
    ("hello", "is not one JSON object"),
    ("[1]", "is not one JSON object"),
    ("{}", "is not one JSON object"),
    (#"{"src":"n1","dest":"n2","body":{}"#, "is not one JSON object"),
    (#"{"src":"n1","dest":"n2","body":{}} x"#, "is not one JSON object"),
    (#"{"src":"n1","dest":"n2","body":{"#, "is not one JSON object"),
    (#"{"src":"n1","dest":"n2"}"#, "has no “body”"),
    (#"{"src":"n1","body":{}}"#, "has no “dest”"),
    (#"{"dest":"n1","body":{}}"#, "has no “src”"),
    (#"{"src":1,"dest":"n2","body":{}}"#, "has a “src” of the wrong type"),
    (#"{"src":"n1","dest":null,"body":{}}"#, "has a “dest” of the wrong type"),
    (#"{"src":"n1","dest":"n2","body":[]}"#, "has a “body” of the wrong type"),
    (
      #"{"src":"n1","dest":"n2","body":{},"extra":1}"#,
      "has a member “extra” beside id, src, dest and body"
    ),
  ]) func whatIsWrongIsSaid(_ line: String, _ words: String) {
    #expect(scan(line) == words)
  }

  @Test func noTruncationOfAGoodLineIsRead() {
    let line = #"{"src":"n1","dest":"n2","body":{"a":"\\","b":[1,{"c":null}]},"id":3}"#
    for length in 0..<line.utf8.count {
      #expect(scan(String(line.prefix(length))).contains(" | ") == false)
    }
    #expect(scan(line).hasPrefix("n1 | n2 | "))
  }
}
