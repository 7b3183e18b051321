//! One table for each line of images, and a pipeline for each architecture and edition of it.

use kiln::spec::{Base, Component, ComponentUse, Infrastructure, Permission, Pipeline, Publish, Spec};

pub(crate) fn spec() -> Spec {
    let agent = Component::new()
        .parameter("Edition", "standard")
        .build(["install --directory /etc/agent", "echo {{ Edition }} > /etc/agent/edition"])
        .test(["grep --quiet . /etc/agent/edition"]);

    let base = Pipeline::from_base("amazon-linux-2023/${arch}")
        .matrix("arch", ["x86_64", "arm64"])
        .component("aws:update-linux")
        .user_data("scripts/${arch}.sh")
        .publish(Publish::new().ssm_parameter("/imagebuilder/fleet/base/${arch}"))
        .schedule("0 2 ? * MON *");

    let editions = Permission::new()
        .action("s3:GetObject")
        .resource("arn:${partition}:s3:::example-editions-${region}/${edition}/*");

    let app = Pipeline::from_base(Base::of_pipeline("base-${arch}"))
        .matrix("arch", ["x86_64", "arm64"])
        .matrix("edition", ["standard", "premium"])
        .component(ComponentUse::from("agent").parameter("Edition", "${edition}"))
        .description("The ${edition} edition for ${arch}, started with $${EDITION}")
        .ami_tag("Edition", "${edition}")
        .schedule("0 5 ? * MON *")
        .infrastructure(Infrastructure::new().permission(editions));

    Spec::named("fleet").tag("team", "platform").component("agent", agent).pipeline("base", base).pipeline("app", app)
}
