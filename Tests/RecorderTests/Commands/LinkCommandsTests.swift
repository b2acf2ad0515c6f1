import Testing

@testable import Experiments
@testable import Recorder

/// What is known of links that commands cut.
struct LinkCommandsTests {
  static let there = Link(from: 0, to: 1)
  static let back = Link(from: 1, to: 0)

  func ended(_ name: String, _ link: Link, code: Int32?) -> CommandRunner.Ended {
    CommandRunner.Ended(
      name: name, node: link.to, peer: link.from, ending: code.map { .exited($0) }, output: [])
  }

  @Test func exitCodesTellWhereNothingElseDoes() {
    let both = [Self.there, Self.back]
    var links = LinkCommands()
    #expect(links.standing(of: both, hasReach: false) == .whole)
    links.cut(both)
    #expect(links.standing(of: both, hasReach: false) == .unknown)
    links.take(ended("cut", Self.there, code: 0))
    #expect(links.standing(of: both, hasReach: false) == .unknown)
    links.take(ended("cut", Self.back, code: 0))
    #expect(
      links.standing(of: both, hasReach: false) == .cut(by: "exit codes of the command cut"))
    links.heal(both)
    links.take(ended("heal", Self.there, code: 0))
    #expect(links.standing(of: both, hasReach: false) == .unknown)
    links.take(ended("heal", Self.back, code: 0))
    #expect(links.standing(of: both, hasReach: false) == .whole)
  }

  @Test func aFailedCommandIsNoCut() {
    var links = LinkCommands()
    links.cut([Self.there])
    links.take(ended("cut", Self.there, code: 1))
    #expect(links.standing(of: [Self.there], hasReach: false) == .unknown)
  }

  @Test func reachMustFailForACut() {
    var links = LinkCommands()
    links.cut([Self.there])
    links.take(ended("reach", Self.there, code: 1))
    #expect(links.unconfirmed == [])
    links.take(ended("cut", Self.there, code: 0))
    #expect(links.unconfirmed == [Self.there])
    for code in [0, nil] as [Int32?] {
      links.take(ended("reach", Self.there, code: code))
      #expect(links.standing(of: [Self.there], hasReach: true) == .unknown)
    }
    links.take(ended("reach", Self.there, code: 2))
    #expect(links.standing(of: [Self.there], hasReach: true) == .cut(by: "the command reach"))
  }
}
