import Glibc

/// How many times as many random histories as usual are tried: `PLUMBLINE_TRIALS`, or 1.
public let trialFactor =
  getenv("PLUMBLINE_TRIALS").flatMap { Int(String(cString: $0)) } ?? 1

/// How often to try what is usually tried that often.
public func trials(_ count: Int) -> Int { count * trialFactor }
