import Base
import Histories

/// The formats that can be read.
public enum Formats {
  /// How many bytes ``detect(_:)`` looks at.
  public static let prefixLength = 4096

  /// Every format, in the order in which ties are settled.
  public static let all: [any HistoryFormat] =
    [JSONLines(), EDN(), JepsenLog(), CallReturn(), EtcdLog(), JepsenTest()] + MappedFormat.all

  /// The format of that name.
  public static func named(_ name: String) -> (any HistoryFormat)? {
    all.first { $0.name == name }
  }

  /// The format that the bytes look like most, or nil when no format claims them.
  public static func detect(_ bytes: UnsafeRawBufferPointer) -> (any HistoryFormat)? {
    let prefix = UnsafeRawBufferPointer(rebasing: bytes.prefix(prefixLength))
    var best: (any HistoryFormat)?
    var confidence = Confidence.no
    for format in all where format.surest > confidence {
      let claim = format.sniff(prefix)
      if claim > confidence { (best, confidence) = (format, claim) }
    }
    return best
  }
}
