import Base
import Glibc

/// Decompresses gzip (RFC 1952) with the system's zlib, which is looked for when it is needed.
public enum Gzip {
  /// What came out of compressed bytes.
  public struct Content: Sendable {
    /// The decompressed bytes, of all members.
    public var bytes: [UInt8]
    /// What is wrong with the end of the input, in words; nil when it is whole.
    public var flaw: String?
    /// Whether there was more than the limit allowed, so that the rest is missing.
    public var isCut = false
  }

  /// Whether bytes begin as a gzip member does.
  public static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// Decompresses every member of the input. An input that ends early, as a killed writer leaves
  /// it, gives what could be decompressed, and a flaw.
  ///
  /// Ends early as well when more than `limit` bytes came out. `library` is where zlib is; only
  /// tests name another.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/unavailable`` when zlib is not installed, and
  ///   ``ExitCode/badInput`` for damaged data.
  public static func decompress(
    _ bytes: [UInt8], name: String, limit: Int? = nil, library: String = "libz.so.1"
  ) throws(Failure) -> Content {
    guard let zlib = Zlib(library) else {
      throw Failure(
        .unavailable,
        "\(name): compressed with gzip, and \(library) is not installed "
          + "(apt-get install zlib1g, or decompress it first)")
    }
    // Its address must not change: zlib keeps it.
    let stream = UnsafeMutablePointer<ZlibStream>.allocate(capacity: 1)
    stream.initialize(to: ZlibStream())
    defer { stream.deallocate() }
    let size = Int32(MemoryLayout<ZlibStream>.size)
    // 15 bits of window, and 16 for “gzip and nothing else”.
    guard zlib.initialize(stream, 31, "1", size) == 0 else {
      throw Failure(.unavailable, "\(name): \(library) cannot be used (another version?)")
    }
    defer { _ = zlib.end(stream) }
    var content = Content(bytes: [], flaw: nil)
    content.bytes.reserveCapacity(min(bytes.count * 4, limit ?? Int.max))
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var position = 0
    while true {
      let status = inflate(bytes, &position, into: &chunk, of: stream, with: zlib)
      content.bytes.append(contentsOf: chunk[..<(chunk.count - Int(stream.pointee.availableOut))])
      if let limit, content.bytes.count > limit {
        content.isCut = true
        return content
      }
      switch status {
      case Zlib.streamEnd:
        if position == bytes.count { return content }
        guard isCompressed(bytes[position...]) else {
          content.flaw = "\(bytes.count - position) bytes after the gzip data were ignored"
          return content
        }
        _ = zlib.reset(stream)
      case Zlib.ok where stream.pointee.availableOut == 0 || position < bytes.count: continue
      case Zlib.ok, Zlib.bufferError:
        content.flaw = "the gzip data end early (a writer that was killed?)"
        return content
      default:
        let cause = stream.pointee.message.map { String(cString: $0) } ?? "zlib's code \(status)"
        throw Failure(.badInput, "\(name): damaged gzip data: \(cause), near byte \(position)")
      }
    }
  }

  private static func inflate(
    _ bytes: [UInt8], _ position: inout Int, into chunk: inout [UInt8],
    of stream: UnsafeMutablePointer<ZlibStream>, with zlib: Zlib
  ) -> Int32 {
    // zlib counts input in 32 bits.
    let offered = min(bytes.count - position, 1 << 30)
    let status = bytes.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { output in
        stream.pointee.nextIn = input.baseAddress.map { $0 + position }
        stream.pointee.availableIn = UInt32(offered)
        stream.pointee.nextOut = output.baseAddress
        stream.pointee.availableOut = UInt32(output.count)
        return zlib.inflate(stream, 0)
      }
    }
    position += offered - Int(stream.pointee.availableIn)
    return status
  }
}

/// zlib's `z_stream` (zlib.h, version 1), laid out as C does on 64-bit Linux: zlib checks the size.
///
/// Declared here because zlib is found at run time and its headers may be absent.
private struct ZlibStream {
  var nextIn: UnsafePointer<UInt8>?
  var availableIn: UInt32 = 0
  var totalIn: UInt = 0
  var nextOut: UnsafeMutablePointer<UInt8>?
  var availableOut: UInt32 = 0
  var totalOut: UInt = 0
  var message: UnsafePointer<CChar>?
  var state: UnsafeRawPointer?
  var zalloc: UnsafeRawPointer?
  var zfree: UnsafeRawPointer?
  var opaque: UnsafeRawPointer?
  var dataType: Int32 = 0
  var adler: UInt = 0
  var reserved: UInt = 0
}

/// The four functions of zlib that are used, found by name.
private struct Zlib {
  typealias Stream = UnsafeMutableRawPointer
  static let ok: Int32 = 0
  static let streamEnd: Int32 = 1
  static let bufferError: Int32 = -5

  let initialize: @convention(c) (Stream, Int32, UnsafePointer<CChar>, Int32) -> Int32
  let inflate: @convention(c) (Stream, Int32) -> Int32
  let reset: @convention(c) (Stream) -> Int32
  let end: @convention(c) (Stream) -> Int32

  /// Loads the library, which then stays; nil when it or a function is not there.
  init?(_ library: String) {
    guard let handle = dlopen(library, RTLD_NOW), let initialize = dlsym(handle, "inflateInit2_"),
      let inflate = dlsym(handle, "inflate"), let reset = dlsym(handle, "inflateReset"),
      let end = dlsym(handle, "inflateEnd")
    else { return nil }
    self.initialize = unsafeBitCast(
      initialize, to: (@convention(c) (Stream, Int32, UnsafePointer<CChar>, Int32) -> Int32).self)
    self.inflate = unsafeBitCast(inflate, to: (@convention(c) (Stream, Int32) -> Int32).self)
    self.reset = unsafeBitCast(reset, to: (@convention(c) (Stream) -> Int32).self)
    self.end = unsafeBitCast(end, to: (@convention(c) (Stream) -> Int32).self)
  }
}
