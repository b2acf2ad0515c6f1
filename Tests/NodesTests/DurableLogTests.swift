import Base
import Foundation
import Testing

@testable import Nodes

/// What a node finds on its disk when it starts: a record that the end of the process tore is
/// nothing, a damaged one is a reason not to start.
struct DurableLogTests {
  private static let records: [[UInt8]] = [[1, 2, 3], [], [4], [5, 6, 7, 8, 9], [10, 11]]

  private static var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for record in records { DurableRecord.encode(record, at: bytes.count, into: &bytes) }
    return bytes
  }

  /// The places of the records, and where the last ends.
  private static var places: [Int] {
    records.reduce(into: [0]) { $0.append($0[$0.count - 1] + 12 + $1.count) }
  }

  private static func read(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var records: [[UInt8]] = []
    _ = try DurableRecord.decode(bytes, into: &records)
    return records
  }

  private static func damage(in bytes: [UInt8]) -> DurableRecord.Damage? {
    var records: [[UInt8]] = []
    do throws(DurableRecord.Damage) {
      _ = try DurableRecord.decode(bytes, into: &records)
      return nil
    } catch { return error }
  }

  /// Whatever a kill leaves of a file is the whole records before it.
  @Test func aTornRecordIsNothing() throws {
    let bytes = DurableLogTests.bytes
    for count in 0...bytes.count {
      let whole = DurableLogTests.places.dropFirst().count { $0 <= count }
      let found = try DurableLogTests.read(Array(bytes.prefix(count)))
      #expect(found == Array(DurableLogTests.records.prefix(whole)), "\(count) bytes")
    }
  }

  /// Every bit of every record counts, those of the last one too.
  @Test func aTurnedBitIsDamage() {
    let places = DurableLogTests.places
    for place in DurableLogTests.bytes.indices {
      for bit in 0..<8 {
        var bytes = DurableLogTests.bytes
        bytes[place] ^= 1 << bit
        let number = places.dropFirst().firstIndex { $0 > place } ?? 0
        let expected = DurableRecord.Damage(number: number, place: places[number - 1])
        #expect(DurableLogTests.damage(in: bytes) == expected, "bit \(bit) of byte \(place)")
      }
    }
  }

  /// A record that was written to another's place is no record there, and what should be at its own
  /// place is missed.
  @Test func aRecordInTheWrongPlaceIsDamage() {
    for (record, other) in [(2, 0), (4, 0), (4, 2), (3, 4)] {
      var bytes = DurableLogTests.bytes
      var astray: [UInt8] = []
      DurableRecord.encode(
        DurableLogTests.records[record], at: DurableLogTests.places[record], into: &astray)
      let place = DurableLogTests.places[other]
      for (offset, byte) in astray.enumerated() where place + offset < bytes.count {
        bytes[place + offset] = byte
      }
      #expect(DurableLogTests.damage(in: bytes)?.number == other + 1)
    }
    var hole = DurableLogTests.bytes
    for place in DurableLogTests.places[4]..<hole.count { hole[place] = 0 }
    #expect(DurableLogTests.damage(in: hole)?.number == 5)
  }

  @Test func aLogGoesOnBehindWhatWasTorn() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/durable-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var found: [[UInt8]] = []
    do {
      var log = try DurableLog.recover(folder: folder, records: &found)
      for record in [[1], [2, 2]] as [[UInt8]] { log.append(record) }
      let waits = log.isDirty
      #expect(waits)
      try log.flush()
      try log.replace(with: [[3], [4]])
      log.append([5])
      try log.flush()
      log.append([6])
      try log.flush()
    }
    let path = folder + "/log"
    try File.replace(path, with: Array(File.read(path).dropLast()))
    do {
      var log = try DurableLog.recover(folder: folder, records: &found)
      #expect(found == [[3], [4], [5]])
      log.append([7])
      try log.flush()
    }
    found = []
    _ = try DurableLog.recover(folder: folder, records: &found)
    #expect(found == [[3], [4], [5], [7]])
    var bytes = try File.read(path)
    bytes[bytes.count - 1] ^= 1
    try File.replace(path, with: bytes)
    found = []
    let failure = #expect(throws: Failure.self) {
      _ = try DurableLog.recover(folder: folder, records: &found)
    }
    #expect(failure?.code == .badInput)
    #expect(
      failure?.message
        == "\(path): durable record 4, at byte 39, is damaged: the node may have promised what it "
        + "says, and does not start without it")
    #expect(try File.read(path) == bytes)
  }
}
