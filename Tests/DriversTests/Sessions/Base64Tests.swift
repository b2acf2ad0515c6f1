import Base
import Drivers
import Testing

@Suite("Base64 and percent-encoding")
struct Base64Tests {
  func encoded(_ bytes: [UInt8]) -> String {
    var letters: [UInt8] = []
    Base64.write(bytes, to: &letters)
    return String(decoding: letters, as: UTF8.self)
  }

  @Test("the examples of RFC 4648, section 10")
  func examples() {
    let pairs = [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]
    for (text, letters) in pairs {
      #expect(encoded(Array(text.utf8)) == letters)
      #expect(Base64.bytes(letters) == Array(text.utf8))
    }
  }

  @Test("what is no Base64")
  func refused() {
    for text in ["Z", "Zg=", "Zg", "Zh==", "Zm9=", "====", "Zg==Zg==", "Z g=", "Zm8é", "Zm-_"] {
      #expect(Base64.bytes(text) == nil, "\(text)")
    }
  }

  @Test("random bytes come back")
  func roundTrip() {
    var random = SplitMix64(seed: 1)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      #expect(Base64.bytes(encoded(bytes)) == bytes)
    }
  }

  @Test("everything but the unreserved is escaped")
  func percent() {
    #expect(PercentEncoding.encode("aZ09-._~") == "aZ09-._~")
    #expect(PercentEncoding.encode("a/b c?é\"") == "a%2Fb%20c%3F%C3%A9%22")
  }
}
