//! No lock file: CloudFormation counts.

use kiln::spec::{Component, Pipeline, Schedule, Spec, Versions};

pub(crate) fn spec() -> Spec {
    let schedule = Schedule::from("cron(30 2 1 * ? *)").timezone("America/New_York").disable_after_failures(3);

    Spec::named("native")
        .versions(Versions::new().mode("native"))
        .component("motd", Component::new().build(["echo 'Welcome' > /etc/motd"]))
        .pipeline("native", Pipeline::from_base("amazon-linux-2023/x86_64").component("motd").schedule(schedule))
}
