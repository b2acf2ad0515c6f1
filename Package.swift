// swift-tools-version: 6.2
// One package, no dependencies: it builds with the Swift toolchain alone, off line.
// Which module may import which is the law of the house: see Sources/README.md. `.ci/run` builds with
// `--explicit-target-dependency-import-check error`, so an import that is not listed here does not compile.

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(
  _ name: String, _ dependencies: [Target.Dependency], embedding resources: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"],
    resources: resources.map { .embedInCode($0) }, swiftSettings: settings)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency], excluding programs: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], exclude: programs,
    swiftSettings: settings)
}

let package = Package(
  name: "plumbline",
  products: [
    .executable(name: "plumbline", targets: ["plumbline"]),
    .executable(name: "Benchmarks", targets: ["Benchmarks"]),
  ],
  dependencies: [],
  targets: [
    .target(name: "CLinux", exclude: ["README.md"], linkerSettings: [.linkedLibrary("dl")]),
    room("Base", ["CLinux"]),
    room("Histories", ["Base"]),
    room("Formats", ["Histories", "Base", "CLinux"]),
    room("Generator", ["Formats", "Histories", "Base"]),
    room("Checker", ["Histories", "Base"]),
    room("Consistency", ["Checker", "Histories", "Base"]),
    room("Quorums", ["Histories", "Base"]),
    room("Findings", ["Checker", "Consistency", "Quorums", "Formats", "Histories", "Base"]),
    room("Protocols", ["Base"]),
    room("Drivers", ["Base"]),
    room("Nodes", ["Protocols", "Base"]),
    room("Experiments", ["Protocols", "Drivers", "Histories", "Base"]),
    room("Simulator", ["Experiments", "Protocols", "Formats", "Histories", "Base"]),
    room("Sandbox", ["Base", "CLinux"], embedding: ["Clocks/Resources"]),
    room(
      "Recorder",
      [
        "Experiments", "Drivers", "Sandbox", "Protocols", "Histories", "Formats", "Base", "CLinux",
      ]),
    room(
      "Report", ["Findings", "Histories", "Checker", "Consistency", "Quorums", "Base"],
      embedding: ["Page/Resources"]),
    .executableTarget(
      name: "plumbline",
      dependencies: [
        "Base", "Histories", "Formats", "Generator", "Checker", "Consistency", "Quorums",
        "Findings", "Drivers", "Sandbox", "Protocols", "Nodes", "Experiments", "Recorder",
        "Simulator", "Report",
      ],
      exclude: ["README.md"],
      swiftSettings: settings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Base", "CLinux", "Histories", "Formats", "Generator", "Checker", "Drivers", "Experiments",
        "Recorder", "Simulator",
      ],
      exclude: ["README.md"],
      swiftSettings: settings),
    .executableTarget(
      name: "FuzzReaders",
      dependencies: ["Checker", "Formats", "Histories", "Base"],
      path: "Tests/Fuzz",
      swiftSettings: settings),
    .executableTarget(
      name: "SandboxTrial",
      dependencies: ["Sandbox", "Base", "CLinux"],
      path: "Tests/SandboxTrial",
      swiftSettings: settings),
    .target(
      name: "TestMachine", dependencies: ["Sandbox", "Base"], path: "Tests/Machine",
      swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Histories", "Base"], path: "Tests/Support",
      swiftSettings: settings),
    tests(of: "Base", ["Base"]),
    tests(of: "Histories", ["Histories", "Base"]),
    tests(of: "Formats", ["Formats", "Histories", "Base"]),
    tests(of: "Generator", ["Generator", "Checker", "Formats", "Histories", "Base"]),
    tests(of: "Checker", ["Checker", "Formats", "Histories", "Base"]),
    tests(of: "Consistency", ["Consistency", "Checker", "Histories", "Base"]),
    tests(of: "Quorums", ["Quorums", "Formats", "Histories", "Base"]),
    tests(of: "Protocols", ["Protocols", "Base"]),
    tests(of: "Nodes", ["Nodes", "Base"]),
    tests(of: "Drivers", ["Drivers", "Sandbox", "TestMachine", "Base", "CLinux"]),
    tests(of: "Sandbox", ["Sandbox", "SandboxTrial", "TestMachine", "Base", "CLinux"]),
    tests(
      of: "Experiments",
      ["Experiments", "Drivers", "Protocols", "Formats", "Histories", "Base"]),
    tests(
      of: "Simulator",
      [
        "Simulator", "Experiments", "Protocols", "Checker", "Quorums", "Formats", "Histories",
        "Base",
      ]),
    tests(
      of: "Recorder",
      [
        "Recorder", "Experiments", "Drivers", "Sandbox", "TestMachine", "Protocols", "Formats",
        "Histories", "Base",
      ],
      excluding: ["Servers/scripted_etcd.py"]),
    tests(
      of: "Findings",
      [
        "Findings", "Checker", "Consistency", "Generator", "Quorums", "Formats", "Histories",
        "Base",
      ]),
    tests(
      of: "Report",
      ["Report", "Findings", "Checker", "Consistency", "Quorums", "Formats", "Histories", "Base"]),
    tests(
      of: "Plumbline",
      ["plumbline", "TestMachine", "Findings", "Report", "Checker", "Base", "Histories"]),
    .testTarget(name: "TidyTests", swiftSettings: settings),
  ]
)
