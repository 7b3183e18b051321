//! Layered images: a hardened base, and an application on top of its newest image.

use kiln::spec::{Base, Component, Pipeline, Publish, Spec};

pub(crate) fn spec() -> Spec {
    let java = Component::new()
        .build(["dnf -y install java-21-amazon-corretto-headless", "useradd --system app"])
        .test(["java -version"]);

    let base = Pipeline::from_base("amazon-linux-2023/arm64")
        .components(["aws:update-linux", "aws:stig-build-linux-medium"])
        .instance_type("m7g.large")
        .publish(Publish::new().ssm_parameter("/imagebuilder/layers/base"))
        .schedule("0 2 ? * MON *");

    let app = Pipeline::from_base(Base::of_pipeline("base"))
        .component("app")
        .instance_type("m7g.large")
        .root_volume("20 GiB")
        .publish(Publish::new().ssm_parameter("/imagebuilder/layers/app"));

    let debug = Pipeline::from_base(Base::of_pipeline("app").cascade(false))
        .component("aws:update-linux")
        .instance_type("m7g.large");

    Spec::named("layers")
        .tag("team", "platform")
        .component("app", java)
        .pipeline("base", base)
        .pipeline("app", app)
        .pipeline("debug", debug)
}
