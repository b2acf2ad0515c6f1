import Base
import Drivers
import Experiments
import Glibc

/// What is done to nodes, and who of them ended.
extension ServerCluster {
  func state(_ index: Int) -> NodeState { nodes[index].state }
  func isGone(_ index: Int) -> Bool {
    nodes[index].state == .down && nodes[index].programs.allSatisfy(\.wasSeenToEnd)
  }
  func isStopped(_ index: Int) -> Bool { way.isStopped(nodes[index]) }
  func processes(_ index: Int) -> [pid_t] { way.processes(of: nodes[index]) }

  func start(_ index: Int) throws(Failure) {
    defer { nodes[index].hasBegun = true }
    guard try way.prepareStart(&nodes[index]) else {
      nodes[index].startsWhenDown = true
      return
    }
    guard nodes[index].state == .down else { return }
    nodes[index].wipe = .no
    if startUp.began == 0 { startUp.began = now() }
    nodes[index].state = .starting
    nodes[index].isPaused = false
    nodes[index].probe.status = nil
    nodes[index].probe.silentSince = now()
    try way.spawn(&nodes[index], upTo: startUp.stage)
  }

  func end(_ index: Int, by signal: Int32) throws(Failure) {
    nodes[index].startsWhenDown = false
    guard nodes[index].state != .down else { return }
    nodes[index].state = .ending
    try way.end(&nodes[index], by: signal)
    talks.abandon(nodes[index].probe.talk)
  }

  func pause(_ index: Int) throws(Failure) { try way.pause(&nodes[index]) }

  func resume(_ index: Int) throws(Failure) { try way.resume(&nodes[index], at: now()) }

  /// Notes which programs of a node have ended.
  func reap(_ index: Int, at time: Int64) throws(Failure) {
    for program in nodes[index].programs.indices {
      nodes[index].programs[program].remote?.advance(at: time, asksState: nodes[index].isPaused)
      guard let ending = nodes[index].programs[program].reap() else { continue }
      let isMeant = nodes[index].programs[program].isEnding || mayLeave(index)
      if isMeant, !nodes[index].programs[program].wasSeenToEnd {
        let (role, place) = whereabouts(index, program)
        problems.append(
          "\(nodes[index].name): the connection to \(place) was lost, and nobody saw "
            + "the end of \(role) there")
      }
      guard !isMeant else { continue }
      try endedByItself(index, program, ending)
    }
    if nodes[index].state == .ending, way.hasEnded(nodes[index]) { nodes[index].state = .down }
    guard nodes[index].startsWhenDown, nodes[index].state == .down, !nodes[index].isBeingWiped
    else { return }
    nodes[index].startsWhenDown = false
    try start(index)
  }

  /// A server that ends under faults is an observation; one that ends before them is a mistake in
  /// how it was started.
  private func endedByItself(
    _ index: Int, _ program: Int, _ ending: ChildProcess.Ending
  ) throws(Failure) {
    let (role, place) = whereabouts(index, program)
    // The ssh client has ended, and nobody has said so of the server.
    let isLost = !nodes[index].programs[program].wasSeenToEnd
    let what =
      isLost
      ? "\(nodes[index].name): the connection to \(place) was lost, and \(role) with it"
      : "\(nodes[index].name): \(role) \(ending.description)"
    log.write(isLost ? what : "\(what) by itself")
    guard startUp.isDone else {
      throw Failure(
        .unavailable,
        "\(what) before the cluster was up" + nodes[index].programs[program].lastWords())
    }
    if !(machines?.mayEnd(index) ?? false) {
      let why = isLost ? "" : ", and nobody asked it to"
      shortcomings.append("\(what)\(why); see \(nodes[index].programs[program].log)")
    }
    // What is left of the node goes with it, so that it can be started again.
    try end(index, by: SIGKILL)
  }

  private func whereabouts(_ index: Int, _ program: Int) -> (role: String, place: String) {
    let program = nodes[index].programs[program]
    return (program.process.role, program.host?.target ?? "this machine")
  }

  func end() {
    endCommands()
    for index in nodes.indices {
      for program in nodes[index].programs.indices {
        nodes[index].programs[program].signal(SIGKILL)
      }
    }
    for index in nodes.indices {
      for program in nodes[index].programs.indices
      where !nodes[index].programs[program].end() {
        let (role, place) = whereabouts(index, program)
        problems.append("\(nodes[index].name): nobody saw the end of \(role) on \(place)")
      }
      nodes[index].state = .down
    }
    way.wires?.flushCapture()
    log.write("every node ended")
  }
}
