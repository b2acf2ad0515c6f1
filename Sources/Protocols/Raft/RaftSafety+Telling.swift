extension RaftSafety {
  /// That it became leader.
  public func telling(_ news: News) -> String? { news.elected.map { "leads term \($0)" } }
}
