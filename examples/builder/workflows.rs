//! What happens between the base and the image, in an order of one's own.

use kiln::spec::{Image, Input, LogGroups, Parameter, Permission, Pipeline, Spec, Tests, Workflow, WorkflowUse};

pub(crate) fn spec() -> Spec {
    let build = Workflow::from_source("build", "workflows/build.yaml")
        .description("Builds, and keeps the instance until its packages are recorded");
    let scan = Workflow::from_source("test", "workflows/scan.yaml")
        .change_description("Waits for the findings")
        .tag("part", "security");

    let approval = WorkflowUse::from("approve").group("checks").parameter("topic", Input::parameter("approvers"));
    let keys = Permission::new()
        .actions(["kms:GenerateDataKey", "kms:Decrypt"])
        .resource("arn:${partition}:kms:${region}:${account}:key/*");

    let release = Pipeline::from_base("amazon-linux-2023/arm64")
        .component("aws:update-linux")
        .instance_type("m7g.large")
        .workflows(["build", "aws:test/test-image"])
        .workflow(WorkflowUse::from("scan").group("checks").on_failure("continue"))
        .workflow(approval)
        .workflow("aws:distribution/distribute-image")
        .execution_permission(keys)
        .tests(Tests::new().timeout("4 hours"))
        .log_groups(LogGroups::new().expire_after("90 days"))
        .publish("/images/release");

    let first = Image::of_pipeline("release").workflow("aws:build/build-image").tests(false).tag("stage", "first");

    Spec::named("release")
        .parameter("approvers", Parameter::new().description("The topic of those who release an image"))
        .workflow("build", build)
        .workflow("approve", Workflow::from_source("test", "workflows/approve.yaml"))
        .workflow("scan", scan)
        .pipeline("release", release)
        .image("first", first)
}
