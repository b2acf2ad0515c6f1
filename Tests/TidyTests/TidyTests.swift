import Foundation
import Testing

/// Style as a test: what a reviewer would otherwise have to say again and again.
struct TidyTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  struct SourceFile: CustomTestStringConvertible {
    var path: String
    var text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var testDescription: String { path }
  }

  static func files(below folder: String, endingIn suffix: String) -> [SourceFile] {
    let base = root.appending(path: folder)
    let paths =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(suffix) }.sorted().compactMap { path in
      let text = try? String(contentsOf: base.appending(path: path), encoding: .utf8)
      return text.map { SourceFile(path: "\(folder)/\(path)", text: $0) }
    }
  }

  static let sources = files(below: "Sources", endingIn: ".swift")
  static let tests = files(below: "Tests", endingIn: ".swift")

  @Test func theFilesWereFound() {
    #expect(Self.sources.count > 40)
    #expect(Self.tests.count > 10)
  }

  /// What is tracked at the top level is what was settled; a log or a scratch file is not.
  @Test func theTopLevelHasWhatWasSettled() throws {
    guard FileManager.default.fileExists(atPath: Self.root.appending(path: ".git").path) else {
      return
    }
    let git = Process()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "-C", Self.root.path, "ls-files"]
    let output = Pipe()
    git.standardOutput = output
    try git.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    let names = Set(
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
        $0.split(separator: "/").first.map(String.init)
      })
    let settled: Set = [
      "Package.swift", "Sources", "Tests", "histories", "docs", "README.md", "LICENSE",
      "CHANGELOG.md",
    ]
    #expect(names.isSuperset(of: settled))
    #expect(names.filter { !$0.hasPrefix(".") }.subtracting(settled).isEmpty, "\(names)")
  }

  @Test func linesAreAtMost100Columns() {
    for file in Self.sources + Self.tests {
      for (number, line) in file.lines.enumerated() where line.count > 100 {
        Issue.record("\(file.path):\(number + 1): \(line.count) columns")
      }
    }
  }

  @Test func filesStayShortEnoughToHoldInTheHead() {
    for file in Self.sources + Self.tests where file.lines.count > 500 {
      Issue.record("\(file.path): \(file.lines.count) lines, at most 500")
    }
  }

  /// Functions are found by indentation: `swift format` guarantees that a declaration's closing
  /// brace stands in the column of its first word.
  @Test func functionsHaveAtMost70Lines() {
    for file in Self.sources {
      var opened: [Int: Int] = [:]
      for (number, line) in file.lines.enumerated() {
        let indent = line.prefix { $0 == " " }.count
        let body = line.dropFirst(indent)
        if body == "}", let start = opened.removeValue(forKey: indent) {
          if number - start > 70 {
            Issue.record("\(file.path):\(start + 1): a function of \(number - start) lines")
          }
        } else if body.contains("func ") || body.contains("init("),
          !body.hasPrefix("//"), !body.hasPrefix("case "), !body.contains("= init(")
        {
          opened[indent] = number
        }
      }
    }
  }

  @Test func nothingForbiddenIsUsed() {
    let forbidden = [
      ("try!", "handle the error, or say why it cannot happen with a precondition"),
      ("import Foundation", "no Foundation in Sources"),
      ("TODO", "finish it, or say it in an issue"),
      ("FIXME", "finish it, or say it in an issue"),
      ("SystemRandomNumberGenerator", "a seeded generator is always handed in"),
      ("shuffled()", "hand the generator in"),
      ("randomElement()", "hand the generator in"),
      ("fatalError(\"not implemented", "no stubs"),
    ]
    for file in Self.sources {
      for (number, line) in file.lines.enumerated() {
        for (word, instead) in forbidden where line.contains(word) {
          Issue.record("\(file.path):\(number + 1): “\(word)”: \(instead)")
        }
      }
    }
  }

  @Test func onlyExecutablesPrint() {
    for file in Self.sources
    where !file.path.hasPrefix("Sources/plumbline") && !file.path.hasPrefix("Sources/Benchmarks") {
      for (number, line) in file.lines.enumerated() where line.contains(" print(") {
        Issue.record("\(file.path):\(number + 1): a library prints")
      }
    }
  }

  /// Which room may import which: the table of `Sources/README.md`.
  @Test func roomsImportOnlyWhatTheTableSays() throws {
    let readme = try String(
      contentsOf: Self.root.appending(path: "Sources/README.md"), encoding: .utf8)
    var allowed: [String: Set<String>] = [:]
    for row in readme.split(separator: "\n") where row.hasPrefix("| `") {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let room = cells[0].filter { $0 != "`" }
      allowed[room] = Set(
        cells[2].split(separator: " ").map { $0.filter { $0 != "`" } }.filter { $0 != "–" })
    }
    let rooms = Set(allowed.keys)
    #expect(rooms.count >= 9)
    for file in Self.sources {
      let room = file.path.split(separator: "/")[1]
      for line in file.lines where line.contains("import ") && !line.hasPrefix("//") {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count, place < 3 else {
          continue
        }
        let imported = String(words[place + 1])
        guard rooms.contains(imported), let may = allowed[String(room)], may != ["all"] else {
          continue
        }
        #expect(may.contains(imported), "\(file.path) imports \(imported)")
      }
    }
  }

  @Test func everyRoomIsExplained() throws {
    let readme = try String(
      contentsOf: Self.root.appending(path: "Sources/README.md"), encoding: .utf8)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appending(path: "Sources").path
    ).filter { !$0.hasSuffix(".md") }
    for folder in folders {
      #expect(readme.contains("| `\(folder)` |"), "Sources/README.md does not explain \(folder)")
      let own = Self.root.appending(path: "Sources/\(folder)/README.md").path
      let text = (try? String(contentsOfFile: own, encoding: .utf8)) ?? ""
      #expect(text.count > 200, "Sources/\(folder)/README.md is missing or says nothing")
    }
  }

  @Test func everyPageHasOneTitle() throws {
    for page in Self.files(below: "docs", endingIn: ".md") {
      var isCode = false
      var titles = 0
      for line in page.lines {
        if line.hasPrefix("```") { isCode.toggle() }
        if !isCode, line.hasPrefix("# ") { titles += 1 }
      }
      #expect(titles == 1, "\(page.path) has \(titles) titles")
    }
  }

  @Test func linksInTheDocsLeadSomewhere() throws {
    let link = /\]\((?<target>[^)#: ]+)(#[^)]*)?\)/
    var pages = Self.files(below: "docs", endingIn: ".md")
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    pages.append(SourceFile(path: "README.md", text: readme))
    for page in pages {
      let folder = Self.root.appending(path: page.path).deletingLastPathComponent()
      for match in page.text.matches(of: link) {
        let target = folder.appending(path: String(match.output.target)).path
        #expect(
          FileManager.default.fileExists(atPath: target),
          "\(page.path) links to \(match.output.target)")
      }
    }
  }
}
