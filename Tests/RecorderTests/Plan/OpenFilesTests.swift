import Base
import Testing

@testable import Experiments
@testable import Recorder

/// A run that needs more open files than it may have is refused before it begins.
struct OpenFilesTests {
  private func plan(clients: Int, nodes: Int, cluster: String = "http") -> Plan {
    var plan = Plan()
    plan.cluster = cluster
    plan.clients = clients
    plan.nodes = nodes
    plan.endpoints = cluster.isEmpty ? [] : (0..<nodes).map { "127.0.0.1:\($0 + 1)" }
    return plan
  }

  @Test func clientsOfServersCountAndThoseOfPipesDoNot() {
    let needed = OpenFiles.needed(by: plan(clients: 200, nodes: 3))
    #expect(needed == 650)
    #expect(OpenFiles.needed(by: plan(clients: 201, nodes: 3)) == needed + 3)
    let embedded = OpenFiles.needed(by: plan(clients: 200, nodes: 5, cluster: ""))
    #expect(embedded == 62)
    #expect(OpenFiles.needed(by: plan(clients: 1, nodes: 5, cluster: "")) == embedded)
  }

  @Test func theRefusalNamesTheLimitTheNumberAndTheRemedy() {
    let plan = plan(clients: 200, nodes: 3)
    #expect(
      OpenFiles.obstacle(plan, limit: 64)
        == "200 clients and 3 nodes need up to 650 open files, and the limit of this process is "
        + "64: raise it (ulimit -n 650), or ask for fewer --clients or --nodes")
    #expect(OpenFiles.obstacle(plan, limit: 649) != nil)
    #expect(OpenFiles.obstacle(plan, limit: 650) == nil)
    #expect(OpenFiles.obstacle(plan, limit: .max) == nil)
    #expect(
      OpenFiles.obstacle(self.plan(clients: 1, nodes: 64, cluster: ""), limit: 64)?
        .hasSuffix("or ask for fewer --nodes") == true)
  }
}
