//! Builds that tell of themselves.

use kiln::spec::{BuildEvent, Input, Parameter, Pipeline, Spec};

pub(crate) fn spec() -> Spec {
    let here = |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:111122223333:{rest}");
    let on_call = BuildEvent::new().to(Input::parameter("on-call")).kind("topic").states(["failed"]);
    let key = here("kms", "key/01234567-89ab-cdef-0123-456789abcdef");
    let done = |to: String| BuildEvent::from(to).states(["available"]);
    let web = Pipeline::from_base("amazon-linux-2023/arm64")
        .components(["aws:update-linux", "aws:simple-boot-test-linux"])
        .instance_type("c7g.large")
        .schedule("rate(7 days)")
        .events([
            BuildEvent::from(here("sns", "images")),
            on_call,
            BuildEvent::from(here("sqs", "images")).kms_key(key),
            done(here("lambda", "function:register-image")),
            done(here("states", "stateMachine:roll-out")),
            BuildEvent::from(here("events", "event-bus/images")),
            BuildEvent::from(here("logs", "log-group:/aws/events/images")).states([
                "building",
                "testing",
                "available",
                "failed",
            ]),
        ]);

    Spec::named("told")
        .tag("team", "platform")
        .parameter("on-call", Parameter::new().description("The topic of whoever is on call"))
        .pipeline("web", web)
}
