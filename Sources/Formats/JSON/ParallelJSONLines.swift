import Base
import Histories

/// Reads JSON lines on several threads, with the result of ``JSONLinesReader``, errors included.
///
/// ```
/// source ─▶ block 0 ─▶ batch 0 ┐
///           block 1 ─▶ batch 1 ├─ in order ─▶ JSONLinesReader ─▶ History
///           block 2 ─▶ batch 2 ┘
/// ```
///
/// Every thread does what is most urgent: it takes over the next batch in order if that is scanned
/// and nobody else is at it, otherwise it reads a block and scans it. As many blocks as
/// there are slots are on their way at most, so memory does not grow with the file.
///
/// **Why the result is the same.** A line is scanned without a look at the lines before it, but for
/// the rule that a header comes first, which is checked when the batch is taken over; ids are given
/// anew in order (``HistoryBuilder/add(_:linesBefore:)``); and all other rules are the builder's,
/// which sees the events in the order of the file.
final class ParallelJSONLines: @unchecked Sendable {
  // Safe to share: everything is touched with `mutex` held, but for a block, which belongs to the
  // thread that took it, and for what `isReading` and `isJoining` lend to one thread at a time.
  private let mutex = ChangeLock()
  private var source: ByteSource
  private var reader: JSONLinesReader?
  private var slots: [Block?]
  private var free: [Block] = []
  /// Blocks taken from the source, and taken over into the history.
  private var taken = 0
  private var joined = 0
  private var isReading = false
  private var isJoining = false
  private var isExhausted = false
  private var ending: Ending?
  private let blockSize: Int
  /// The longest block that there is memory for, with what is made of it, in every slot.
  private let longest: Int
  private let size: Int
  private let file: String
  private let options: ReadOptions

  /// Why reading ended early.
  enum Ending: Error {
    case failure(Failure)
    case format(FormatError)

    var failure: Failure {
      switch self {
      case .failure(let failure): failure
      case .format(let error): error.failure
      }
    }
  }

  private final class Block {
    let buffer = ByteBuffer()
    var batch = JSONLinesBatch()
  }

  private init(
    _ source: ByteSource, file: String, slots: Int, blockSize: Int, _ options: ReadOptions
  ) {
    self.source = source
    self.file = file
    self.options = options
    self.blockSize = blockSize
    size = source.size
    longest = options.memoryLimit.map { max(2 * blockSize, $0 / (2 * slots)) } ?? Int.max
    self.slots = [Block?](repeating: nil, count: slots)
    reader = JSONLinesReader(
      file: file, order: options.order, loneCompletions: options.loneCompletions)
  }

  /// The history of all lines of a source.
  ///
  /// - Complexity: O(bytes).
  static func read(
    _ source: ByteSource, file: String, threads: Int, blockSize: Int = 1 << 18,
    options: ReadOptions = ReadOptions()
  ) throws(Ending) -> History {
    let work = ParallelJSONLines(
      source, file: file, slots: threads * 2 + 2, blockSize: blockSize, options)
    WorkerPool.run(max(threads, 1), threads: threads) { _ in work.run() }
    return try work.finish()
  }

  private func finish() throws(Ending) -> History {
    if let ending { throw ending }
    guard var reader = reader.take() else {
      throw .failure(Failure(.defect, "a history was read and lost"))
    }
    do throws(FormatError) {
      try reader.read(last: source.tail)
      return try reader.finish()
    } catch {
      throw .format(error)
    }
  }

  private func run() {
    mutex.lock()
    while ending == nil {
      if !isJoining, let block = slots[joined % slots.count] {
        join(block)
      } else if !isReading, !isExhausted, taken - joined < slots.count {
        scan()
      } else if isExhausted, joined == taken {
        break
      } else {
        mutex.wait()
      }
    }
    mutex.tell()
    mutex.unlock()
  }

  /// Takes a batch over into the history; the mutex is held on entry and exit.
  private func join(_ block: Block) {
    isJoining = true
    slots[joined % slots.count] = nil
    guard var reader = reader.take() else { return }
    mutex.unlock()
    var flaw: Ending?
    do throws(FormatError) {
      let isFirst = reader.eventCount == 0
      try reader.read(block.batch)
      if isFirst { reserve(&reader, after: block) }
      do throws(Failure) {
        try options.requireMemory(reader.bytes, growth: reader.growth, of: file)
      } catch {
        flaw = .failure(error)
      }
    } catch {
      flaw = .format(error)
    }
    mutex.lock()
    self.reader = consume reader
    if let flaw { ending = ending ?? flaw }
    free.append(block)
    joined += 1
    isJoining = false
    mutex.tell()
  }

  /// Makes room for the whole file, judged by its first block.
  private func reserve(_ reader: inout JSONLinesReader, after block: Block) {
    guard block.buffer.count > 0, size > block.buffer.count else { return }
    let blocks = Double(size) / Double(block.buffer.count)
    reader.reserve(operations: Int(Double(reader.eventCount) * blocks * 0.52) + 1024)
  }

  /// Reads a block and scans it; the mutex is held on entry and exit.
  private func scan() {
    isReading = true
    let number = taken
    taken += 1
    let block = free.popLast() ?? Block()
    mutex.unlock()
    var isMore = false
    var failure: Failure?
    do throws(Failure) {
      isMore = try source.next(into: block.buffer, target: blockSize, longest: longest)
      if block.buffer.count > longest { try options.requireMemory(Int.max, of: file) }
    } catch {
      failure = error
    }
    mutex.lock()
    isReading = false
    if let failure { ending = ending ?? .failure(failure) }
    if !isMore {
      isExhausted = true
      taken -= 1
    }
    mutex.tell()
    guard isMore, ending == nil else { return }
    mutex.unlock()
    block.batch.read(lines: block.buffer.bytes)
    mutex.lock()
    slots[number % slots.count] = block
    mutex.tell()
  }
}
