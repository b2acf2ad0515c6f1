import Drivers
import Experiments

/// A node of real servers, as far as the recorder knows.
struct ServerNode {
  /// What a node's own talk asks it from time to time: how it is, and who leads.
  struct Probe {
    var talk: Int
    var asked: Int64 = 0
    var status: NodeStatus?
    /// The version that the server last said.
    var version: String?
    /// Why the last question had no good answer; empty where there was none at all.
    var complaint = ""
    /// Since when there has been no answer.
    var silentSince: Int64 = 0
  }

  /// How far the emptying of a node's disk is.
  enum Wipe {
    case no, wanted, running, done
  }

  let index: Int
  let name: String
  var state = NodeState.down
  var isPaused = false
  /// It was paused by a command, and answers no more.
  var isSilent = false
  /// It is to be started as soon as what is left of it is gone.
  var startsWhenDown = false
  /// The run has begun with it.
  var hasBegun = false
  /// The command `ready` has said so; true where there is none.
  var isReady: Bool
  var wipe = Wipe.no
  /// What the run starts for it; empty where its servers were there.
  var programs: [ServerProgram]
  var probe: Probe

  init(_ index: Int, _ name: String, isReady: Bool, programs: [ServerProgram], talk: Int) {
    self.index = index
    self.name = name
    self.isReady = isReady
    self.programs = programs
    probe = Probe(talk: talk)
  }

  /// Whether its disk is emptied now, or as soon as it is down.
  var isBeingWiped: Bool { wipe == .wanted || wipe == .running }
}
