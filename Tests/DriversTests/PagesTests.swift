import Drivers
import Foundation
import Testing

/// No driver without its pages.
struct PagesTests {
  private static let docs = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs")

  @Test(arguments: Drivers.all.map { $0.name })
  func everyDriverHasAHowTo(name: String) throws {
    let pages = try FileManager.default.contentsOfDirectory(
      atPath: Self.docs.appending(path: "how-to").path)
    let own = pages.filter { page in
      page == "test-\(name).md" || page.hasPrefix("test-an-\(name)-")
        || page.hasPrefix("test-a-\(name)-")
    }
    #expect(own.count == 1, "docs/how-to/test-\(name).md")
    let index = try text("README.md")
    for page in own {
      let words = try text("how-to/\(page)")
      #expect(words.contains("plumbline test --cluster \(name)"))
      #expect(words.contains("../reference/drivers.md#\(name)"))
      #expect(index.contains("how-to/\(page)"), "docs/README.md does not name \(page)")
    }
  }

  /// The reference has a section on each driver, and in it each knob with all its values, and the
  /// package.
  @Test(arguments: Drivers.all.map { $0.name })
  func everyDriverIsInTheReference(name: String) throws {
    let driver = try #require(Drivers.named(name))
    let section = try #require(
      try text("reference/drivers.md").components(separatedBy: "\n## ")
        .first { $0.hasPrefix("\(name)\n") })
    for knob in driver.knobs {
      let row = section.split(separator: "\n").first {
        $0.hasPrefix("| ") && $0.contains("`\(knob.name)`")
      }
      #expect(row != nil, "docs/reference/drivers.md, \(name): no row on \(knob.name)")
      for value in knob.values {
        #expect(row?.contains("`\(value)`") ?? false, "\(name): \(knob.name)=\(value)")
      }
    }
    for package in driver.packages {
      #expect(section.contains("`\(package)`"), "\(name): package \(package)")
    }
  }

  /// Every link of the pages leads somewhere.
  @Test func everyLinkLeadsSomewhere() throws {
    let root = Self.docs.deletingLastPathComponent()
    let names =
      FileManager.default.enumerator(atPath: Self.docs.path)?
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" } ?? []
    #expect(names.count > 15)
    for name in names + ["README.md", "histories/README.md"] {
      let page = root.appending(path: name)
      let words = try String(contentsOf: page, encoding: .utf8)
      for link in words.matches(of: /\]\(([^)#]+)(#[^)]*)?\)/).map(\.output.1)
      where !link.contains("://") {
        let goal = page.deletingLastPathComponent().appending(path: link).standardizedFileURL
        #expect(FileManager.default.fileExists(atPath: goal.path), "\(name): \(link)")
      }
    }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.docs.appending(path: path), encoding: .utf8)
  }
}
