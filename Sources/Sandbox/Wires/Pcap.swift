import Base
import Glibc

/// A file of frames that packet analysers read: the classic pcap format with nanoseconds
/// (draft-ietf-opsawg-pcap, magic number 0xA1B23C4D), Ethernet.
public final class PcapFile {
  private let path: String
  private let descriptor: Int32
  private var waiting: [UInt8]
  private static let flushLimit = 1 << 16

  /// The bytes that a file begins with.
  static var header: [UInt8] {
    var bytes: [UInt8] = []
    append(UInt32(0xA1B2_3C4D), to: &bytes)
    append(UInt16(2), to: &bytes)
    append(UInt16(4), to: &bytes)
    append(UInt64(0), to: &bytes)
    append(UInt32(FrameBatch.frameLimit), to: &bytes)
    append(UInt32(1), to: &bytes)
    return bytes
  }

  /// Creates the file.
  ///
  /// - Throws: ``ExitCode/cannotCreate``.
  public init(path: String) throws(Failure) {
    self.path = path
    descriptor = try File.open(path, .emptied)
    waiting = PcapFile.header
    waiting.reserveCapacity(2 * PcapFile.flushLimit)
  }

  deinit { close(descriptor) }

  /// Appends a frame.
  ///
  /// - Parameters:
  ///   - frame: the frame, its Ethernet header first.
  ///   - nanoseconds: when it was seen, since 1970.
  /// - Throws: ``ExitCode/inputOutput`` when what has gathered cannot be written.
  public func add(
    _ frame: UnsafeRawBufferPointer, nanoseconds: Int64
  ) throws(Failure) {
    PcapFile.append(UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000), to: &waiting)
    PcapFile.append(UInt32(truncatingIfNeeded: nanoseconds % 1_000_000_000), to: &waiting)
    PcapFile.append(UInt32(frame.count), to: &waiting)
    PcapFile.append(UInt32(frame.count), to: &waiting)
    waiting.append(contentsOf: frame)
    if waiting.count >= PcapFile.flushLimit { try flush() }
  }

  /// Writes what has gathered; to be called at the end, too.
  ///
  /// - Throws: ``ExitCode/inputOutput``.
  public func flush() throws(Failure) {
    var done = 0
    while done < waiting.count {
      let count = waiting[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure(.inputOutput, "\(path): \(File.systemMessage())") }
      done += count
    }
    waiting.removeAll(keepingCapacity: true)
  }

  /// In the machine's byte order, which the magic number tells.
  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }
}
