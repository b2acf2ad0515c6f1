import Base

/// Histories with a known verdict.
public enum Generator {
  /// Every model that histories can be made for, in the order of `plumbline models`.
  public static let models: [GeneratedModel] = [
    .init("register", InjectedAnomaly.registers, SimulatedRegisters<PlainRegister>.self),
    .init("cas-register", InjectedAnomaly.registersWithCas, SimulatedRegisters<CasRegister>.self),
    .init("multi-register", InjectedAnomaly.multiRegisters, SimulatedMultiRegisters.self),
    .init("set", InjectedAnomaly.sets, SimulatedSets.self),
    .init("queue", InjectedAnomaly.queues, SimulatedContainers<Fifo>.self),
    .init("bag", InjectedAnomaly.bags, SimulatedContainers<Unordered>.self),
    .init("stack", InjectedAnomaly.stacks, SimulatedContainers<Lifo>.self),
    .init("priority-queue", InjectedAnomaly.priorityQueues, SimulatedContainers<LeastFirst>.self),
    .init("counter", InjectedAnomaly.counters, SimulatedCounters.self),
    .init("lock", InjectedAnomaly.locks, SimulatedLocks<PlainLock>.self),
    .init("reentrant-lock", InjectedAnomaly.reentrantLocks, SimulatedLocks<ReentrantLock>.self),
    .init("semaphore", InjectedAnomaly.semaphores, SimulatedLocks<Semaphore>.self),
    .init("fenced-lock", InjectedAnomaly.fencedLocks, SimulatedLocks<FencedLock>.self),
    .init("append-log", InjectedAnomaly.logs, SimulatedLogs.self),
    .init("text", InjectedAnomaly.texts, SimulatedTexts.self),
    .init("unique-ids", InjectedAnomaly.uniqueIDs, SimulatedIDs.self),
  ]

  /// Plays a run and hands its history over in blocks of some 256 KiB.
  ///
  /// Memory does not grow with the number of operations, but for what an object itself holds (a
  /// log is kept). The first line is the header with model, initial value, verdict and options.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/usage`` for options that make no sense together, and
  ///   whatever `write` throws.
  /// - Complexity: O(operations · log clients).
  public static func generate(
    _ options: GeneratorOptions, to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let (model, kind) = try check(options)
    try model.play(options, kind, write)
  }

  /// Refuses options that make no sense together, and finds what they name.
  ///
  /// - Throws: ``Failure`` with ``ExitCode/usage``.
  @discardableResult
  public static func check(
    _ options: GeneratorOptions
  ) throws(Failure) -> (model: GeneratedModel, kind: InjectedAnomaly?) {
    let model = try named(options.model)
    let kind = try model.error(of: options)
    try check(options, kind)
    return (model, kind)
  }

  /// A whole history in memory.
  ///
  /// - Throws: as ``generate(_:to:)``.
  public static func bytes(_ options: GeneratorOptions) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    try generate(options) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// The model of a name.
  ///
  /// - Throws: ``Failure`` (usage) with a suggestion when there is none.
  public static func named(_ name: String) throws(Failure) -> GeneratedModel {
    if let model = models.first(where: { $0.name == name }) { return model }
    throw Failure(
      .usage,
      "no histories can be generated for a model “\(name)”"
        + hint(for: name, among: models.map(\.name)))
  }

  static func hint(for name: String, among names: [String]) -> String {
    Suggestion.hint(
      for: name, among: names, otherwise: "; there are \(names.joined(separator: ", "))")
  }

  private static func check(
    _ options: GeneratorOptions, _ kind: InjectedAnomaly?
  ) throws(Failure) {
    let counts = [
      ("operations", options.operations, 0), ("clients", options.clients, 1),
      ("keys", options.keys, 1), ("values", options.values, 0), ("permits", options.permits, 1),
    ]
    for (name, count, least) in counts where count < least || count > Int(Int32.max) {
      throw Failure(.usage, "\(name): found \(count), expected \(least) to \(Int32.max)")
    }
    for (name, share) in [("indeterminate", options.indeterminate), ("error-at", options.errorAt)]
    where !(0...1).contains(share) {
      throw Failure(.usage, "\(name): found \(share), expected a share from 0 to 1")
    }
    guard let kind else { return }
    let steps = kind.steps(options.permits).count
    let actors = kind.actors(permits: options.permits)
    if options.operations < steps {
      throw Failure(
        .usage,
        "the error “\(kind.name)” takes \(steps) operations, found \(options.operations)")
    }
    if options.clients < actors {
      throw Failure(
        .usage, "the error “\(kind.name)” takes \(actors) clients, found \(options.clients)")
    }
    if kind.needs.contains(.markIsOrdinary), options.values == 1 {
      throw Failure(.usage, "the error “\(kind.name)” takes at least 2 values, found 1")
    }
  }
}

/// A model that histories can be made for, and the violations that can be injected.
public struct GeneratedModel: Sendable {
  /// The name, as in `plumbline models`.
  public let name: String
  /// The kinds of violations.
  public let errors: [InjectedAnomaly]
  let play:
    @Sendable (
      GeneratorOptions, InjectedAnomaly?, (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> Void

  init<Object: SimulatedObject>(
    _ name: String, _ errors: [InjectedAnomaly], _ object: Object.Type
  ) {
    self.name = name
    self.errors = errors
    play = { (options, kind, write) throws(Failure) in
      var simulation = Simulation<Object>(options, kind)
      try simulation.run(header: Header.line(options, kind, Object.self), write)
    }
  }

  /// The kind of violation that options ask for, or nil for none.
  func error(of options: GeneratorOptions) throws(Failure) -> InjectedAnomaly? {
    guard let name = options.error, name != "none" else { return nil }
    if let kind = errors.first(where: { $0.name == name }) { return kind }
    throw Failure(
      .usage,
      "the model “\(self.name)” has no error “\(name)”"
        + Generator.hint(for: name, among: errors.map(\.name)))
  }
}
