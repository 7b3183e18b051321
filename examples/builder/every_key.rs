//! Every key of the spec, once.

use kiln::spec::{
    Base, BuildEvent, Component, ComponentUse, Delete, Destination, Distribution, Except, Infrastructure, Input,
    LaunchTemplate, Lifecycle, Logs, Metadata, Network, Notify, Parameter, Permission, Pipeline, Placement,
    PrivateNetwork, Publish, Roles, Schedule, Spec, SsmParameter, Tests, Versions, Volume,
};

/// A command of several lines.
const READABLE: &str = r#"  for file in /etc/motd /etc/issue; do
    test -e "${file}" && chmod 0644 "${file}"
  done
  "#;

/// A key of one Region.
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef";

/// A licence configuration.
const LICENSE: &str =
    "arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef";

pub(crate) fn spec() -> Spec {
    let spec = Spec::named("every-key")
        .description("Every key of the spec, once")
        .target("cloudformation")
        .tags([("team", "platform"), ("cost-center", "4711")])
        .versions(Versions::new().mode("lock").bump("minor"))
        .roles(
            Roles::new().path("/images/").permissions_boundary("arn:${partition}:iam::${account}:policy/image-builds"),
        );
    pipelines(distributions(infrastructures(components(parameters(spec)))))
}

fn parameters(spec: Spec) -> Spec {
    let s3 = Parameter::new().description("The prefix list of S3 in the Region deployed to").default("pl-63a5400a");
    let token = Parameter::new()
        .kind("string")
        .description("What the agent logs in with")
        .default("none")
        .allowed_values(["none", "some"]);

    spec.parameter("vpc", Parameter::new().kind("vpc-id").description("The VPC of the subnet"))
        .parameter("subnet", Parameter::new().kind("subnet-id"))
        .parameter("groups", Parameter::new().kind("security-group-ids"))
        .parameter("zone", Parameter::new())
        .parameter("s3", s3)
        .parameter("token", token)
}

fn components(spec: Spec) -> Spec {
    let agent = Component::from_source("components/agent.yaml")
        .description("Installs the agent")
        .change_description("Quiet installation")
        .platform("linux")
        .supported_os(["Amazon Linux 2023", "Ubuntu"])
        .version("2.1.0")
        .kms_key("alias/components")
        .tag("part", "agent");

    let steps = Component::new()
        .description("Steps with a parameter")
        .parameter("Shell", "/bin/bash")
        .build(["getent passwd builder || useradd builder --shell {{ Shell }}", READABLE])
        .validate(["id builder"])
        .test([r#"su builder -c 'test "$(id -un)" = builder'"#]);

    let remote = Component::from_source("s3://example-components/remote/component.yaml").platform("linux");

    spec.component("agent", agent).component("steps", steps).component("remote", remote)
}

fn infrastructures(spec: Spec) -> Spec {
    let secret = Permission::new()
        .action("secretsmanager:GetSecretValue")
        .resource("arn:${partition}:secretsmanager:${region}:${account}:secret:agent-*");
    let settings = Permission::new()
        .actions(["ssm:GetParameter", "ssm:GetParameters"])
        .resource("arn:${partition}:ssm:*:${account}:parameter/agent/*");

    let private = Infrastructure::new()
        .description("Builds in a network without a way in")
        .instance_types(["m7g.large", "c7g.large"])
        .permissions([secret, settings])
        .network(Network::new().subnet(Input::parameter("subnet")).vpc(Input::parameter("vpc")))
        .metadata(Metadata::new().tokens("required").hop_limit(2))
        .logs(Logs::new().prefix("builds/private").expire_after("90 days"))
        .notify(Notify::new().email(["images@example.com"]).kms_key("alias/topics"))
        .terminate_on_failure(false)
        .key_pair("debug")
        .placement(Placement::new().tenancy("dedicated").availability_zone("us-east-1a"))
        .resource_tag("cost", "images")
        .tag("network", "private");

    let network = Network::new().subnet("subnet-0123456789abcdef0").security_group(Input::parameter("groups"));
    let open = Infrastructure::new()
        .network(network)
        .logs(false)
        .notify(Notify::new().topic("arn:aws:sns:us-east-1:111122223333:builds"));

    let shared = PrivateNetwork::new()
        .cidr("10.20.0.0/25")
        .availability_zone(Input::parameter("zone"))
        .s3_prefix_list(Input::parameter("s3"));
    let decrypt = Permission::new()
        .action("kms:Decrypt")
        .resource("arn:${partition}:kms:${region}:${account}:key/01234567-89ab-cdef-0123-456789abcdef");
    let pull = Permission::new().action("ecr:GetAuthorizationToken").resource("*");
    let sealed = Infrastructure::new().network(Network::new().kind("private")).permission(decrypt).permission(pull);

    spec.infrastructure("private", private)
        .infrastructure("open", open)
        .private_network(shared)
        .infrastructure("sealed", sealed)
}

fn distributions(spec: Spec) -> Spec {
    let home = Destination::new()
        .region("us-east-1")
        .ami_name("every-key {{ imagebuilder:buildDate }} us")
        .ami_description("Every key")
        .ami_tag("Role", "everything")
        .share_with([
            "111122223333",
            "arn:aws:organizations::111122223333:organization/o-exampleorgid",
            "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-cdefghij",
        ])
        .copy_to_accounts(["444455556666"])
        .kms_key(KEY)
        .launch_template("lt-0123456789abcdef0")
        .launch_template(LaunchTemplate::from("lt-0fedcba9876543210").account("444455556666").set_default(false))
        .ssm_parameter("/imagebuilder/every-key")
        .ssm_parameter(SsmParameter::from("/imagebuilder/every-key/copy").data_type("text").account("444455556666"))
        .license(LICENSE);

    let abroad = Destination::new().region("eu-central-1").kms_key("alias/images").share_with(["111122223333"]);

    let everywhere =
        Distribution::new().description("Two Regions, each in its own way").tag("reach", "all").to([home, abroad]);

    spec.distribution("everywhere", everywhere)
}

fn pipelines(spec: Spec) -> Spec {
    let base = Base::from("ssm:/golden/base").platform("linux").architecture("arm64").root_device("/dev/xvda");
    let agent = ComponentUse::from("agent")
        .parameter("Endpoint", "https://agents.example.com")
        .parameter("Token", Input::parameter("token"));

    let root = Volume::from("40 GiB").kind("gp3").iops(4000).throughput("250 MiB/s").delete_on_termination(true);
    let data = Volume::from("1 TiB").device("/dev/sdb").kind("io2").iops(4000).kms_key("alias/data");
    let logs =
        Volume::from("500 GiB").device("/dev/sdc").kind("st1").snapshot("snap-0123456789abcdef0").encrypted(true);

    let except = Except::new()
        .shared_with(["444455556666"])
        .public(true)
        .last_launched_within("30 days")
        .region("eu-central-1")
        .tag("hold", "yes")
        .ami_tag("keep", "forever");
    let lifecycle = Lifecycle::new()
        .enabled(true)
        .deprecate("30 days")
        .disable("2 months")
        .delete(Delete::from("1 year").keep_at_least(5).include(["ami", "snapshots"]))
        .except(except);

    let full = Pipeline::from_base(base)
        .description("Everything that a pipeline can say")
        .component("aws:update-linux")
        .component(agent)
        .components(["steps", "remote", "aws:reboot-linux/1.0.x"])
        .root_volume(root)
        .block_devices([data, logs])
        .user_data("scripts/boot.sh")
        .working_directory("/var/tmp")
        .uninstall_ssm_agent(true)
        .infrastructure("private")
        .distribution("everywhere")
        .kms_key("alias/images")
        .schedule(Schedule::from("rate(1 day)").when("updates"))
        .tests(true)
        .scan(true)
        .enhanced_metadata(false)
        .enabled(false)
        .version("3.0.0")
        .tag("part", "pipeline")
        .lifecycle(lifecycle);

    let publish = Publish::from("/imagebuilder/short").launch_template("lt-0123456789abcdef0");
    let failed = BuildEvent::from("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/every-key")
        .kind("log-group")
        .states(["failed"]);
    let short = Pipeline::from_base("ubuntu-24.04/x86_64")
        .component("aws:update-linux")
        .infrastructure("open")
        .region("us-east-1")
        .ami_name("short-{{ imagebuilder:buildDate }}")
        .ami_description("The short keys")
        .ami_tag("Role", "short")
        .copy_to_accounts(["444455556666"])
        .kms_key("alias/images")
        .publish(publish)
        .schedule("rate(12 hours)")
        .events([failed])
        .tests(Tests::new().enabled(false))
        .keep("all");

    let told = BuildEvent::from("arn:aws:sns:us-east-1:111122223333:builds")
        .kms_key("arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef");
    let sealed = Pipeline::from_base(Base::of_pipeline("short").cascade(true))
        .component("aws:update-linux")
        .infrastructure("sealed")
        .kms_key("generated")
        .events([told]);

    spec.pipeline("full", full).pipeline("short", short).pipeline("sealed", sealed)
}
