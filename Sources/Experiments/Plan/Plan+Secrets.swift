import Base
import Drivers

extension Plan {
  /// Refuses secrets where a place belongs, and credentials that nobody asks for.
  ///
  /// - Throws: a usage ``Failure`` that does not repeat what may be a secret.
  func validateSecrets(_ driver: any Driver, _ values: [String: String]) throws(Failure) {
    for knob in driver.knobs where knob.isSecret {
      guard let text = values[knob.name], !text.isEmpty else { continue }
      guard Secret.Place(text) != nil else {
        throw Failure(
          .usage,
          "--knobs \(knob.name)=…: expected where it is, env:NAME or file:PATH; the secret itself"
            + " does not belong on a command line or into a plan")
      }
      guard way == .existing || command("start") != nil else {
        throw Failure(
          .usage,
          "--knobs \(knob.name): the servers that \(driver.name) is started with here ask nobody"
            + " who they are; it is for --endpoints or --command start=…")
      }
    }
  }
}
