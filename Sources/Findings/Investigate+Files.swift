import Base
import Checker
import Formats

/// Several files: small ones are looked at side by side, large ones have all threads to themselves.
///
/// What is handed out, and its order, is what one file after the other would give. A file that ran
/// out of memory beside others is looked at once more when its turn has come.
extension Investigate {
  /// Larger files are looked at alone.
  private static let smallBytes = 1 << 20
  /// So many files a thread are begun at most before the first of them was handed out.
  private static let filesPerThread = 16
  /// With less memory than this files do not share it.
  private static let memoryToShare = 1 << 29

  /// Reads and judges files and hands out what was found, in their order, until a signal comes.
  public func files(
    _ all: [FoundHistory], wantsWitness: Bool = false, signal: inout Int32?,
    each: (Investigated) throws(Failure) -> Void
  ) throws(Failure) {
    let threads = (reading.memoryLimit ?? Int.max) < Self.memoryToShare ? 1 : options().threads
    var next = 0
    while next < all.count, signal == nil {
      let small = threads > 1 ? Array(all[next...].prefix(while: Self.isSmall)) : []
      if small.count > 1 {
        try sideBySide(small, wantsWitness, threads, &signal, each)
      } else {
        try each(file(all[next], wantsWitness: wantsWitness, signal: &signal))
      }
      next += max(1, small.count)
    }
  }

  private static func isSmall(_ file: FoundHistory) -> Bool {
    file.problem == nil && file.parts.allSatisfy { (File.size($0) ?? Int.max) <= smallBytes }
  }

  /// Hands out what is found in small files, up to a signal.
  private func sideBySide(
    _ files: [FoundHistory], _ wantsWitness: Bool, _ threads: Int, _ signal: inout Int32?,
    _ each: (Investigated) throws(Failure) -> Void
  ) throws(Failure) {
    let whole = Budget()
    var one = self
    one.options = { [options] in
      var options = options()
      options.threads = 1
      return options
    }
    one.attend = { _, budget, work in
      whole.include(budget)
      work()
      return nil
    }
    let worker = one
    var thrown: Failure?
    let ended = attend("\(files.count) files", whole) {
      do throws(Failure) {
        try WorkerPool.inOrder(
          files.count, threads: threads, ahead: Self.filesPerThread * threads
        ) { place -> Investigated? in
          var none: Int32?
          return whole.spent == nil
            ? worker.file(files[place], wantsWitness: wantsWitness, signal: &none) : nil
        } each: { (place, found) throws(Failure) in
          guard var found else { return }
          if found.isOutOfMemory, whole.spent == nil {
            var none: Int32?
            found = worker.file(files[place], wantsWitness: wantsWitness, signal: &none)
          }
          try each(found)
        }
      } catch {
        thrown = error
      }
    }
    signal = ended ?? signal
    if let thrown { throw thrown }
  }
}

extension Investigated {
  /// Whether memory was what it lacked.
  fileprivate var isOutOfMemory: Bool {
    if case .failed(let failure) = outcome { return failure.code == .undecided }
    guard ending == .undecided else { return false }
    return findings?.result?.undecided.contains {
      if case .memory = $0.reason { return true }
      return false
    } ?? false
  }
}
