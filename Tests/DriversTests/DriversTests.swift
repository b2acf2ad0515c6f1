import Drivers
import Testing

@Suite("Drivers")
struct DriversTests {
  @Test(
    "a driver is found by its name",
    arguments: [Redis() as any Driver, ZooKeeper(), NATS()].map(\.name))
  func names(name: String) {
    #expect(Drivers.named(name)?.name == name)
    #expect(Drivers.all.count { $0.name == name } == 1)
  }

  @Test("of every driver: knobs have names of their own, defaults are accepted")
  func defaults() throws {
    for driver in Drivers.all {
      #expect(Set(driver.knobs.map(\.name)).count == driver.knobs.count, "\(driver.name)")
      for knob in driver.knobs {
        #expect(knob.values.isEmpty || knob.values.contains(knob.defaultValue))
        #expect(!knob.help.isEmpty)
      }
      let values = driver.knobs.map { ($0.name, $0.defaultValue) }
      let knobs = Dictionary(uniqueKeysWithValues: values)
      let site = Site.told(driver, nodes: driver.defaultNodes(knobs))
      try driver.validate(site)
      let roles = driver.processes(site).map { "\($0.node) \($0.role)" }
      #expect(Set(roles).count == roles.count, "\(driver.name)")
    }
  }
}
