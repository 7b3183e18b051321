//! macOS on Mac hosts.

use kiln::spec::{Component, Infrastructure, Pipeline, Placement, Spec};

pub(crate) fn spec() -> Spec {
    let tools = Component::new()
        .build([
            "softwareupdate --install-rosetta --agree-to-license || true",
            "sudo -u ec2-user /opt/homebrew/bin/brew install jq",
        ])
        .test(["sudo -u ec2-user /opt/homebrew/bin/jq --version"]);
    let intel_tools = Component::new().build(["sudo -u ec2-user /usr/local/bin/brew install jq"]);

    let group = "arn:aws:resource-groups:us-east-1:111122223333:group/macs";
    let macs = Infrastructure::new()
        .instance_types(["mac2.metal", "mac2-m2.metal"])
        .placement(Placement::new().tenancy("host").host_resource_group(group));
    let sequoia = Pipeline::from_base("macos-sequoia/arm64")
        .component("tools")
        .root_volume("100 GiB")
        .infrastructure(macs)
        .keep(3);

    let intel = Infrastructure::new()
        .instance_type("mac1.metal")
        .placement(Placement::new().tenancy("host").host("h-0123456789abcdef0"));
    let sonoma = Pipeline::from_base("macos-sonoma/x86_64").component("intel-tools").infrastructure(intel).keep(3);

    Spec::named("mac")
        .component("tools", tools)
        .pipeline("sequoia", sequoia)
        .component("intel-tools", intel_tools)
        .pipeline("sonoma-intel", sonoma)
}
