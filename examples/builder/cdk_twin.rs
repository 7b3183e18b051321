//! What the CDK's example of the same service makes.

use kiln::spec::{Component, ComponentUse, Delete, Infrastructure, Lifecycle, Pipeline, Publish, Schedule, Spec};

pub(crate) fn spec() -> Spec {
    let nginx = Component::from_source("components/nginx.yaml")
        .description("Install and check nginx")
        .supported_os(["Amazon Linux 2023"]);

    let web = Pipeline::from_base("amazon-linux-2023/x86_64")
        .components(["aws:update-linux", "aws:amazon-cloudwatch-agent-linux"])
        .component(ComponentUse::from("nginx").parameter("Port", "80"))
        .root_volume("30 GiB")
        .infrastructure(Infrastructure::new().instance_types(["m7i.large", "t3.large"]).notify(true))
        .regions(["us-east-1", "eu-west-1"])
        .share_with(["111122223333", "444455556666"])
        .kms_key("alias/images")
        .publish(Publish::new().ssm_parameter("/imagebuilder/web/ami"))
        .ami_tag("Role", "web")
        .schedule(Schedule::from("0 6 ? * MON *").when("updates"))
        .lifecycle(Lifecycle::new().deprecate("30 days").delete(Delete::from("90 days").keep_at_least(3)));

    Spec::named("web").component("nginx", nginx).pipeline("web", web)
}
