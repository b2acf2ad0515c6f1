import Base
import Formats

/// The first line of a generated history: how to check it, what the verdict is, how it was made.
enum Header {
  static func line(
    _ options: GeneratorOptions, _ kind: InjectedAnomaly?, _ object: (some SimulatedObject).Type
  ) -> [UInt8] {
    var members: [(String, JSON)] = [("model", .string(options.model))]
    if let initial = object.initial, let value = try? JSONParser.parse(initial) {
      members.append(("initial", value))
    }
    members += object.header(options)
    members.append(("verdict", .string(kind == nil ? "linearizable" : "violation")))
    var parameters = [
      JSON.Member("operations", integer(options.operations)),
      JSON.Member("clients", integer(options.clients)),
      JSON.Member("keys", integer(options.keys)),
      JSON.Member("values", integer(options.values)),
      JSON.Member("indeterminate", number(options.indeterminate)),
      JSON.Member("thinkNanoseconds", .integer(options.thinkNanoseconds)),
      JSON.Member("seed", .string("\(options.seed)")),
    ]
    if let kind {
      parameters.append(JSON.Member("error", .string(kind.name)))
      parameters.append(JSON.Member("errorAt", number(options.errorAt)))
    }
    members.append(("generator", .object(parameters)))
    var writer = ByteWriter()
    JSONLinesEncoder.write(header: members, into: &writer)
    return writer.bytes
  }

  private static func integer(_ number: Int) -> JSON { .integer(Int64(number)) }

  private static func number(_ share: Double) -> JSON { JSON(share) }
}
