import Base
import Formats
import Generator
import Histories
import Testing

@Suite struct GeneratorTests {
  private func history(_ options: GeneratorOptions) throws -> History {
    try HistoryReader.read(Generator.bytes(options), file: "generated")
  }

  @Test func aHistoryIsWhatTheSeedMakesIt() throws {
    var options = GeneratorOptions()
    options.model = "queue"
    options.operations = 4
    options.clients = 2
    options.keys = 2
    options.error = "never-inserted"
    let text = String(decoding: try Generator.bytes(options), as: UTF8.self)
    #expect(
      text == """
        {"plumbline":1,"model":"queue","initial":[],"verdict":"violation","generator":\
        {"operations":4,"clients":2,"keys":2,"values":0,"indeterminate":0.0,"thinkNanoseconds":0,\
        "seed":"1","error":"never-inserted","errorAt":0.9}}
        {"process":0,"type":"invoke","f":"enqueue","key":1,"value":1,"time":9283}
        {"process":1,"type":"invoke","f":"enqueue","key":1,"value":2,"time":12219}
        {"process":1,"type":"ok","f":"enqueue","key":1,"value":2,"time":1244161}
        {"process":1,"type":"invoke","f":"dequeue","key":1,"value":null,"time":1250783}
        {"process":0,"type":"ok","f":"enqueue","key":1,"value":1,"time":1375080}
        {"process":0,"type":"invoke","f":"dequeue","key":1,"value":null,"time":1377817}
        {"process":1,"type":"ok","f":"dequeue","key":1,"value":2,"time":2363753}
        {"process":0,"type":"ok","f":"dequeue","key":1,"value":3,"time":3047593}

        """)
    #expect(String(decoding: try Generator.bytes(options), as: UTF8.self) == text)
    options.seed = 2
    #expect(String(decoding: try Generator.bytes(options), as: UTF8.self) != text)
  }

  @Test(arguments: Generator.models.map(\.name))
  func everyOperationIsThere(model: String) throws {
    for (seed, error) in [nil, Generator.models.first { $0.name == model }?.errors.last?.name]
      .enumerated()
    {
      var options = GeneratorOptions()
      options.model = model
      options.seed = UInt64(seed)
      options.error = error
      options.operations = 500
      options.clients = 7
      options.keys = 3
      options.indeterminate = 0.1
      let history = try history(options)
      #expect(history.count == 500)
      // All lines of a client but the last of a process have an end, and nobody waits for ever.
      let unknown = (0..<500).filter { history.outcome[$0] == .indeterminate }.count
      #expect(unknown > 5 && unknown < 100, "\(unknown)")
      #expect(Set(history.processes.map { $0 % 7 }).count == 7)
    }
  }

  @Test func thinkingClientsOverlapLess() throws {
    var options = GeneratorOptions()
    options.operations = 1000
    options.clients = 10
    func meanOpen() throws -> Double {
      let history = try history(options)
      let open = (0..<history.count).map { history.completedTime[$0] - history.invokedTime[$0] }
      return Double(open.reduce(0, +)) / Double(history.completedTime.max() ?? 1)
    }
    #expect(try meanOpen() > 9)
    options.thinkNanoseconds = 10_000_000
    #expect(try meanOpen() < 3)
  }

  @Test func valuesAreOfTheDomain() throws {
    var options = GeneratorOptions()
    options.model = "cas-register"
    options.values = 3
    let history = try history(options)
    var seen: Set<ValueID> = []
    for operation in 0..<history.count where history.functionName(operation) == "write" {
      seen.insert(history.input[operation])
    }
    #expect(Set(seen.map { history.values.describe($0) }) == ["0", "1", "2"])
  }

  @Test(
    arguments: [
      (
        "register", "stale-raed",
        "the model “register” has no error “stale-raed”; did you mean stale-read?"
      ),
      (
        "registre", nil,
        "no histories can be generated for a model “registre”; "
          + "did you mean register?"
      ),
      (
        "semaphore", "too-many-holders",
        "the error “too-many-holders” takes 6 operations, found 5"
      ),
      ("lock", "two-holders", "the error “two-holders” takes 2 clients, found 1"),
      ("register", "stale-read", "the error “stale-read” takes 2 clients, found 1"),
      ("register", "lost-write", "the error “lost-write” takes at least 2 values, found 1"),
    ] as [(String, String?, String)])
  func whatMakesNoSenseIsRefused(model: String, error: String?, message: String) {
    var options = GeneratorOptions()
    options.model = model
    options.error = error
    options.operations = 5
    options.clients = 1
    options.values = 1
    #expect(throws: Failure(.usage, message)) { try Generator.check(options) }
  }
}
