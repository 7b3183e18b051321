//! All families of a fleet: a table of bases, and a loop.

use kiln::spec::{Component, Infrastructure, Pipeline, Spec};

/// The name of each pipeline, its base, its component and its infrastructure.
const PIPELINES: [(&str, &str, &str, &str); 8] = [
    ("amazon-linux-2", "amazon-linux-2/x86_64", "linux", "x86"),
    ("amazon-linux-2023", "amazon-linux-2023/arm64", "linux", "arm"),
    ("ubuntu-20", "ubuntu-20.04/arm64", "linux", "arm"),
    ("ubuntu-22", "ubuntu-22.04/x86_64", "linux", "x86"),
    ("sles-15", "sles-15/x86_64", "linux", "x86"),
    ("rhel-10", "rhel-10/arm64", "linux", "arm"),
    ("windows-2019-core", "windows-server-2019-core", "windows", "x86"),
    ("windows-2025", "windows-server-2025", "windows", "x86"),
];

pub(crate) fn spec() -> Spec {
    let linux = Component::new()
        .description("What every Linux machine has")
        .platform("linux")
        .build(["mkdir -p /opt/fleet", "date --utc > /opt/fleet/built"])
        .test(["test -s /opt/fleet/built"]);

    let windows = Component::new()
        .description("What every Windows machine has")
        .platform("windows")
        .build([r"New-Item -ItemType Directory -Force C:\fleet", r"Get-Date -AsUTC | Out-File C:\fleet\built"])
        .test([r"if (-not (Test-Path C:\fleet\built)) { exit 1 }"]);

    let spec = Spec::named("families")
        .tag("team", "platform")
        .component("linux", linux)
        .component("windows", windows)
        .infrastructure("x86", Infrastructure::new().instance_type("m7i.large"))
        .infrastructure("arm", Infrastructure::new().instance_type("m7g.large"));

    PIPELINES.into_iter().fold(spec, |spec, (name, base, component, infrastructure)| {
        spec.pipeline(name, Pipeline::from_base(base).component(component).infrastructure(infrastructure))
    })
}
