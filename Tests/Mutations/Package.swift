// swift-tools-version: 6.2
// The part of the package that mutations are made in, the checker and its tests: `.ci/mutate` puts
// it in the place of the whole, so that a mutant is one file compiled and one bundle linked.

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: settings)
}

let package = Package(
  name: "plumbline",
  targets: [
    .target(name: "CLinux", exclude: ["README.md"], linkerSettings: [.linkedLibrary("dl")]),
    room("Base", ["CLinux"]),
    room("Histories", ["Base"]),
    room("Formats", ["Histories", "Base", "CLinux"]),
    room("Checker", ["Histories", "Base"]),
    .target(
      name: "TestSupport", dependencies: ["Histories", "Base"], path: "Tests/Support",
      swiftSettings: settings),
    .testTarget(
      name: "CheckerTests",
      dependencies: ["Checker", "Formats", "Histories", "Base", "TestSupport"],
      swiftSettings: settings),
  ])
