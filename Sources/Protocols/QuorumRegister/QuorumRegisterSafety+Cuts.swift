import Base

// What replicas keep and messages carry at one moment.

extension QuorumRegisterSafety {
  /// A version stands for one value wherever it is, under way too; and who said that it keeps a
  /// version keeps that or a later one, whether its coordinator has heard it yet or not.
  public func breach(in cut: GlobalState<QuorumRegisterNode>) -> Breach? {
    var values = VersionValues()
    for node in cut.nodes {
      for (_, state) in node.kept.sorted(by: { $0.key < $1.key }) {
        if let breach = values.take(state) { return breach }
      }
      for operation in node.operations {
        if let breach = values.take(operation.latest) { return breach }
      }
    }
    for sent in cut.underWay {
      switch sent.message {
      case .state(_, let state), .store(_, _, let state):
        if let breach = values.take(state) { return breach }
      case .query, .stored: continue
      }
    }
    return forgotten(cut)
  }

  private func forgotten(_ cut: GlobalState<QuorumRegisterNode>) -> Breach? {
    for node in cut.nodes {
      for operation in node.operations where operation.isStoring {
        for keeper in operation.keepers {
          if let breach = lack(of: cut.nodes[keeper], operation) { return breach }
        }
      }
    }
    for sent in cut.underWay {
      guard case .stored(let number) = sent.message,
        let operation = cut.nodes[sent.to].operations.first(where: { $0.number == number }),
        operation.isStoring
      else { continue }
      if let breach = lack(of: cut.nodes[sent.from], operation) { return breach }
    }
    return nil
  }

  private func lack(
    of replica: QuorumRegisterView, _ operation: QuorumRegisterView.Operation
  ) -> Breach? {
    let kept = replica.kept[operation.key]?.version ?? .none
    guard kept < operation.latest.version else { return nil }
    let has = kept == .none ? "nothing" : "version \(kept)"
    return Breach(
      "what is acknowledged is kept",
      "\(replica.name) said that it keeps version \(operation.latest.version) of key "
        + "\(operation.key), and keeps \(has)")
  }
}

/// The value of each version: each member gives out each timestamp once.
private struct VersionValues {
  private struct Version: Hashable {
    var timestamp: Int64
    var writer: Int
  }

  private var values: [Version: JSON] = [:]

  mutating func take(_ state: Versioned) -> Breach? {
    guard state.version != .none else { return nil }
    let version = Version(timestamp: state.version.timestamp, writer: state.version.writer)
    guard let other = values.updateValue(state.value, forKey: version), other != state.value else {
      return nil
    }
    return Breach(
      "one value a version",
      "version \(state.version) stands for \(other) and for \(state.value)")
  }
}
