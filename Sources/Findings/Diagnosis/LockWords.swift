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
    for operation in scene.possible {
      courses[scene.process(operation), default: []].append(operation)
    }
  }

  func finding() -> Finding? {
    scene.first([token, holders, release])
  }

  private func isGrant(_ operation: Int) -> Bool {
    scene.name(operation) == "acquire" && scene.isOk(operation)
  }

  /// The release that lets go of what a grant got, those inside it left out.
  private func release(of grant: Int) -> Int? {
    var depth = 1
    for operation in courses[scene.process(grant)] ?? [] where operation > grant {
      depth += scene.name(operation) == "acquire" ? 1 : -1
      if depth == 0 { return operation }
    }
    return nil
  }

  /// When a holder may have let go at the earliest.
  private func letGo(_ grant: Int) -> Int32 {
    release(of: grant).map { scene.begin($0) } ?? History.never
  }

  private func got(_ grant: Int) -> Sentence {
    Sentence(scene.Client(grant), " got the lock ", scene.ended(grant))
      .given(.asked(grant, "acquire", scene.input(grant)), .outcome(grant, .ok))
  }

  private func holders() -> Finding? {
    let grants = scene.shown.filter(isGrant).sorted { scene.end($0) < scene.end($1) }
    for (place, second) in grants.enumerated().reversed() {
      let process = scene.process(second)
      let others = grants[..<place].filter { first in
        letGo(first) > scene.end(second)
          && (scene.kind != .lock(.nested) || scene.process(first) != process)
      }
      guard let first = others.first else { continue }
      if scene.kind == .lock(.permits) {
        if let found = permits(second, others) { return found }
        continue
      }
      let last = release(of: first)
      let fate =
        last.map {
          Sentence("it began to release it only later ", scene.began($0))
            .given(.releasedBy(first, $0), .precedes(second, $0))
        } ?? Sentence("it never released it").given(.neverReleased(first))
      return Finding(
        .twoHolders,
        [
          Sentence(got(first), ", and ", fate, "."),
          Sentence("In between, ", got(second).lowercased, " as well.")
            .given(.stillHolds(first, by: second)),
        ],
        [first] + [last].compactMap { $0 } + [second], cause: second)
    }
    return nil
  }

  /// More holders than permits; how many there are only an option, the header or a minimal proof
  /// tells.
  private func permits(_ second: Int, _ others: [Int]) -> Finding? {
    let isProven = scene.permits.map { others.count >= $0 } ?? scene.violation.isMinimal
    guard isProven else { return nil }
    let holders = others.map { holder in
      Sentence(scene.client(holder), " ", scene.ended(holder))
        .given(.outcome(holder, .ok), .stillHolds(holder, by: second))
    }
    let limit =
      scene.permits.map { permits in
        Sentence(
          permits == 1 ? "and there is " : "and there are ",
          scene.count(permits, "permit", .permits(permits)))
      } ?? Sentence("more than there are").given(.noOrder(scene.violation.operations))
    let total = Sentence(
      "\(others.count + 1)", others.map { .stillHolds($0, by: second) })
    return Finding(
      .tooManyHolders,
      [
        Sentence(
          scene.Client(second), " got a permit ", scene.ended(second), ", while ",
          Sentence.list(holders), others.count == 1 ? " still had one" : " still had theirs",
          ": that is ", total, " at once, ", limit, "."
        ).given(.outcome(second, .ok))
      ], others + [second], cause: second)
  }

  private func release() -> Finding? {
    for release in scene.shown.reversed()
    where scene.name(release) == "release" && scene.isOk(release) {
      let earlier = scene.possible.filter {
        scene.process($0) == scene.process(release) && $0 < release
      }
      let held = earlier.reduce(0) { $0 + (scene.name($1) == "acquire" ? 1 : -1) }
      guard held <= 0 else { continue }
      let everAcquired = earlier.contains { scene.name($0) == "acquire" }
      return Finding(
        .wrongRelease,
        [
          Sentence(
            scene.Client(release), " released the lock ", scene.ended(release),
            ", and that was acknowledged, although it did not hold it: it had ",
            everAcquired ? "released it before." : "never acquired it."
          ).given(
            .asked(release, "release", scene.input(release)), .outcome(release, .ok),
            .heldNothing(release, everAcquired: everAcquired))
        ], earlier.suffix(1) + [release], cause: release)
    }
    return nil
  }

  private func token() -> Finding? {
    guard scene.kind == .lock(.tokens) else { return nil }
    let grants = scene.shown.filter(isGrant)
    for second in grants {
      guard let later = scene.history.values.integer(scene.output(second)) else { continue }
      for first in grants where scene.precedes(first, second) {
        guard let earlier = scene.history.values.integer(scene.output(first)), earlier >= later
        else { continue }
        let with = { (grant: Int) in
          Sentence(got(grant), " with token ", scene.value(scene.output(grant)))
            .given(.shows(grant, Item(scene.output(grant))))
        }
        return Finding(
          .tokenNotGrowing,
          [
            Sentence(with(first), "."),
            Sentence(
              with(second), ", although it began ", scene.gap(from: first, to: second),
              " that: the token did not grow."
            ).given(
              earlier > later ? [.less(scene.output(second), scene.output(first))] : []),
          ], [first, second], cause: second)
      }
    }
    return nil
  }
}
