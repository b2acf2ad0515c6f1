/// The version of plumbline.
public enum Version {
  /// As `plumbline --version` says it, and `run.json` keeps it.
  public static let current = "0.1.0"
}
