import Base
import Drivers
import Experiments
import Glibc

/// How far the start of a cluster of servers is.
///
/// It goes by stages: the processes of stage s + 1 start when every node says that s is done.
/// Then the cluster is prepared once, and it is up when every node says the driver's last stage.
struct StartUp {
  enum Step: Equatable {
    /// Waits until every node says that this stage is done.
    case stage(Int)
    /// The cluster is being prepared.
    case preparing
    /// Waits until every node says the last stage.
    case settling
    case done
  }

  var step = Step.stage(0)
  /// When the first node was started; 0 before that.
  var began: Int64 = 0

  var isDone: Bool { step == .done }

  /// The last stage whose processes run.
  var stage: Int { if case .stage(let current) = step { current } else { Int.max } }
}

/// Probes, and the stages of start-up that their answers decide.
extension ServerCluster {
  private static let probePause: Int64 = 250_000_000
  private static let probePatience: Int64 = 1_000_000_000

  var isUp: Bool { startUp.isDone && nodes.allSatisfy { $0.state == .up && $0.isReady } }

  /// Asks a node how it is, from time to time.
  func probe(_ index: Int, at time: Int64) {
    let state = nodes[index].state
    guard !way.watch(&nodes[index], at: time) else { return }
    guard state == .starting || state == .up, !nodes[index].isPaused else { return }
    let talk = nodes[index].probe.talk
    let since = time - nodes[index].probe.asked
    if talks.isAsking(talk) {
      if since > ServerCluster.probePatience {
        talks.abandon(talk)
        nodes[index].probe.complaint = ""
      }
      return
    }
    let pause = startUp.isDone ? ServerCluster.probePause : ServerCluster.probePause / 5
    guard since >= pause else { return }
    nodes[index].probe.asked = time
    talks.ask(talk, .status, at: time)
  }

  /// Hears how a node is.
  func hear(_ index: Int, _ heard: Talks.Heard) {
    guard !way.hear(heard, from: &nodes[index]) else { return }
    let answer = heard.answer
    guard let status = answer.status else {
      switch answer.outcome {
      case .ok: break
      case .refused(let why), .unknown(let why): nodes[index].probe.complaint = why
      }
      return
    }
    nodes[index].probe.status = status
    nodes[index].probe.version = status.version ?? nodes[index].probe.version
    nodes[index].probe.silentSince = now()
    if nodes[index].state == .starting {
      nodes[index].state = .up
      log.write("\(nodes[index].name): answers")
    }
    electLeader()
  }

  /// Takes the next step of the start.
  func advanceStart(at time: Int64) throws(Failure) {
    guard !startUp.isDone else { return }
    switch startUp.step {
    case .stage(let stage):
      guard nodes.allSatisfy({ ($0.probe.status?.stage ?? -1) >= stage }) else { break }
      let next = stage + 1
      if nodes.contains(where: { $0.programs.contains { $0.process.stage >= next } }) {
        startUp.step = .stage(next)
        for index in nodes.indices { try way.spawn(&nodes[index], upTo: next) }
      } else {
        startUp.step = .preparing
      }
    case .preparing:
      let talk = preparation.talk
      if talks.isAsking(talk) {
        if time - preparation.asked > 5_000_000_000 { talks.abandon(talk) }
      } else if time - preparation.asked > 200_000_000 {
        preparation.asked = time
        talks.ask(talk, .prepare, at: time)
      }
    case .settling:
      if nodes.allSatisfy({ ($0.probe.status?.stage ?? -1) >= driver.lastStage }) {
        startUp.step = .done
        try machines?.sync()
        log.write("the cluster is up")
      }
    case .done: break
    }
    if let denial { throw refusal(denial) }
    try checkPatience(at: time)
  }

  /// Hears whether the cluster is prepared.
  func hearPreparation(_ answer: Answer) {
    switch answer.outcome {
    case .ok:
      log.write("prepared")
      // Sessions of clients begin later, and know it.
      if let learned = answer.learned { site.learned = learned }
      startUp.step = .settling
    case .refused(let why), .unknown(let why): preparation.last = why
    }
  }

  private func checkPatience(at time: Int64) throws(Failure) {
    guard !startUp.isDone, startUp.began > 0, time - startUp.began > plan.startLimitNanoseconds
    else { return }
    let limit = Units.describe(nanoseconds: plan.startLimitNanoseconds)
    if startUp.step == .preparing {
      throw Failure(
        .unavailable,
        "\(driver.name): the cluster could not be prepared within \(limit): \(preparation.last)")
    }
    let late = nodes.indices.first { (nodes[$0].probe.status?.stage ?? -1) < driver.lastStage } ?? 0
    throw Failure(
      .unavailable,
      "\(driver.name): \(nodes[late].name) is not ready after \(limit) (\(lateness(of: late)); "
        + "--start-limit)" + nodes[late].programs.map { $0.lastWords() }.joined())
  }
}
