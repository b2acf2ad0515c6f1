import Foundation
import Testing

/// Inside a room, too, data flows one way: the order of its folders, where its page states one.
struct FolderOrderTests {
  @Test func foldersUseOnlyEarlierOnes() throws {
    var ordered: [String] = []
    let rooms = try FileManager.default.contentsOfDirectory(
      atPath: TidyTests.root.appending(path: "Sources").path
    ).filter { !$0.hasSuffix(".md") }
    for room in rooms.sorted() {
      let page = TidyTests.root.appending(path: "Sources/\(room)/README.md")
      let readme = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
      guard let folders = FolderOrder.stated(in: readme) else { continue }
      ordered.append(room)
      let prefix = "Sources/\(room)/"
      let files = TidyTests.sources.filter { $0.path.hasPrefix(prefix) }
        .map { (path: String($0.path.dropFirst(prefix.count)), text: $0.text) }
      for breach in FolderOrder(folders: folders, files: files).breaches {
        Issue.record("\(room): \(breach)")
      }
    }
    #expect(Set(ordered).isSuperset(of: ["Checker", "Quorums", "Report"]))
  }

  private static let readme = """
    # Shop

    Order of folders: `Goods` ← `Shelves` ←
    `.`

    Something `Else`.
    """

  private func breaches(_ files: [(path: String, text: String)]) throws -> [String] {
    let folders = try #require(FolderOrder.stated(in: Self.readme))
    #expect(folders == ["Goods", "Shelves", "."])
    return FolderOrder(folders: folders, files: files).breaches
  }

  private let apple = (path: "Goods/Apple.swift", text: "public struct Apple { enum Kind {} }\n")
  private let shelf = (path: "Shelves/Shelf.swift", text: "struct Shelf { var apple: Apple }\n")
  private let shop = (path: "Shop.swift", text: "enum Shop { static let shelf = Shelf() }\n")

  @Test func theOrderIsStatedOnce() {
    #expect(FolderOrder.stated(in: "# Shop\n\nNo order here.\n") == nil)
  }

  @Test func usesOfEarlierFoldersAreRight() throws {
    #expect(try breaches([apple, shelf, shop]) == [])
  }

  @Test func aUseOfALaterFolderIsTold() throws {
    let bad = (path: "Goods/Pear.swift", text: "struct Pear {\n  let shelf: Shelf\n}\n")
    #expect(
      try breaches([apple, shelf, shop, bad]) == [
        "Goods/Pear.swift:2 in “Goods” uses Shelf of the later folder “Shelves”"
      ])
    let extended = (path: "Shelves/More.swift", text: "extension Shop {}\n")
    #expect(try breaches([apple, shelf, shop, extended]).count == 1)
  }

  @Test func foldersAreAllListedAndThere() throws {
    let extra = (path: "Cellar/Wine.swift", text: "struct Wine {}\n")
    #expect(
      try breaches([apple, shelf, shop, extra]) == [
        "the order does not list the folder “Cellar”"
      ])
    #expect(
      try breaches([apple, shop]) == [
        "the order lists the folder “Shelves”, which there is not"
      ])
  }

  @Test func commentsStringsAndOwnTypesAreNoUses() throws {
    let quiet = (
      path: "Goods/Quiet.swift",
      text: """
      /// See ``Shelf``.
      struct Quiet {
        /* Shelf */
        let text = "a Shelf \\"Shelf\\" here"
        let raw = #"Shelf " \\(Shelf)"#
        let long = \"\"\"
          Shelf "Shelf"
          \"\"\"
        enum Shop { case open }
        let shop = Shop.open
      }
      """
    )
    #expect(try breaches([apple, shelf, shop, quiet]) == [])
    let loud = (
      path: "Goods/Loud.swift",
      text: "struct Loud {\n  let text = \"a \\(ask(\"b\", (1)) + Shelf.name) c\"\n}\n"
    )
    #expect(
      try breaches([apple, shelf, shop, loud]) == [
        "Goods/Loud.swift:2 in “Goods” uses Shelf of the later folder “Shelves”"
      ])
  }

  @Test func whatAFileHidesIsNoOnesElse() throws {
    let first = (path: "Shop+Sale.swift", text: "private struct Sale {}\n")
    let second = (path: "Goods/Sale.swift", text: "struct Reduced { func sale(_: Sale) {} }\n")
    #expect(try breaches([apple, shelf, shop, first, second]) == [])
  }
}
