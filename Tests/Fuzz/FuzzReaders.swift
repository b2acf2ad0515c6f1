import Base
import Checker
import Formats
import Glibc
import Histories

/// libFuzzer's entry: the first byte chooses the reader, or `FUZZ_READER` does, by its number (0 is
/// detection by content); the rest is the file.
///
/// What is read must survive being written and read again, in both notations that are written, and
/// being checked and followed: with whatever numbers, no arithmetic may leave its range.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReaders(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let choice = bytes.first else { return 0 }
  let names = [nil] + Formats.all.map { Optional($0.name) }
  let forced = getenv("FUZZ_READER").flatMap { Int(String(cString: $0)) }
  let options = ReadOptions(
    format: names[(forced ?? Int(choice & 15)) % names.count],
    keyed: choice & 0x40 == 0 ? nil : choice & 0x80 == 0)
  guard
    let history = try? HistoryReader.read(
      Array(bytes.dropFirst()), file: "fuzz", options: options)
  else { return 0 }
  let json = JSONLinesWriter.bytes(of: history)
  require(json == jsonLines(of: json, "jsonl"), "JSON lines read back differ", json)
  let edn = EDNWriter.bytes(of: history)
  require(json == jsonLines(of: edn, "edn"), "EDN read back differs", edn)
  judge(history, json)
  return 0
}

/// Checks a history and follows its lines: where following raises the alarm, no check says that
/// all is well.
private func judge(_ history: History, _ json: [UInt8]) {
  var options = CheckOptions(budget: Budget(nanoseconds: 100_000_000, bytes: 64 << 20))
  options.wantsReduction = false
  let result = try? Checker.check(history, options)
  var reader = JSONLinesReader(file: "fuzz")
  var checker = StreamChecker(options, limit: 500)
  let lines = json.withUnsafeBytes { try? reader.read(lines: $0) }
  guard lines != nil, let alarm = try? checker.take(reader.drain()) else { return }
  require(alarm.line == 0 || result?.verdict != .holds, "following sees a violation", json)
}

/// The JSON lines of what bytes hold.
private func jsonLines(of bytes: [UInt8], _ format: String) -> [UInt8] {
  do throws(Failure) {
    let history = try HistoryReader.read(
      bytes, file: format, options: ReadOptions(format: format))
    return JSONLinesWriter.bytes(of: history)
  } catch {
    return Array(error.message.utf8)
  }
}

/// Stops the fuzzer with the bytes that broke the law.
private func require(_ holds: Bool, _ law: String, _ bytes: [UInt8]) {
  guard !holds else { return }
  fatalError("\(law): \(String(decoding: bytes.prefix(2000), as: UTF8.self))")
}
