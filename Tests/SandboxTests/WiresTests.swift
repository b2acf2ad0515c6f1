import TestMachine
import Testing

/// The wires of a cluster, in a sandbox, as root where we are root, and as a user without rights.
@Suite(.trial("cut"))
struct WiresTests {
  @Test(arguments: TrialRun.User.all)
  func framesGoThroughTheSwitchOrNotAtAll(user: TrialRun.User) throws {
    let run = try TrialRun(["cut"], as: user)
    #expect(
      run.lines == [
        "sent [1, 2, 3], arrived: 2 from 1 to 0, 3 from 0 to 2",
        "sent [4, 5, 6], arrived: 4 from 0 to 1, 5 from 1 to 0, 6 from 0 to 2",
        "sent [7, 8, 9], arrived: 8 from 1 to 0, 9 from 0 to 2",
      ])
    #expect(run.code == 0)
  }

  @Test(arguments: TrialRun.User.all)
  func aStreamArrivesWholeInFramesOfTheWire(user: TrialRun.User) throws {
    let run = try TrialRun(["stream"], as: user)
    #expect(
      run.lines == ["received 1000000 bytes, equal true", "longest frame 1514, lost 0"])
  }

  @Test(arguments: TrialRun.User.all)
  func thereIsNoWayOutAndNoneAroundTheSwitch(user: TrialRun.User) throws {
    let run = try TrialRun(["ways-out"], as: user)
    #expect(
      run.lines == [
        "node to outside: Network is unreachable",
        "us to outside: Network is unreachable",
        "node to the other's client address: Network is unreachable",
        "node to the other's host address: Network is unreachable",
        "us to a peer address: Network is unreachable",
        "client to node: arrived",
        "node to its host: arrived",
        "node to the other's client address through the switch: arrived",
        "node to the other's client address through the switch, cut: nothing arrives",
        "node to the other's client address through us: nothing arrives",
      ])
  }

  @Test(arguments: TrialRun.User.all)
  func twoClustersAfterEachOther(user: TrialRun.User) throws {
    let run = try TrialRun(["twice"], as: user)
    #expect(
      run.lines == [
        "interfaces c1 c2 lo p1 p2", "interfaces lo", "interfaces c1 c2 lo p1 p2", "interfaces lo",
      ])
  }

  @Test(arguments: TrialRun.User.all)
  func programsStartInANodesNetwork(user: TrialRun.User) throws {
    let run = try TrialRun(["spawn"], as: user)
    #expect(
      run.lines == [
        "eth0 eth1 lo", "/usr", "own mounts true", "exit 0", "c1 lo p1", "/", "own mounts false",
        "exit 0",
        "no such folder: No such file or directory", "no network: Bad file descriptor",
      ])
  }
}
