//! Keys that no story sets: what can stand in one spec only together with what a story has no use for.
//!
//! It is read and built, and the two are the same; it is no project that could be deployed.

use kiln::spec::{
    Allow, Backend, Check, Component, Container, Delete, DeleteImages, Destination, Documents, FastLaunch, Files,
    HttpBackend, Image, Infrastructure, Lifecycle, LogGroups, Logs, Notify, ParentInstance, Pipeline, Placement,
    Repository, S3Backend, S3Export, Scan, Spec, Volume, Workflow,
};

/// The keys in TOML.
pub(super) const TOML: &str = r#"
[documents]
bucket = "example-documents"
prefix = "images/"

[files]
folders = ["../shared"]

[backend.s3]
bucket = "example-state"
key = "images/terraform.tfstate"
region = "eu-west-1"
encrypt = true
kms-key = "alias/state"
use-lockfile = true
dynamodb-table = "locks"
profile = "deployment"
workspace-key-prefix = "stages"

[backend.local]
path = "state/terraform.tfstate"

[backend.http]
address = "https://example.com/state"
lock-address = "https://example.com/lock"
unlock-address = "https://example.com/unlock"

[check]
allow = [{ code = "KILN-C006", reason = "frozen until the audit", at = "pipeline.ami" }]
deny = ["KILN-R003"]

[component.kept]
source = "components/kept.yaml"
retain = true

[workflow.checks]
kind = "test"
source = "workflows/checks.yaml"
version = "2.0.0"
kms-key = "alias/workflows"

[infrastructure.a]
logs = { enabled = true }
notify = { enabled = true }
placement = { tenancy = "host", host = "h-0123456789abcdef0" }
terminate-on-completion = false

[infrastructure.b]
placement = { host-resource-group = "arn:aws:resource-groups:us-east-1:111122223333:group/hosts" }
parent-instance = { auto-scaling-group = "builders", capacity-wait = "60 minutes" }

[pipeline.ami]
lifecycle = { description = "Three of each", role = "retention", select-tags = { line = "web" }, delete = { keep = 3 } }
block-devices = [{ device = "/dev/sdb", no-device = true }, { device = "/dev/sdc", virtual-name = "ephemeral0" }]
build-ami-tags = { stage = "new" }
ami-watermarks = ["golden"]
execution-role = "workflows"
image = "on-change"
scan = { types = ["ON_DEMAND_AMI_CVE"], max-severity = "high", fix-available = false }
image-tags = { stage = "new" }
log-groups = { image = "images", pipeline = "pipelines", kms-key = "alias/logs" }

[[pipeline.ami.distribution]]
s3-export = { bucket = "exports", prefix = "images/", format = "vmdk", role = "vmimport" }

[[pipeline.ami.distribution.fast-launch]]
account = "111122223333"
enabled = true
launch-template = "lt-0123456789abcdef0"
launch-template-version = "3"
max-parallel-launches = 6
target-snapshots = 5

[[pipeline.ami.distribution.fast-launch]]
launch-template-name = "windows"

[pipeline.container]
scan = { enabled = true, repository = "scans" }
distribution = [{ repository = "team/api", container-tags = ["latest"], container-description = "The API" }]

[pipeline.container.container]
repository = { name = "team/api", scan-on-push = false, immutable-tags = true, kms-key = "alias/ecr" }
dockerfile-text = "FROM scratch"
instance-image = "ami-0123456789abcdef0"
os-version = "Microsoft Windows Server 2022"
kms-key = "alias/recipes"

[image.first]
pipeline = "ami"
scan = true
enhanced-metadata = false
execution-role = "workflows"
log-group = "images"
delete-images = { enabled = true, role = "deletion" }
timeout = "90 minutes"
"#;

/// The keys in Rust.
pub(super) fn spec() -> Spec {
    let group = "arn:aws:resource-groups:us-east-1:111122223333:group/hosts";
    let a = Infrastructure::new()
        .logs(Logs::new().enabled(true))
        .notify(Notify::new().enabled(true))
        .placement(Placement::new().tenancy("host").host("h-0123456789abcdef0"))
        .terminate_on_completion(false);
    let b = Infrastructure::new()
        .placement(Placement::new().host_resource_group(group))
        .parent_instance(ParentInstance::from("builders").capacity_wait("60 minutes"));

    let first = Image::of_pipeline("ami")
        .scan(true)
        .enhanced_metadata(false)
        .execution_role("workflows")
        .log_group("images")
        .delete_images(DeleteImages::new().enabled(true).role("deletion"))
        .timeout("90 minutes");

    let checks = Workflow::from_source("test", "workflows/checks.yaml").version("2.0.0").kms_key("alias/workflows");

    let frozen = Allow::because("KILN-C006", "frozen until the audit").at("pipeline.ami");

    Spec::new()
        .backend(backend())
        .documents(Documents::from("example-documents").prefix("images/"))
        .files(Files::new().folder("../shared"))
        .check(Check::new().allow_one(frozen).deny_one("KILN-R003"))
        .workflow("checks", checks)
        .component("kept", Component::from_source("components/kept.yaml").retain(true))
        .infrastructure("a", a)
        .infrastructure("b", b)
        .pipeline("ami", ami())
        .pipeline("container", container())
        .image("first", first)
}

fn backend() -> Backend {
    let s3 = S3Backend::from("example-state")
        .key("images/terraform.tfstate")
        .region("eu-west-1")
        .encrypt(true)
        .kms_key("alias/state")
        .use_lockfile(true)
        .dynamodb_table("locks")
        .profile("deployment")
        .workspace_key_prefix("stages");
    let http = HttpBackend::new()
        .address("https://example.com/state")
        .lock_address("https://example.com/lock")
        .unlock_address("https://example.com/unlock");
    Backend::new().s3(s3).local("state/terraform.tfstate").http(http)
}

fn ami() -> Pipeline {
    let lifecycle = Lifecycle::new()
        .description("Three of each")
        .role("retention")
        .select_tag("line", "web")
        .delete(Delete::new().keep(3));
    let fast = FastLaunch::from("111122223333")
        .enabled(true)
        .launch_template("lt-0123456789abcdef0")
        .launch_template_version("3")
        .max_parallel_launches(6)
        .target_snapshots(5);
    let export = S3Export::new().bucket("exports").prefix("images/").format("vmdk").role("vmimport");

    Pipeline::new()
        .lifecycle(lifecycle)
        .block_device(Volume::new().device("/dev/sdb").no_device(true))
        .block_device(Volume::new().device("/dev/sdc").virtual_name("ephemeral0"))
        .build_ami_tag("stage", "new")
        .ami_watermark("golden")
        .execution_role("workflows")
        .image("on-change")
        .scan(Scan::new().kind("ON_DEMAND_AMI_CVE").max_severity("high").fix_available(false))
        .image_tag("stage", "new")
        .log_groups(LogGroups::new().image("images").pipeline("pipelines").kms_key("alias/logs"))
        .destination(
            Destination::new().fast_launch([fast, FastLaunch::new().launch_template_name("windows")]).s3_export(export),
        )
}

fn container() -> Pipeline {
    let repository = Repository::from("team/api").scan_on_push(false).immutable_tags(true).kms_key("alias/ecr");
    let container = Container::from(repository)
        .dockerfile_text("FROM scratch")
        .instance_image("ami-0123456789abcdef0")
        .os_version("Microsoft Windows Server 2022")
        .kms_key("alias/recipes");
    let destination =
        Destination::new().repository("team/api").container_tag("latest").container_description("The API");

    Pipeline::new().container(container).scan(Scan::new().enabled(true).repository("scans")).destination(destination)
}
