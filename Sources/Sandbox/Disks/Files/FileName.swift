/// A name in a folder: any bytes but `/` and zero, so not a `String`.
struct FileName: Equatable {
  /// The bytes and the zero that ends them.
  let characters: [CChar]

  init(_ text: String) { characters = text.utf8CString.map { $0 } }

  /// The bytes up to the first zero.
  init(_ bytes: UnsafeRawBufferPointer) {
    characters = bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
  }

  /// How many bytes it has, the zero left out.
  var count: Int { characters.count - 1 }
}
