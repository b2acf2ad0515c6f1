import Base
import Glibc
import Sandbox

/// What the tests of the sandbox run: it enters, as plumbline does, and does one thing inside.
do throws(Failure) {
  try Trial.runOutside(CommandLine.arguments)
  if !Sandbox.isInside {
    exit(try Sandbox.enter(arguments: CommandLine.arguments))
  }
  exit(try Trial.run(Array(CommandLine.arguments.dropFirst())))
} catch {
  Trial.say("refused: \(error.message)")
  exit(error.code.rawValue)
}
