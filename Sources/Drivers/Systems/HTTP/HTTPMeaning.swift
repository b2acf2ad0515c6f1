import Base

/// What the responses of a service mean: the user's conditions first, then statuses, then whatever
/// in a body speaks against a success. What is not known is unknown.
struct HTTPMeaning {
  let plan: HTTPServicePlan
  /// What the service says of a key that is not there; null where nobody knows.
  let miss: JSON

  /// What a response to a read of a key means.
  func read(_ content: HTTPContent, key: String) -> Answer.Outcome {
    let conditions = plan.reads
    let status = content.response.status
    if let refusal = refusal(content, conditions) { return refusal }
    if let absent = conditions.absent {
      if absent.holds(content) { return .ok(.null) }
    } else if plan.absent.contains(status) {
      return absence(content, key)
    }
    guard plan.ok.contains(status) else { return other(status) }
    guard content.response.isBodyBounded else {
      return .unknown("a value without its length (Content-Length or chunked) may have been cut")
    }
    if let doubt = doubt(content, conditions.ok, "read-ok") { return .unknown(doubt) }
    guard let value = plan.value.value(content) else { return .unknown("no value in the response") }
    guard value == .null else { return .ok(value) }
    return conditions.absent == nil
      ? absence(content, key)
      : .unknown("null where the value should be, and read-absent does not hold")
  }

  /// A response that could say that there is no such key: it does if the service says so of one
  /// that was never written.
  private func absence(_ content: HTTPContent, _ key: String) -> Answer.Outcome {
    let what =
      plan.absent.contains(content.response.status)
      ? "HTTP status \(content.response.status)" : "null where the value should be"
    guard miss != .null else {
      return .unknown("\(what), and nobody knows what the service says of a key that is not there")
    }
    guard HTTPMiss(content, key: key).json == miss else {
      return .unknown("\(what), but not as the service says it of a key that is not there")
    }
    return .ok(.null)
  }

  /// What a response to a write means.
  func write(_ content: HTTPContent) -> Answer.Outcome {
    let status = content.response.status
    if let refusal = refusal(content, plan.writes) { return refusal }
    guard plan.ok.contains(status) else { return other(status) }
    return doubt(content, plan.writes.ok, "write-ok").map { .unknown($0) } ?? .ok(.null)
  }

  /// What a response to a compare-and-set means, or to the creation of a key.
  func swap(_ content: HTTPContent, isCreation: Bool) -> Answer.Outcome {
    let conditions = isCreation ? plan.creations : plan.swaps
    let status = content.response.status
    if let mismatch = conditions.mismatch, mismatch.holds(content) { return .ok(false) }
    if let refusal = refusal(content, conditions) { return refusal }
    if plan.mismatch.contains(status) { return .ok(false) }
    guard plan.ok.contains(status) else {
      return status == 409
        ? .unknown("HTTP status 409 (mismatch=409 if that means that another value was found)")
        : other(status)
    }
    let knob = isCreation ? "create-ok" : "cas-ok"
    if let doubt = doubt(content, conditions.ok, knob, judgesFlags: plan.swapped == nil) {
      return .unknown(doubt)
    }
    guard let swapped = plan.swapped else { return .ok(true) }
    guard content.response.isBodyBounded, let isSwapped = swapped.value(content)?.bool else {
      return .unknown("neither true nor false where the response should say it")
    }
    return .ok(.bool(isSwapped))
  }

  /// Why a node is not well, or nil.
  func illness(_ content: HTTPContent) -> String? {
    guard plan.status != nil else { return nil }
    guard plan.ok.contains(content.response.status) else {
      return "HTTP status \(content.response.status)"
    }
    guard let ok = plan.statuses.ok, !ok.holds(content) else { return nil }
    return "HTTP status \(content.response.status), but status-ok does not hold"
  }

  /// What the read of a key that nobody ever wrote tells, before clients begin.
  func trial(_ content: HTTPContent, key: String) -> Answer {
    let status = content.response.status
    let read = "the read of a key that was never written"
    if [401, 403].contains(status) { return .denied("HTTP status \(status)") }
    var answer = Answer(.ok(.null))
    if let absent = plan.reads.absent {
      guard !absent.holds(content) else { return answer }
      return Answer(.unknown("\(read): HTTP status \(status), and read-absent does not hold"))
    }
    guard !plan.absent.contains(status) else {
      answer.learned = HTTPMiss(content, key: key).json
      return answer
    }
    guard plan.ok.contains(status) else {
      // What is refused may be this service's way; what failed may not fail again.
      return status >= 500 || HTTPRedirect.statuses.contains(status)
        ? Answer(.unknown("\(read): HTTP status \(status)")) : answer
    }
    guard content.complaint() == nil, let value = plan.value.value(content) else { return answer }
    guard value == .null else {
      let found = HTTPContent.brief(value)
      return Answer(
        .refused("\(read) finds \(found); say with read-absent what an absent key looks like"))
    }
    answer.learned = HTTPMiss(content, key: key).json
    return answer
  }

  // MARK: - What they share

  private func refusal(
    _ content: HTTPContent, _ conditions: HTTPServicePlan.Conditions
  ) -> Answer.Outcome? {
    let status = content.response.status
    if let refused = conditions.refused, refused.holds(content) {
      let words = content.text.prefix(120)
      return .refused("HTTP status \(status): \(words)")
    }
    return plan.refused.contains(status) ? .refused("HTTP status \(status)") : nil
  }

  private func other(_ status: Int) -> Answer.Outcome { .unknown("HTTP status \(status)") }

  /// Why a good status is not believed, or nil.
  private func doubt(
    _ content: HTTPContent, _ ok: HTTPCondition?, _ knob: String, judgesFlags: Bool = true
  ) -> String? {
    let status = "HTTP status \(content.response.status)"
    guard let ok else {
      return content.complaint(judgesFlags: judgesFlags).map { "\(status), but \($0)" }
    }
    return ok.holds(content) ? nil : "\(status), but \(knob) does not hold"
  }
}
