//! A pipeline among things that exist: profile, bucket, topic, subnet and groups are named, not made.

use kiln::spec::{Component, Infrastructure, Logs, Network, Notify, Pipeline, Spec, Versions, Volume};

/// The key of the volumes.
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef";

pub(crate) fn spec() -> Spec {
    let network = Network::new()
        .subnet("subnet-0123456789abcdef0")
        .security_groups(["sg-0123456789abcdef0", "sg-0fedcba9876543210"]);

    let corporate = Infrastructure::new()
        .instance_type("m6i.large")
        .instance_profile("corp-image-builder")
        .network(network)
        .logs(Logs::new().bucket("corp-image-logs").prefix("rhel"))
        .notify(Notify::new().topic("arn:aws:sns:us-east-1:111122223333:image-builds"));

    let rhel = Pipeline::from_base("rhel-9/x86_64")
        .component("patch")
        .infrastructure("corporate")
        .version("2026.11.0")
        .root_volume(Volume::from("60 GiB").kms_key(KEY))
        .keep("all");

    Spec::named("brownfield")
        .target("terraform")
        .versions(Versions::new().mode("fixed"))
        .component("patch", Component::from_source("components/patch.yaml").version("4.2.0"))
        .infrastructure("corporate", corporate)
        .pipeline("rhel", rhel)
}
