// Figure 3 of the paper as far as one moment shows it, over logs, votes and messages under way.

extension RaftSafety {
  /// Judges terms, votes, logs and commitments of all nodes, and what messages say of them.
  public func breach(in cut: GlobalState<RaftNode>) -> Breach? {
    var claims = RaftClaims()
    for node in cut.nodes {
      if let breach = claims.take(node) { return breach }
    }
    for sent in cut.underWay {
      let breach = claims.take(
        sent.message, from: cut.nodes[sent.from].name, to: cut.nodes[sent.to].name)
      if let breach { return breach }
    }
    return completeness(cut.nodes) ?? acknowledgements(cut)
  }

  /// A leader has all that was committed up to its term. What a node of no later term knows to be
  /// committed was.
  private func completeness(_ nodes: [RaftView]) -> Breach? {
    for leader in nodes where leader.role == .leader {
      for node in nodes
      where node.term <= leader.term && node.commit > leader.log.base.index
        && leader.log.term(at: node.commit) != node.log.term(at: node.commit)
      {
        return Breach(
          "leader completeness",
          "\(leader.name) leads term \(leader.term) without entry \(node.commit), which "
            + "\(node.name) knows to be committed")
      }
    }
    return nil
  }

  /// Who told the leader of its term that it has entries, has them as long as that term lasts:
  /// whether the leader has heard it, or the message is under way.
  private func acknowledgements(_ cut: GlobalState<RaftNode>) -> Breach? {
    for leader in cut.nodes {
      for (place, match) in leader.matches.enumerated() {
        let follower = cut.nodes[place]
        if let breach = lack(of: follower, term: leader.term, match) { return breach }
        guard follower.term == leader.term, let own = leader.log.term(at: match),
          let other = follower.log.term(at: match), own != other
        else { continue }
        return Breach(
          "acknowledged entries are kept",
          "\(follower.name) said in term \(leader.term) that it has entry \(match) of "
            + "\(leader.name), and has another")
      }
    }
    for sent in cut.underWay {
      guard case .appended(let term, _, let match) = sent.message else { continue }
      if let breach = lack(of: cut.nodes[sent.from], term: term, match) { return breach }
    }
    return nil
  }

  private func lack(of node: RaftView, term: Int64, _ match: Int64) -> Breach? {
    guard node.term == term, node.log.lastIndex < match else { return nil }
    return Breach(
      "acknowledged entries are kept",
      "\(node.name) said in term \(term) that it has entries up to \(match), and has them up to "
        + "\(node.log.lastIndex)")
  }
}
