import Base

extension PlanOption {
  /// Where a cluster is that the run does not start on this machine, and the user's commands.
  package static let ways: [PlanOption] = [
    PlanOption(
      name: "hosts", metavar: "USER@HOST,…",
      help: "where the run starts the servers, through ssh; one node each", kind: .words,
      get: { .array($0.hosts.map { .string($0) }) },
      put: { plan, value in
        plan.hosts = value.array?.compactMap(\.string) ?? []
        return true
      }),
    PlanOption(
      name: "ssh", metavar: "COMMAND", help: "the ssh client, with options such as -F FILE",
      kind: .text, get: { .string($0.ssh) },
      put: { plan, value in
        plan.ssh = value.string ?? ""
        return !plan.ssh.isEmpty
      }),
    PlanOption(
      name: "host-folder", metavar: "FOLDER", help: "where on the hosts the data of runs is kept",
      kind: .text, get: { .string($0.hostFolder) },
      put: { plan, value in
        plan.hostFolder = value.string ?? ""
        return true
      }),
    PlanOption(
      name: "command", metavar: "NAME=TEXT",
      help: "a command of your own, run by sh for a {node}; may be given again",
      kind: .table(UserCommand.names),
      get: { plan in
        .object(
          UserCommand.names.compactMap { name in
            plan.command(name).map { JSON.Member(name, .string($0)) }
          })
      },
      put: { plan, value in
        plan.commands = (value.members ?? []).map { UserCommand($0.name, $0.value.string ?? "") }
        return true
      }),
    PlanOption(
      name: "command-limit", metavar: "TIME", help: "how long a command of yours may take",
      kind: .duration, get: { JSON(duration: $0.commandLimitNanoseconds) },
      put: { plan, value in
        guard let time = value.string.flatMap(Units.nanoseconds), time > 0 else { return false }
        plan.commandLimitNanoseconds = time
        return true
      }),
  ]
}
