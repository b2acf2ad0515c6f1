import Base
import Foundation
import Testing

@testable import Sandbox
@testable import SandboxTrial

/// The folder without the kernel: what is lost, and what no longer.
struct LossyFolderTests {
  /// A folder of its own for each test.
  final class Place {
    let path: String

    init() throws {
      path = FileManager.default.temporaryDirectory.path + "/lossy-\(UUID().uuidString)"
      try File.makeFolder(path)
    }

    deinit { DiskTrials.remove(path) }

    func text(_ name: String) -> String? {
      (try? File.read("\(path)/\(name)")).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  let place: Place
  let folder: LossyFolder
  let door: DirectDoor

  init() throws {
    place = try Place()
    folder = try LossyFolder(backing: place.path)
    door = DirectDoor(folder)
  }

  private func write(_ name: String, _ offset: Int?, _ text: String) {
    #expect(door.write(name, offset, Array(text.utf8)) == 0)
  }

  @Test func randomOperationsDoWhatTheModelSays() throws {
    let count = ProcessInfo.processInfo.environment["PLUMBLINE_TRIALS"].flatMap { Int($0) } ?? 1
    for seed in 1...UInt64(60 * count) {
      let place = try Place()
      let door = DirectDoor(try LossyFolder(backing: place.path))
      var run = RandomFolder(door, root: place.path, seed: seed)
      let difference = try run.difference(steps: 150)
      #expect(difference == nil, "seed \(seed)")
      run.release()
    }
  }

  @Test func whatIsLostIsCounted() throws {
    write("a", nil, "12345")
    #expect(door.sync("a") == 0)
    write("a", nil, "67")
    write("a", nil, "8")
    write("b", nil, "12")
    #expect(folder.atRisk == LossyFolder.Loss(files: 2, bytes: 5, names: 1))
    #expect(try folder.lose() == LossyFolder.Loss(files: 2, bytes: 5, names: 1))
    #expect(folder.atRisk == LossyFolder.Loss())
    #expect(place.text("a") == "12345")
    #expect(place.text("b") == nil)
  }

  @Test func namesAreOnTheDiskAfterFiveSecondsAndDataAfterThirtyFive() throws {
    write("a", nil, "old")
    folder.now = 5_000_000_000
    #expect(try folder.lose() == LossyFolder.Loss(files: 1, bytes: 3, names: 0))
    #expect(place.text("a") == "")
    write("a", nil, "old")
    folder.now += 34_999_999_999
    write("a", nil, "new")
    folder.now += 1
    #expect(try folder.lose() == LossyFolder.Loss(files: 1, bytes: 3, names: 0))
    #expect(place.text("a") == "old")
  }

  @Test func aFileThatReplacesAnotherIsNeverFoundEmpty() throws {
    write("a", nil, "old")
    #expect(door.sync("a") == 0)
    write("draft", nil, "new")
    #expect(door.rename("draft", "a") == 0)
    write("other", nil, "x")
    #expect(door.sync("other") == 0)
    _ = try folder.lose()
    #expect(place.text("a") == "new")
  }

  @Test func aNewFileMayBeFoundEmpty() throws {
    write("draft", nil, "new")
    #expect(door.rename("draft", "a") == 0)
    write("other", nil, "x")
    #expect(door.sync("other") == 0)
    _ = try folder.lose()
    #expect(place.text("a") == "")
  }

  @Test func appendsThatFollowATruncationAreNotTakenForOlderOnes() throws {
    write("a", nil, "12")
    #expect(door.truncate("a", 1) == 0)
    write("a", nil, "34")
    write("b", nil, "x")
    #expect(door.sync("b") == 0)
    _ = try folder.lose()
    #expect(place.text("a") == "1")
  }

  /// Against a cache of pages: what is seen, what is on the disk, and which pages are dirty.
  @Test func aFailedSyncIsOneOfACacheOfPages() throws {
    let page = Int(Unsynced.pageSize)
    for seed in 1...UInt64(80) {
      var random = SplitMix64(seed: seed)
      let place = try Place()
      let folder = try LossyFolder(backing: place.path)
      let door = DirectDoor(folder)
      #expect(door.write("a", 0, [1]) == 0)
      #expect(door.sync("a") == 0)
      var (seen, disk, dirty): ([UInt8], [UInt8], Set<Int>) = ([1], [1], [])
      for _ in 0..<60 {
        let zeros = [UInt8](repeating: 0, count: max(0, seen.count - disk.count))
        switch random.draw(0..<10) {
        case 0..<6:
          let offset = random.draw(0..<min(seen.count + 2, 4 * page))
          let bytes = (0..<random.draw(1..<2 * page)).map { _ in UInt8(random.draw(1..<256)) }
          #expect(door.write("a", offset, bytes) == 0)
          let end = offset + bytes.count
          seen += [UInt8](repeating: 0, count: max(0, end - seen.count))
          seen.replaceSubrange(offset..<end, with: bytes)
          dirty.formUnion(offset / page...(end - 1) / page)
        case 6, 7:
          #expect(door.sync("a") == 0)
          disk += zeros
          for number in dirty {
            let range = number * page..<min((number + 1) * page, seen.count)
            disk.replaceSubrange(range, with: seen[range])
          }
          dirty = []
        case 8:
          door.failSync("a")
          if !dirty.isEmpty { disk += zeros }
          dirty = []
        default:
          _ = try folder.lose()
          (seen, dirty) = (disk, [])
          #expect(folder.atRisk == LossyFolder.Loss())
        }
        let found = try File.read(place.path + "/a")
        guard found == seen else {
          Issue.record("seed \(seed)")
          return
        }
      }
      door.release()
    }
  }

  @Test func whatAFailedSyncDidNotWriteNoLaterSyncWrites() throws {
    write("a", 0, "old")
    #expect(door.sync("a") == 0)
    write("a", 0, "new")
    door.failSync("a")
    #expect(door.sync("a") == 0)
    #expect(place.text("a") == "new")
    #expect(try folder.lose() == LossyFolder.Loss(files: 1, bytes: 4096, names: 0))
    #expect(place.text("a") == "old")
    write("a", 0, "new")
    door.failSync("a")
    write("a", 1, "E")
    #expect(door.sync("a") == 0)
    #expect(try folder.lose() == LossyFolder.Loss())
    #expect(place.text("a") == "nEw")
  }

  @Test func whatWasCutOffAfterAFailedSyncDoesNotComeBack() throws {
    write("a", 0, "old content")
    #expect(door.sync("a") == 0)
    write("a", 0, "new")
    door.failSync("a")
    #expect(door.truncate("a", 5) == 0)
    #expect(door.sync("a") == 0)
    #expect(door.truncate("a", 7) == 0)
    #expect(door.sync("a") == 0)
    _ = try folder.lose()
    #expect(place.text("a") == "old c\0\0")
    #expect(door.remove("a") == 0)
    write("b", 0, "b")
    #expect(door.sync("b") == 0)
    #expect(folder.atRisk == LossyFolder.Loss())
  }

  @Test func aFullDiskTakesNothingMore() throws {
    write("a", nil, "123")
    folder.isFull = true
    #expect(door.write("a", 0, [52]) == 0)
    #expect(door.write("a", nil, [52]) == ENOSPC)
    #expect(place.text("a") == "423")
  }

  @Test func theGraveyardIsHiddenAndGoesWithTheFolder() throws {
    let inner = try Place()
    do {
      let folder = try LossyFolder(backing: inner.path)
      let door = DirectDoor(folder)
      #expect(door.write("a", 0, [1]) == 0)
      #expect(door.remove("a") == 0)
      #expect(try File.names(in: "\(inner.path)/.plumbline-graves").count == 1)
      #expect(try folder.entries(folder.root).count == 2)
      #expect(door.makeFolder(".plumbline-graves") == EPERM)
      #expect(door.removeFolder(".plumbline-graves") == ENOENT)
      #expect(throws: SystemError(ENOENT)) {
        try folder.find(folder.root, LossyFolder.graveyard)
      }
    }
    #expect(try File.names(in: inner.path) == [])
  }

  @Test func nothingIsKeptOfAFileThatIsGone() throws {
    write("a", nil, "123")
    write("b", nil, "4")
    door.hold("b")
    #expect(door.remove("a") == 0)
    #expect(door.remove("b") == 0)
    #expect(folder.atRisk == LossyFolder.Loss(files: 2, bytes: 4, names: 4))
    folder.sync(folder.root)
    #expect(folder.atRisk == LossyFolder.Loss(files: 1, bytes: 1, names: 0))
    door.release()
    #expect(folder.atRisk == LossyFolder.Loss())
  }

  @Test func aFileThatIsRemovedHasNoNames() throws {
    write("a", nil, "1")
    let inode = try folder.find(folder.root, FileName("a"))
    #expect(try inode.status().st_nlink == 1)
    #expect(door.remove("a") == 0)
    #expect(try inode.status().st_nlink == 0)
    _ = try folder.lose()
    #expect(place.text("a") == nil)
  }
}
