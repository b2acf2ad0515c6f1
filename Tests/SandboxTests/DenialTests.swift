import CLinux
import Glibc
import Testing

@testable import Sandbox

/// Which ways are tried, and what is said where none is open.
struct DenialTests {
  private let own = Way(hasOwnUsers: true, hasOwnProcesses: true)

  private func denial(_ stage: plumbline_stage, _ cause: Int32, _ way: Way? = nil) -> Denial {
    Denial(
      way: way ?? own, entry: plumbline_entry(stage: Int32(stage.rawValue), cause: cause))
  }

  /// The ways that are tried when each is refused as given.
  private func tried(
    isRoot: Bool, _ answer: (Way) -> (plumbline_stage, Int32)
  ) -> [Way] {
    var denials: [Denial] = []
    for way in Way.all(isRoot: isRoot) where denials.allSatisfy(way.isWorthTrying) {
      let (stage, cause) = answer(way)
      denials.append(denial(stage, cause, way))
    }
    return denials.map(\.way)
  }

  @Test func whatIsTriedFitsWhatWasRefused() {
    let bare = Way(hasOwnUsers: true, hasOwnProcesses: false)
    let root = Way(hasOwnUsers: false, hasOwnProcesses: true)
    let bareRoot = Way(hasOwnUsers: false, hasOwnProcesses: false)
    #expect(tried(isRoot: false) { _ in (PLUMBLINE_STAGE_CLONE, EPERM) } == [own, bare])
    #expect(tried(isRoot: false) { _ in (PLUMBLINE_STAGE_PROC, EPERM) } == [own, bare])
    #expect(tried(isRoot: false) { _ in (PLUMBLINE_STAGE_IDS, EPERM) } == [own])
    #expect(tried(isRoot: false) { _ in (PLUMBLINE_STAGE_EXEC, ENOENT) } == [own])
    #expect(
      tried(isRoot: true) { _ in (PLUMBLINE_STAGE_CLONE, EPERM) } == [root, bareRoot, own, bare])
    #expect(tried(isRoot: true) { _ in (PLUMBLINE_STAGE_EXEC, ENOENT) } == [root])
    #expect(tried(isRoot: true) { _ in (PLUMBLINE_STAGE_MOUNTS, EPERM) } == [root, own])
  }

  @Test func theSettingThatForbidsIsNamed() {
    let clone = denial(PLUMBLINE_STAGE_CLONE, EPERM)
    let words = "user, network, mount, ipc, uts, pid namespaces are refused: "
    #expect(
      clone.words(KernelSettings(unprivilegedUserNamespaces: 0)) == words
        + "Operation not permitted (kernel.unprivileged_userns_clone is 0:"
        + " sysctl -w kernel.unprivileged_userns_clone=1)")
    #expect(
      denial(PLUMBLINE_STAGE_CLONE, ENOSPC).words(KernelSettings(userNamespaceLimit: 0)) == words
        + "No space left on device"
        + " (user.max_user_namespaces is 0: sysctl -w user.max_user_namespaces=10000)")
    #expect(
      denial(PLUMBLINE_STAGE_IDS, EPERM).words(KernelSettings(appArmorRestriction: 1))
        == "the user namespace has no rights (mapping the user: Operation not permitted)"
        + " (kernel.apparmor_restrict_unprivileged_userns is 1:"
        + " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0,"
        + " or an AppArmor profile for plumbline)")
    #expect(
      clone.words(KernelSettings()) == words
        + "Operation not permitted (inside a container its seccomp profile may forbid it)")
    #expect(
      denial(PLUMBLINE_STAGE_PROC, EPERM).words(KernelSettings())
        == "mounting /proc: Operation not permitted")
  }
}
