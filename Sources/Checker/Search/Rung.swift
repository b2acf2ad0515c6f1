import Base
import Histories

/// One way to decide a key, cheaper than a search and only for some histories.
///
/// A rung answers only what it has proven; when its precondition does not hold or it cannot tell,
/// it passes, and the next one is asked. The last is the search, which every model has.
struct Rung: Sendable {
  /// Its name, as the verdict's `algorithm` says it: `register-zones`.
  let name: String
  /// Decides one key.
  ///
  /// Throws ``CheckError`` where the model's own machine would: a rung that is the first to see a
  /// value of the wrong shape passes, so that there is one place for each message.
  let decide: @Sendable (KeyTask) throws(CheckError) -> RungAnswer
  /// Whether an impasse is at the first completion that cannot be explained, as far as the rung can
  /// tell, so that nobody need look for an earlier one.
  var findsFirst = false
}

/// What a rung says.
enum RungAnswer: Sendable {
  /// An order; the verifier replays it.
  case order([KeyAnswer.Step])
  /// An order of positions in the task's calls, for models whose results leave no choice.
  case positions([Int32])
  /// No order exists, and these operations show it.
  case violation(Certificate)
  /// No order exists: this is where every one of them ends, and the whole shows it.
  case impasse(Impasse)
  /// A budget ran out, and this is how far it got; others may get further with what is left.
  case stopped(Undecided)
  /// It does not apply, or cannot tell.
  case pass
}

/// Operations of one key that are not linearizable by themselves and prove that the whole is not.
///
/// The whole is not because every linearizable history with these operations would stay
/// linearizable without the others: each rung proves that for the certificates that it makes.
struct Certificate: Sendable, Equatable {
  /// Positions in the task's calls, ascending.
  var calls: [Int]
  /// What they show, as far as the rung can tell.
  var anomaly: Anomaly
  /// Those of ``calls`` that count as plain writes, which are possible wherever they are:
  /// compare-and-sets whose expected value is not part of the proof, of their new value, and reads,
  /// of the value that they saw, which changes nothing where they saw it.
  var asWrites: [Int] = []
  /// Which of ``calls`` says where the others begin: a read of a counter, of additions that are
  /// not among them. Alone it could not be explained, and it is not what is wrong.
  var base: Int?
  /// Calls that are no part of the proof but say in which state it is stuck.
  var context: [Int] = []
  /// Pairs that are left out: adding one of the two alone would change what the others prove.
  var balanced: [Pair] = []

  /// An acquisition and the release of what it acquired, as positions.
  struct Pair: Sendable, Equatable {
    var acquired: Int
    var released: Int
  }
}
