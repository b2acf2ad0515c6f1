import Glibc

/// The variables that this process was started with.
public enum Environment {
  /// All of them, `NAME=value`, in the order that they stand in.
  public static func variables() -> [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables
  }
}
