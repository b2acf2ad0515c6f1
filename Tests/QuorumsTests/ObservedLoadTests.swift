import Histories
import Quorums
import Testing

struct ObservedLoadTests {
  @Test func readsAndWritesAreCountedByNode() throws {
    var builder = HistoryBuilder()
    let write = builder.function("write")
    let read = builder.function("read")
    var line = 0
    func add(_ process: Int64, _ function: FunctionID, _ acks: [String]) throws {
      for kind in [Event.Kind.invoke, .ok] {
        line += 1
        if kind == .ok, !acks.isEmpty {
          let names = acks.map { builder.values.intern(string: $0) }
          builder.keep("acks", builder.values.intern(list: names))
        }
        try builder.add(
          Event(
            kind, process: .client(process), function: function,
            value: builder.values.intern(integer: 1), line: line))
      }
    }
    try add(0, write, ["n1", "n2"])
    try add(1, read, ["n2", "n3"])
    try add(2, read, ["n2"])
    try add(3, read, [])
    let load = ObservedLoad(builder.build())
    #expect(
      load.nodes == [
        ObservedLoad.Share(name: "n1", reads: 0, writes: 1),
        ObservedLoad.Share(name: "n2", reads: 2, writes: 1),
        ObservedLoad.Share(name: "n3", reads: 1, writes: 0),
      ])
    #expect(load.reads == 2 && load.writes == 1)
    #expect(load.nodes.map { (load.load(of: $0) * 3).rounded() } == [1, 3, 1])
  }
}
