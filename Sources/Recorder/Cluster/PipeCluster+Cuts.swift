import Base
import Experiments

extension PipeCluster: CutLinks {
  func isUp(_ index: Int) -> Bool { state(index) == .up }

  func isAble(_ index: Int) -> Bool { state(index) == .up && !nodes[index].isPaused }

  func askRecord(_ index: Int, for asker: String) {
    post(from: asker, to: index, ["type": "record"])
  }

  func sendMarker(of cut: Int, over link: Link) {
    network.send(Network.Message(from: link.from, to: link.to, line: [], cut: cut), at: now())
  }
}
