import Base
import Checker
import Histories

/// Locks: who held it while somebody else did.
struct LockWords {
  let scene: Scene
  /// What each process did, in order.
  private var courses: [Int64: [Int]] = [:]

  init(_ scene: Scene) {
    self.scene = scene
    for operation in scene.all where !scene.isFailed(operation) {
      courses[scene.history.processes[operation], default: []].append(operation)
    }
  }

  func finding() -> Finding? {
    token() ?? holders() ?? release()
  }

  private func isGrant(_ operation: Int) -> Bool {
    scene.name(operation) == "acquire" && scene.isOk(operation)
  }

  /// The release that lets go of what a grant got, those inside it left out.
  private func release(of grant: Int) -> Int? {
    var depth = 1
    for operation in courses[scene.history.processes[grant]] ?? [] where operation > grant {
      depth += scene.name(operation) == "acquire" ? 1 : -1
      if depth == 0 { return operation }
    }
    return nil
  }

  /// When a holder may have let go at the earliest.
  private func letGo(_ grant: Int) -> Int32 {
    release(of: grant).map { scene.begin($0) } ?? History.never
  }

  private func got(_ grant: Int) -> String {
    "\(scene.Client(grant)) got the lock \(scene.ended(grant))"
  }

  private func holders() -> Finding? {
    let grants = scene.shown.filter(isGrant).sorted { scene.end($0) < scene.end($1) }
    for (place, second) in grants.enumerated().reversed() {
      let process = scene.history.processes[second]
      let others = grants[..<place].filter { first in
        letGo(first) > scene.end(second)
          && (scene.model != "reentrant-lock" || scene.history.processes[first] != process)
      }
      guard let first = others.first else { continue }
      if scene.model == "semaphore" {
        if let found = permits(second, others) { return found }
        continue
      }
      let last = release(of: first)
      let fate =
        last.map { "it began to release it only later \(scene.began($0))" }
        ?? "it never released it"
      return Finding(
        .twoHolders,
        ["\(got(first)), and \(fate).", "In between, \(lower(got(second))) as well."],
        [first] + [last].compactMap { $0 } + [second], since: first)
    }
    return nil
  }

  /// More holders than permits; how many there are only the header or a minimal proof tells.
  private func permits(_ second: Int, _ others: [Int]) -> Finding? {
    let permits = scene.history.header?["permits"]?.integer.map { Int($0) }
    let isProven = permits.map { others.count >= $0 } ?? scene.violation.isMinimal
    guard isProven else { return nil }
    let holders = others.map { "\(scene.client($0)) \(scene.ended($0))" }
    let limit =
      permits.map { "and there \($0 == 1 ? "is" : "are") \(Legible.count($0, "permit"))" }
      ?? "more than there are"
    return Finding(
      .tooManyHolders,
      [
        "\(scene.Client(second)) got a permit \(scene.ended(second)), while "
          + "\(Scene.list(holders)) still had \(others.count == 1 ? "one" : "theirs"): that is "
          + "\(others.count + 1) at once, \(limit)."
      ], others + [second])
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
