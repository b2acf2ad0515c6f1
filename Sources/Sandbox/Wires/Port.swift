import Base
import CLinux
import Glibc

/// Our end of a node's wire to its peers: what the node sends is read here, and what is written
/// here the node receives.
public final class Port {
  /// To be polled for reading; non-blocking.
  public let descriptor: Int32

  /// Opens the packet socket of an interface.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  init(interface name: String, index: Int32) throws(Failure) {
    descriptor = plumbline_packet_socket(index)
    guard descriptor >= 0 else {
      throw Failure(.unavailable, "a packet socket on \(name): \(File.systemMessage())")
    }
  }

  deinit { close(descriptor) }

  /// Reads the frames that wait, as many as the batch holds.
  ///
  /// - Returns: whether there may be more.
  @discardableResult
  public func read(into batch: FrameBatch) -> Bool {
    batch.fill(from: descriptor)
  }

  /// Sends a frame, Ethernet header included and checksum excluded, to the node.
  ///
  /// - Returns: whether the kernel took it; where it did not the frame is lost, as on any wire.
  public func write(_ frame: UnsafeRawBufferPointer) -> Bool {
    guard let base = frame.baseAddress else { return false }
    return plumbline_packet_write(
      descriptor, base.assumingMemoryBound(to: UInt8.self), frame.count) == 1
  }

  /// How many frames of the node's the kernel dropped because they were not read in time, since
  /// this was last asked.
  public func takeDropCount() -> Int {
    Int(plumbline_packet_drops(descriptor))
  }
}

/// Memory for the frames of one reading, to be used again and again.
public final class FrameBatch {
  /// The longest frame on these wires: 1500 bytes and their header fit well.
  public static let frameLimit = 2048
  /// How many frames are read at once.
  public static let capacity = 64

  /// How many frames were read last.
  public private(set) var count = 0
  private let bytes = UnsafeMutablePointer<UInt8>.allocate(
    capacity: FrameBatch.capacity * FrameBatch.frameLimit)
  private let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameBatch.capacity)

  /// Takes room for ``capacity`` frames, 128 KiB, which every reading uses again.
  public init() {}

  deinit {
    bytes.deallocate()
    lengths.deallocate()
  }

  /// A frame, Ethernet header first; valid until the batch is filled again.
  ///
  /// - Precondition: `0 ≤ index < count`.
  public subscript(index: Int) -> UnsafeRawBufferPointer {
    precondition(index >= 0 && index < count, "there is no frame \(index)")
    let length = min(Int(lengths[index]), FrameBatch.frameLimit)
    return UnsafeRawBufferPointer(start: bytes + index * FrameBatch.frameLimit, count: length)
  }

  fileprivate func fill(from descriptor: Int32) -> Bool {
    let read = plumbline_packet_read(
      descriptor, bytes, FrameBatch.frameLimit, lengths, Int32(FrameBatch.capacity))
    count = max(Int(read), 0)
    return count == FrameBatch.capacity
  }
}
