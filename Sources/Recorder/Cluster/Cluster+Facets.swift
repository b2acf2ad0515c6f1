import Base
import Experiments

/// What a cluster has, as the values that a plan's faults are checked against.
extension Cluster {
  /// Whether the cluster has what a fault reaches for.
  func has(_ facet: ClusterFacet) -> Bool {
    switch facet {
    case .links: carrier != nil
    case .traffic(let kind): carrier?.kinds.contains(kind) ?? false
    case .ends, .pauses: deeds.contains(facet)
    case .wiping: disks != nil
    case .members: members != nil
    case .leadership: leadership != nil
    case .disks: !(machines?.disks.isEmpty ?? true)
    case .clocks: !(machines?.clocks.isEmpty ?? true)
    case .records: false
    }
  }

  /// Refuses a plan with a fault that the cluster lacks the facet for, before anything begins.
  ///
  /// - Throws: a defect: ``FaultFamily/obstacle(in:)`` should have refused the plan.
  func require(facetsOf plan: Plan) throws(Failure) {
    for name in Set(Schedule.faults(of: plan).map(\.family)).sorted() {
      guard let family = Faults.named(name), !has(family.facet) else { continue }
      throw lack("--faults \(name)", family.facet)
    }
  }

  /// The failure of a fault that reaches for what is not there.
  func lack(_ who: String, _ facet: ClusterFacet) -> Failure {
    Failure(.defect, "\(who) was let through, and this cluster has no \(facet.words)")
  }
}
