import Histories

extension CellColumns {
  /// A set's elements as cells; nil when a value has the wrong shape, a read shows an element
  /// twice, or there is too much to hold.
  @Sendable static func set(_ task: KeyTask) -> CellColumns? {
    guard let initial = try? task.settings.initialElements(task.values) else { return nil }
    var columns = CellColumns(isSet: true)
    var numbers: [ValueID: Int32] = [:]
    func out(_ element: ValueID) -> Int32 {
      if let known = numbers[element] { return known }
      let number = Int32(truncatingIfNeeded: columns.cell.count)
      columns.cell += [number >> 1, number >> 1]
      columns.initial.append(number)
      numbers[element] = number
      return number
    }
    for element in initial {
      let number = out(element)
      columns.initial[Int(number >> 1)] = number + 1
    }
    var looks = 0
    for (place, call) in task.calls.enumerated() {
      let place = Int32(truncatingIfNeeded: place)
      switch call.function {
      case .add, .remove:
        guard (try? call.requireEcho(task.values)) != nil else { return nil }
        let content = out(call.input) + (call.function == .add ? 1 : 0)
        if call.end == .pending {
          columns.add(pending: place, leaves: [content])
        } else {
          columns.add(place, needs: [], leaves: [content])
        }
      case .contains:
        if call.end != .ok { continue }
        guard let isIn = call.membership(task.values) else { return nil }
        columns.add(place, needs: [out(call.input) + (isIn ? 1 : 0)], leaves: [])
      default:
        if call.end != .ok { continue }
        guard call.output > ValueTable.null,
          [.list, .set].contains(task.values.kind(of: call.output))
        else { return nil }
        let shown = task.values.parts(of: call.output)
        looks += shown.count
        guard looks <= limit, Set(shown).count == shown.count else { return nil }
        columns.add(
          place, needs: shown.map { out($0) + 1 }, leaves: [], whole: Int32(shown.count))
      }
    }
    return columns
  }

  /// More contents than these are not looked at.
  private static let limit = 1 << 22

  /// Registers that transactions read and write as cells; nil when a value has the wrong shape or
  /// a transaction contradicts itself.
  @Sendable static func registers(_ task: KeyTask) -> CellColumns? {
    guard let initial = try? task.settings.initialRegisters(task.values) else { return nil }
    var columns = CellColumns(isSet: false)
    var cells: [ValueID: Int32] = [:]
    var contents: [UInt64: Int32] = [:]
    func content(_ key: ValueID, _ value: ValueID) -> Int32 {
      if cells[key] == nil {
        cells[key] = Int32(truncatingIfNeeded: columns.initial.count)
        // Its own number comes at once.
        columns.initial.append(Int32(truncatingIfNeeded: columns.cell.count))
        if value != initial[key] ?? ValueTable.null {
          _ = content(key, initial[key] ?? ValueTable.null)
        }
      }
      let name = UInt64(UInt32(bitPattern: key)) << 32 | UInt64(UInt32(bitPattern: value))
      if let known = contents[name] { return known }
      let number = Int32(truncatingIfNeeded: columns.cell.count)
      columns.cell.append(cells[key] ?? 0)
      contents[name] = number
      return number
    }
    for (place, call) in task.calls.enumerated() {
      guard let invoked = try? MicroOperation.all(of: call, call.input, task.values) else {
        return nil
      }
      var parts = invoked
      if call.end == .ok, call.output != ValueTable.none {
        guard let completed = try? MicroOperation.all(of: call, call.output, task.values),
          completed.count == invoked.count,
          zip(invoked, completed).allSatisfy({ $0.isAnswered(by: $1) })
        else { return nil }
        parts = completed
      } else if call.end == .ok, invoked.contains(where: { !$0.isWrite }) {
        return nil
      }
      var needed: [Int32] = []
      var left: [(key: ValueID, value: ValueID)] = []
      for part in parts {
        let own = left.firstIndex { $0.key == part.key }
        if part.isWrite {
          if let own { left[own].value = part.value } else { left.append((part.key, part.value)) }
          continue
        }
        if call.end == .pending { continue }
        if part.value == ValueTable.null, task.settings.ignoresNullReads { continue }
        if let own {
          if left[own].value != part.value { return nil }
          continue
        }
        let content = content(part.key, part.value)
        if needed.contains(content) { continue }
        if needed.contains(where: { columns.cell[Int($0)] == columns.cell[Int(content)] }) {
          return nil
        }
        needed.append(content)
      }
      let leaves = left.map { content($0.key, $0.value) }
      let place = Int32(truncatingIfNeeded: place)
      if call.end == .pending {
        if !leaves.isEmpty { columns.add(pending: place, leaves: leaves) }
      } else {
        columns.add(place, needs: needed, leaves: leaves)
      }
    }
    return columns
  }
}
