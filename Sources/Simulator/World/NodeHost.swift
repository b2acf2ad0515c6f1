import Base
import Experiments
import Protocols

/// A node's machine in virtual time: its process, disk and clock, as far as they are the same for
/// every protocol.
class Machine {
  var state = NodeState.down
  /// How often it was started; what was meant for an earlier process finds nobody.
  var incarnation: Int32 = 0
  var isPaused = false
  /// The disk is syncing: the process waits for it, and what comes meanwhile waits too.
  var isSyncing = false
  var disk = SimulatedDisk()
  /// How often each timer was set or cancelled, by its place among all timers.
  var generations: [Int32]
  /// What each timer that runs is set to, by the machine's clock, and `.max` for the others.
  var dues: [Int64]
  var clock: SimulatedClock
  /// What a sync takes besides, while its disk is slow.
  var slowSyncNanoseconds: Int64 = 0
  /// Nothing on its disk may grow.
  var isFull = false
  var failsSyncs = false
  /// What kept the process from starting.
  var refused: Refusal?
  /// What its disk lost when it ended.
  var lost = 0
  var isWiped = false
  /// It was taken out of the cluster.
  var isOut = false
  /// Its node came later than the cluster.
  var joins = false
  /// What it draws: start-up times, the seeds of its processes, lengths of syncs, what a crash
  /// leaves. Each machine has its own, so that what one does moves nothing of another's.
  var random: SplitMix64

  /// A machine whose clock shows the world's time, or has a zero of its own.
  init(timers: Int, random: SplitMix64, hasWorldTime: Bool) {
    generations = [Int32](repeating: 0, count: timers)
    dues = [Int64](repeating: .max, count: timers)
    var random = random
    // Machines were not started at the same moment.
    let zero = Int64(random.draw(0..<1_000_000_000))
    clock = SimulatedClock(zero: hasWorldTime ? 0 : zero)
    self.random = random
  }

  /// Whether inputs must wait.
  final var isBusy: Bool { isPaused || isSyncing }

  /// Has the timers that run be set to later, or to earlier.
  final func postponeTimers(by nanoseconds: Int64) {
    for place in dues.indices where dues[place] < .max { dues[place] += nanoseconds }
  }
}

/// A record that a process could not live with: which of how many, from 1.
struct Refusal {
  var record: Int
  var records: Int
}

/// A marker of a consistent cut that has reached a node, or the word to begin one, which comes from
/// nobody.
struct CutMarker {
  var cut: Int32
  var from: Int32?
}

/// A machine with a node of one protocol.
///
/// Why classes: a node holds logs and maps, and whoever looked at one field of a struct in an array
/// would copy all of it where the protocol is not known to the compiler.
final class NodeHost<Node: ProtocolNode>: Machine {
  /// What waits for the process to go on.
  enum Waiting {
    case input(Node.Input)
    case marker(CutMarker)
  }

  /// The node, while its process runs.
  var node: Node?
  /// What came while it was paused or waited for its disk.
  var inbox: [Waiting] = []
  /// What the node is like from afar; 0 while there is none.
  var kind: UInt64 = 0
  /// What leaves once the disk has synced.
  var held: [Node.Effect] = []
  /// What its steps changed, which counts once the disk has synced.
  var news: [Node.Safety.News] = []

  /// Looks at the node, or has it go on, where there is one. Why: whoever reads a property that is
  /// a large value copies it, all its logs and maps retained, and one step reads it four times.
  @inline(__always)
  func withNode<Result>(_ body: (inout Node) -> Result) -> Result? {
    guard node != nil else { return nil }
    return body(&node!)
  }

  /// The process is gone, and with it all that it only had in memory.
  func end() {
    node = nil
    state = .down
    isPaused = false
    isSyncing = false
    inbox = []
    held = []
    news = []
    for place in dues.indices { dues[place] = .max }
  }
}
