import Base
import Foundation
import Testing

@testable import Sandbox

/// Programs whose clock can be moved, and those for which it cannot.
struct ProgramImageTests {
  /// The header of a 64-bit ELF file with one segment of a type, and what follows.
  private static func elf(_ type: UInt8, then rest: [UInt8] = []) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 120)
    bytes.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
    bytes[32] = 64  // Where the segments are,
    bytes[54] = 56  // how long each is,
    bytes[56] = 1  // and how many.
    bytes[64] = type
    bytes[72] = 120
    bytes[96] = UInt8(rest.count)
    return bytes + rest
  }

  private func kind(_ bytes: [UInt8]) throws -> ProgramImage.Kind {
    let path = FileManager.default.temporaryDirectory.path + "/image-\(UUID().uuidString)"
    try File.replace(path, with: bytes)
    defer { unlink(path) }
    return try ProgramImage(path).kind
  }

  @Test func programsAreToldApart() throws {
    let goNote: [UInt8] =
      [4, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0] + Array("Go".utf8) + [0, 0, 1, 1, 0, 0]
    let otherNote: [UInt8] = [4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0] + Array("GNU".utf8) + [0]
    #expect(try kind(Self.elf(3)) == .dynamic)
    #expect(try kind(Self.elf(1)) == .isStatic)
    #expect(try kind(Self.elf(4, then: goNote)) == .go)
    #expect(try kind(Self.elf(4, then: otherNote + goNote)) == .go)
    #expect(try kind(Self.elf(4, then: otherNote)) == .isStatic)
    #expect(try kind(Array("#! /bin/sh -e\necho\n".utf8)) == .script("/bin/sh"))
    #expect(try kind(Array("MZ".utf8)) == .unknown)
    #expect(try kind([]) == .unknown)
  }

  @Test func whatIsCutOffOrTurnedIsNoReasonToFail() throws {
    var random = SplitMix64(seed: 7)
    let whole = Self.elf(4, then: [4, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 71, 111, 0, 0])
    for _ in 0..<200 {
      var bytes = Array(whole.prefix(6 + random.draw(0..<whole.count)))
      for _ in 0..<8 {
        let place = random.draw(0..<bytes.count)
        if place > 5 { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
      }
      _ = try kind(bytes)
    }
  }

  @Test func aMissingProgramIsNamed() {
    #expect(throws: Failure(.missingInput, "/nowhere/x: No such file or directory")) {
      try ProgramImage("/nowhere/x")
    }
  }

  @Test func obstaclesAreSaidInWords() throws {
    let own = try ProgramImage("/proc/self/exe")
    #expect(own.kind == .dynamic)
    #expect(own.obstacle == nil)
  }
}
