import Base
import Drivers
import Experiments

/// The secrets of a plan: read when the run begins, and kept in memory only.
enum Secrets {
  /// Reads the secrets whose places the plan's knobs name.
  ///
  /// - Throws: ``Failure`` that names the knob and the place, never what is there:
  ///   ``ExitCode/usage`` where the environment has no such variable or a secret is none,
  ///   ``ExitCode/missingInput`` where a file cannot be read.
  static func read(
    _ plan: Plan, environment: [String] = Environment.variables()
  ) throws(Failure) -> [String: Secret] {
    guard let driver = plan.target.driver else { return [:] }
    let values = try plan.knobValues(driver)
    var secrets: [String: Secret] = [:]
    for knob in driver.knobs where knob.isSecret {
      guard let text = values[knob.name], let place = Secret.Place(text) else { continue }
      secrets[knob.name] = try read(place, "--knobs \(knob.name)=\(text)", environment)
    }
    return secrets
  }

  private static func read(
    _ place: Secret.Place, _ option: String, _ environment: [String]
  ) throws(Failure) -> Secret {
    let bytes: [UInt8]
    switch place {
    case .environment(let name):
      guard let variable = environment.first(where: { $0.hasPrefix("\(name)=") }) else {
        throw Failure(.usage, "\(option): the environment has no variable \(name)")
      }
      bytes = Array(variable.utf8.dropFirst(name.utf8.count + 1))
    case .file(let path):
      do throws(Failure) {
        var all = try File.read(path)
        // The end of the line that editors and echo add.
        if all.last == 0x0A { all.removeLast() }
        if all.last == 0x0D { all.removeLast() }
        bytes = all
      } catch {
        throw Failure(error.code, "\(option): \(error.message)")
      }
    }
    guard let secret = String(validating: bytes, as: UTF8.self), !secret.isEmpty,
      secret.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      throw Failure(
        .usage,
        "\(option): \(bytes.isEmpty ? "nothing is there" : "more than one line of text is there")"
          + ", expected the secret alone")
    }
    return Secret(secret)
  }
}
