import Base
import Formats
import Histories
import Testing

/// What is wrong with rows is told with its place, whether or not the format is named.
@Suite struct DelimitedTests {
  private static let header = "client,op,key,value,start,end,status\na,set,x,1,1,2,ok\n"

  @Test(arguments: [
    (header + "b,get,x,1,3\nb,get,x,1,4,5,ok\n", "h:3:1: found 5 fields, expected 7"),
    (header + "b,get,x,1,3,4,ok,extra\n", "h:3:1: found 8 fields, expected 7"),
    (header + "b,get,x,\"1,3,4,ok\n", "h:3:9: the quoted field that begins here does not end"),
    (
      "client,op,value,value,start,end\na,set,1,2,1,2\n",
      "h:1:1: the header names “value” twice"
    ),
    (
      "client,op,value,start,end\n",
      "h:1:1: found a header (client, op, value, start, end) and no row below it"
    ),
  ])
  func damageHasItsPlace(text: String, words: String) {
    for options in [ReadOptions(), ReadOptions(format: "csv")] {
      let message = refusal(of: text, options)
      #expect(message.hasPrefix(words), "\(message)")
    }
  }

  @Test(
    arguments: [
      ([0xE9], 3, 9, "0xe9"), ([0xFF, 0xFE], 3, 9, "0xff"),
      ([0xC3, 0xA9, 0xED, 0xA0], 3, 11, "0xed"),
    ] as [([UInt8], Int, Int, String)])
  func otherEncodings(value: [UInt8], line: Int, column: Int, byte: String) {
    let bytes = Array((Self.header + "b,get,x,").utf8) + value + Array(",3,4,ok\n".utf8)
    let message = refusal(of: bytes)
    #expect(
      message.hasPrefix("h:\(line):\(column): found byte \(byte), which is no UTF-8"), "\(message)")
  }
}
