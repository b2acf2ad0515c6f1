import Base
import Testing

@testable import Experiments

/// What clients ask for, and how objects are made of registers.
struct WorkloadTests {
  private let moment = Moment(process: 0)

  @Test func valuesAreUniqueAndHeldWritesAreReads() {
    var random = SplitMix64(seed: 9)
    var workload = RegisterWorkload(WorkloadMix())
    var values: [Int64] = []
    for _ in 0..<2_000 {
      switch workload.draw(key: 0, moment, &random).recipe {
      case .ask(.write(let value)), .ask(.cas(_, let value)): values.append(value.integer ?? 0)
      default: continue
      }
    }
    #expect(Set(values).count == values.count)
    #expect((800...1_200).contains(values.count))
    for _ in 0..<200 {
      let held = Moment(process: 0, onlyReads: true)
      #expect(workload.draw(key: 0, held, &random).recipe == .ask(.read))
    }
  }

  @Test func aCompareAndSetExpectsWhatWasLastSeen() {
    var plan = Plan()
    plan.mix = WorkloadMix(reading: "cas=1") ?? WorkloadMix()
    var random = SplitMix64(seed: 9)
    var workload = RegisterWorkload(plan.effectiveMix)
    func learn(_ request: Request, _ value: JSON) {
      let work = Work(key: 0, function: "", value: .null, recipe: .ask(request))
      workload.learn(work, process: 0, value: value, isSwapped: false)
    }
    learn(.read, 41)
    #expect(workload.draw(key: 0, moment, &random).recipe == .ask(.cas(from: 41, to: 1)))
    learn(.cas(from: 41, to: 1), .null)
    learn(.read, .null)
    #expect(workload.draw(key: 0, moment, &random).recipe == .ask(.cas(from: 0, to: 2)))
    learn(.write(55), 55)
    #expect(workload.draw(key: 0, moment, &random).recipe == .ask(.cas(from: 55, to: 3)))
    workload.forget(key: 0)
    #expect(workload.draw(key: 0, moment, &random).recipe == .ask(.cas(from: 0, to: 4)))
  }

  private func change(
    _ workload: some Workload, _ function: String, _ value: JSON = .null, of state: JSON,
    process: Int64 = 0
  ) -> Change {
    let work = Work(key: 0, function: function, value: value, recipe: .update)
    return workload.change(work, process: process, of: state)
  }

  @Test func listsGrowAndShrink() {
    #expect(change(CollectionWorkload("add"), "add", 7, of: .null) == .to([7], answer: 7))
    #expect(change(CollectionWorkload("append"), "append", 7, of: [1]) == .to([1, 7], answer: 7))
    #expect(CollectionWorkload("add").observe(.null) == [])
    let queue = QueueWorkload()
    #expect(change(queue, "enqueue", 3, of: [1, 2]) == .to([1, 2, 3], answer: 3))
    #expect(change(queue, "dequeue", of: [1, 2]) == .to([2], answer: 1))
    #expect(change(queue, "dequeue", of: []) == .nothing(answer: .null))
    #expect(queue.isLast(look: .null) && !queue.isLast(look: 4))
  }

  @Test func numbersGrow() {
    #expect(change(CounterWorkload(), "add", 4, of: .null) == .to(4, answer: 4))
    #expect(CounterWorkload().observe(.null) == 0)
    #expect(change(UniqueIDsWorkload(), "generate", of: 8) == .to(9, answer: 9))
  }

  @Test func aLockHasOneOwner() {
    var random = SplitMix64(seed: 1)
    var lock = LockWorkload()
    #expect(change(lock, "acquire", of: .null, process: 3) == .to(4, answer: .null))
    #expect(change(lock, "acquire", of: 4, process: 5) == .refused("held by process 3"))
    #expect(change(lock, "release", of: 4, process: 3) == .to(0, answer: .null))
    #expect(change(lock, "release", of: 4, process: 5) == .refused("not the owner any more"))
    let taken = lock.draw(key: 2, moment, &random)
    #expect(taken.function == "acquire")
    lock.learn(taken, process: 0, value: .null, isSwapped: true)
    let back = lock.draw(key: 6, moment, &random)
    #expect(back.function == "release" && back.key == 2)
    lock.depart(process: 0)
    #expect(lock.draw(key: 6, moment, &random).function == "acquire")
  }

  @Test func keysGiveWayToNewOnes() {
    var plan = Plan()
    plan.keys = 3
    plan.operationsPerKey = 10
    var random = SplitMix64(seed: 4)
    var keys = plan.keyChooser
    var uses: [Int: Int] = [:]
    for _ in 0..<1_000 { uses[keys.draw(&random), default: 0] += 1 }
    #expect(uses.values.allSatisfy { $0 <= 10 })
    #expect(keys.count >= 100 && keys.live.count == 3)
    #expect((0..<keys.count).filter { keys.isLive($0) } == keys.live.sorted())
  }

  @Test func zipfPrefersTheFirst() {
    var plan = Plan()
    plan.keys = 100
    plan.keySpread = .zipf
    var random = SplitMix64(seed: 4)
    var keys = plan.keyChooser
    var uses = [Int](repeating: 0, count: 100)
    for _ in 0..<50_000 { uses[keys.draw(&random)] += 1 }
    // The sum of 1/r to 100 is 5.19: the first key has 19 % and the tenth a tenth of that.
    #expect((9_000...10_300).contains(uses[0]) && (800...1_150).contains(uses[9]))
  }
}
