//! The golden AMI: two components on Amazon Linux, encrypted and shared, every Sunday.

use kiln::spec::{Component, Pipeline, Publish, Schedule, Spec};

pub(crate) fn spec() -> Spec {
    let firewall = Component::new()
        .build(["dnf -y install firewalld", "systemctl enable --now firewalld"])
        .validate(["systemctl is-enabled firewalld"])
        .test(["systemctl is-active firewalld"]);

    let web = Pipeline::from_base("amazon-linux-2023/arm64")
        .components(["aws:update-linux", "nginx", "firewall", "aws:simple-boot-test-linux"])
        .root_volume("30 GiB")
        .instance_types(["c7g.large", "m7g.large"])
        .schedule(Schedule::from("0 4 ? * SUN *").timezone("Europe/Rome").when("always"))
        .regions(["eu-west-1", "us-east-1"])
        .share_with(["111122223333"])
        .kms_key("alias/images")
        .publish(Publish::new().ssm_parameter("/imagebuilder/web/arm64"))
        .keep(10);

    Spec::named("web")
        .tag("team", "platform")
        .component("nginx", Component::from_source("components/nginx.yaml"))
        .component("firewall", firewall)
        .pipeline("web", web)
}
