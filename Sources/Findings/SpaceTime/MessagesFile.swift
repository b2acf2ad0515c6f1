import Base
import Checker
import Formats
import Histories

/// The log of messages beside a simulated run's history.
enum MessagesFile {
  /// What is longer is none of ours.
  private static let mostBytes = 64 << 20

  /// Reads the log beside a history, if there is one.
  ///
  /// - Throws: what is wrong with it, with file and line.
  static func read(beside path: String) throws(Failure) -> MessageLog? {
    guard let file = RunFolder(ofHistory: path)?[.messages], File.kind(file) == .file else {
      return nil
    }
    guard (File.size(file) ?? 0) <= mostBytes else {
      throw Failure(.badInput, "\(file): longer than \(mostBytes >> 20) MiB, so it is not read")
    }
    return try MessageLog(reading: try File.read(file), file: file)
  }
}

extension HistoryFindings {
  /// Takes the log of messages in; one that cannot be read is told, and the verdict stands.
  public mutating func readMessages() {
    do throws(Failure) {
      messages = try MessagesFile.read(beside: file)
      history.warnings += messages?.warnings ?? []
    } catch {
      history.warnings.append(error.message)
    }
  }

  /// What happened around a violation, where the run's messages are known.
  public func spaceTime(_ violation: Violation, _ words: Explanation) -> SpaceTime? {
    messages.flatMap { SpaceTime(violation, words, $0, of: history) }
  }

  /// Which part of the run the first violation is about; nil where there is none.
  public var spaceTimeScope: SpaceTimeScope? {
    told(key: nil).flatMap { SpaceTimeScope($0.violation, $0.words, history) }
  }
}
