//! Container images from a Dockerfile and components.

use kiln::spec::{Component, Container, Infrastructure, Metadata, Pipeline, Repository, Scan, Schedule, Spec};

pub(crate) fn spec() -> Spec {
    let image = Container::from(Repository::from("example/api").keep_untagged(5))
        .dockerfile("docker/Dockerfile")
        .tags(["latest", "nightly"])
        .description("The API");
    let api = Pipeline::from_base("amazon-linux-2023/x86_64")
        .description("The API on Amazon Linux")
        .container(image)
        .components(["aws:update-linux", "runtime"])
        .root_volume("50 GiB")
        .schedule(Schedule::from("0 3 ? * TUE *").timezone("Europe/Berlin").when("updates"))
        .scan(Scan::new().repository("example/scans").tag("nightly"))
        .keep(20);

    let tools = Pipeline::from_base("docker:public.ecr.aws/docker/library/debian:12")
        .description("Tools on Debian, for a repository that exists")
        .container(Repository::new().existing("example/tools"))
        .component("runtime")
        .infrastructure("builders")
        .keep("all");

    let builders = Infrastructure::new()
        .description("Instances that build containers")
        .instance_type("m7i.large")
        .metadata(Metadata::new().hop_limit(3));

    Spec::named("api")
        .description("Container images of the API and its tools")
        .tag("team", "api")
        .component("runtime", Component::from_source("components/runtime.yaml"))
        .infrastructure("builders", builders)
        .pipeline("api", api)
        .pipeline("tools", tools)
}
