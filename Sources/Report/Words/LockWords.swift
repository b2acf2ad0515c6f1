import Base
import Histories

/// Locks: who held it while somebody else did.
struct LockWords {
  let scene: Scene
  /// For each acquisition that was granted, the operation that its process did next.
  private var next: [Int: Int] = [:]

  init(_ scene: Scene) {
    self.scene = scene
    var last: [Int64: Int] = [:]
    for operation in scene.all where !scene.isFailed(operation) {
      if let before = last[scene.history.processes[operation]] { next[before] = operation }
      last[scene.history.processes[operation]] = operation
    }
  }

  func finding() -> Finding? {
    token() ?? holders() ?? release()
  }

  private func isGrant(_ operation: Int) -> Bool {
    scene.name(operation) == "acquire" && scene.isOk(operation)
  }

  /// When a holder may have let go at the earliest.
  private func letGo(_ grant: Int) -> Int32 {
    guard let after = next[grant] else { return History.never }
    return scene.name(after) == "release" ? scene.begin(after) : History.never
  }

  private func got(_ grant: Int) -> String {
    "\(scene.Client(grant)) got the lock \(scene.ended(grant))"
  }

  private func holders() -> Finding? {
    guard ["lock", "fenced-lock", "semaphore"].contains(scene.model) else { return nil }
    let grants = scene.shown.filter(isGrant).sorted { scene.end($0) < scene.end($1) }
    guard let second = grants.last else { return nil }
    let others = grants.dropLast().filter { letGo($0) > scene.end(second) }
    if scene.model == "semaphore" {
      guard others.count > 1 else { return nil }
      return Finding(
        .twoHolders,
        [
          "\(scene.Client(second)) got a permit \(scene.ended(second)), while "
            + "\(Scene.list(others.map { "\(scene.client($0)) \(scene.ended($0))" })) still had "
            + "theirs: that is \(others.count + 1) at once, more than there are."
        ], others + [second])
    }
    guard let first = others.first else { return nil }
    let fate =
      next[first].map {
        scene.name($0) == "release"
          ? "it began to release it only later \(scene.began($0))" : "it had not released it"
      } ?? "it never released it"
    return Finding(
      .twoHolders,
      ["\(got(first)), and \(fate).", "In between, \(lower(got(second))) as well."],
      [first] + [next[first]].compactMap { $0 } + [second], since: first)
  }

  private func lower(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  private func release() -> Finding? {
    for release in scene.shown.reversed()
    where scene.name(release) == "release" && scene.isOk(release) {
      let earlier = scene.all.filter {
        scene.history.processes[$0] == scene.history.processes[release] && $0 < release
          && !scene.isFailed($0)
      }
      let held = earlier.reduce(0) { $0 + (scene.name($1) == "acquire" ? 1 : -1) }
      guard held <= 0 else { continue }
      return Finding(
        .wrongRelease,
        [
          "\(scene.Client(release)) released the lock \(scene.ended(release)), and that was "
            + "acknowledged, although it did not hold it: it had "
            + (earlier.isEmpty ? "never acquired it." : "released it before.")
        ], earlier.suffix(1) + [release])
    }
    return nil
  }

  private func token() -> Finding? {
    guard scene.model == "fenced-lock" else { return nil }
    let grants = scene.shown.filter(isGrant)
    for second in grants {
      guard let later = scene.history.values.integer(scene.output(second)) else { continue }
      for first in grants where scene.precedes(first, second) {
        guard let earlier = scene.history.values.integer(scene.output(first)), earlier >= later
        else { continue }
        return Finding(
          .tokenNotGrowing,
          [
            "\(got(first)) with token \(earlier).",
            "\(got(second)) with token \(later), although it began "
              + "\(scene.gap(from: first, to: second)) that: the token did not grow.",
          ], [first, second])
      }
    }
    return nil
  }
}
