import Base
import Checker
import Findings
import Histories

/// One self-contained page about a run or a history: no network, no library, opens anywhere.
public struct HTMLReport: Sendable {
  /// The page's title: the run's name or the file's.
  public var title: String
  private let sections: [any Section]

  /// Describes a page of these sections.
  public init(title: String, sections: [any Section] = Sections.all) {
    self.title = title
    self.sections = sections
  }

  /// The page's bytes, UTF-8.
  ///
  /// - Complexity: O(events); some 15 to 30 bytes an operation.
  public func page(_ findings: HistoryFindings) -> [UInt8] {
    let data = PageData(findings.history)
    let name = Legible.text(title, limit: 200)
    var parts = sections.map { $0.html(findings) }[...]
    let verdict = parts.popFirst() ?? ""
    let head: Markup = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
      <title>\(findings.word) – \(name)</title>
      <style>

      """
    let body: Markup = """
      </style>
      </head>
      <body>
      <header>
      <p class="brand">Plumbline report</p>
      <h1>\(name)</h1>
      \(verdict)
      </header>
      <main>
      \(Markup(Array(parts)))
      </main>
      <footer>Values are shortened here; the history's file has them whole.</footer>
      <script type="application/json" id="data">
      """
    var writer = ByteWriter(capacity: 200_000 + findings.history.count * 32)
    writer.write(head.html)
    writer.write(contentsOf: PackageResources.page_css)
    writer.write(body.html)
    writer.write(
      contentsOf: HTMLReport.embedded(data.json(violations: findings.result?.violations ?? [])))
    writer.write("</script>\n<script>\n\"use strict\";\n(() => {\n")
    let scripts = [
      PackageResources.data_js, PackageResources.view_js, PackageResources.timeline_js,
      PackageResources.charts_js, PackageResources.main_js,
    ]
    for script in scripts { writer.write(contentsOf: script) }
    writer.write("})();\n</script>\n</body>\n</html>\n")
    return writer.bytes
  }

  /// JSON that cannot end the element it stands in: `<` is written as `\u003c`.
  static func embedded(_ json: JSON) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(json)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(writer.count)
    for byte in writer.bytes {
      if byte == UInt8(ascii: "<") {
        bytes.append(contentsOf: "\\u003c".utf8)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
