import Base

/// A setting of a protocol, `--knobs NAME=VALUE`.
public struct ProtocolKnob: Sendable, Equatable {
  /// The name on the command line.
  public var name: String
  /// What it sets, in one line.
  public var summary: String
  /// The value without it.
  public var defaultValue: String
  /// The values that a swarm draws from; empty where it leaves the knob alone.
  public var drawn: [String]

  /// A setting with its usual value.
  public init(
    _ name: String, _ summary: String, usual defaultValue: String, drawn: [String] = []
  ) {
    self.drawn = drawn
    self.name = name
    self.summary = summary
    self.defaultValue = defaultValue
  }
}

extension ProtocolDescription {
  /// Settings that a swarm draws for a seed, `NAME=VALUE`.
  public func swarm(_ random: inout SplitMix64) -> [String] {
    knobs.filter { !$0.drawn.isEmpty }.map { knob in
      "\(knob.name)=\(knob.drawn[random.draw(0..<knob.drawn.count)])"
    }
  }

  /// The values of the knobs that `NAME=VALUE`s set.
  ///
  /// - Throws: a usage ``Failure`` for a knob that there is not, or one that is given twice. What a
  ///   value may be the node says when it is made.
  public func knobValues(_ texts: [String]) throws(Failure) -> [String: String] {
    var values: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Failure(.usage, "--knobs \(text): expected NAME=VALUE")
      }
      let name = String(parts[0])
      guard knobs.contains(where: { $0.name == name }) else {
        let names = knobs.map(\.name)
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        throw Failure(
          .usage,
          "--knobs \(name)=…: \(self.name) has no knob “\(name)”; it has \(known)"
            + Suggestion.hint(for: name, among: names))
      }
      guard values.updateValue(String(parts[1]), forKey: name) == nil else {
        throw Failure(.usage, "--knobs \(text): “\(name)” is given twice")
      }
    }
    return values
  }
}
