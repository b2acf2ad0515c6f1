import Base
import Histories

/// Brings the operations of one stretch into the ids and moments of the stream.
struct StretchReader {
  let history: History
  /// The settings in the stretch's own ids.
  let settings: Settings
  /// The stretch's values, with those of the settings.
  let values: ValueTable
  private let columns: CallColumns
  private var forms: any FormReader
  /// The stream's id of each value of the stretch, once it was asked for.
  private var names: [ValueID]

  init(
    _ history: History, _ options: CheckOptions, _ model: Model
  ) throws(CheckError) {
    var values = history.values
    settings = try Settings(
      options, header: history.header, values: &values, model: model.nullRead)
    self.history = history
    self.values = values
    columns = CallColumns(history, Call.functions(of: history), settings)
    forms = try model.forms(settings, values)
    names = [ValueID](repeating: ValueTable.none, count: values.count)
  }

  /// The operation as it was invoked, whatever became of it.
  mutating func invocation(
    _ operation: Int, _ moment: Int64, _ stream: inout ValueTable
  ) -> StreamCall {
    var call = Call(invocation: operation, columns)
    call.input = name(call.input, &stream)
    return StreamCall(
      call: call, key: name(history.key[operation], &stream), invoked: moment,
      invokedTime: history.invokedTime[operation])
  }

  /// The operation as it completed.
  ///
  /// - Throws: ``CheckError`` where its values are not the model's.
  mutating func completion(
    _ operation: Int, of begun: StreamCall, at moment: Int64, _ stream: inout ValueTable
  ) throws(CheckError) -> StreamCall {
    var done = begun
    done.completedTime = history.completedTime[operation]
    guard let call = Call(operation, columns) else { return done }
    done.traits = try forms.traits(of: call)
    let input = done.call.input
    done.call = call
    done.call.input = input
    done.call.output = name(call.output, &stream)
    if call.end != .pending { done.returned = moment }
    return done
  }

  private mutating func name(_ id: ValueID, _ stream: inout ValueTable) -> ValueID {
    guard id > ValueTable.true else { return id }
    if names[Int(id)] == ValueTable.none { names[Int(id)] = stream.intern(id, of: values) }
    return names[Int(id)]
  }
}
