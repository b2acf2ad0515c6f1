import Base
import Drivers

extension Site {
  /// A site of nodes 10.0.0.1 (for peers; 10.1.0.1 for clients), 10.0.0.2, ….
  static func told(
    _ driver: any Driver, nodes: Int = 3, knobs: [String: String] = [:]
  ) -> Site {
    var values: [String: String] = [:]
    for knob in driver.knobs { values[knob.name] = knob.defaultValue }
    return Site(
      nodes: (1...nodes).map {
        .init(
          name: "n\($0)", peerAddress: "10.0.0.\($0)", clientAddress: "10.1.0.\($0)",
          data: "/data/n\($0)")
      }, knobs: values.merging(knobs) { $1 })
  }

  /// A site whose servers somebody else lays out, and that ask who one is: the knobs that name a
  /// secret have it as their value here.
  static func guarded(
    _ driver: any Driver, nodes: Int, _ knobs: [String: String]
  ) -> Site {
    var site = Site.told(driver, nodes: nodes, knobs: knobs)
    site.isForeign = true
    for knob in driver.knobs where knob.isSecret {
      guard let text = knobs[knob.name] else { continue }
      site.knobs[knob.name] = "env:SECRET"
      site.secrets[knob.name] = Secret(text)
    }
    return site
  }
}
