//! Every text at the limit that kiln knows goes through Terraform's provider, whose own limits are not written down
//! anywhere but in it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use kiln::files::InMemory;
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Format, Request, synth};

use crate::support::{must, terraform, workspace};

/// A text of so many characters.
fn long(count: usize) -> String {
    "a".repeat(count)
}

/// A spec whose texts are as long as they may be.
fn longest() -> String {
    let name = format!("n{}", long(60));
    let text = long(1024);
    let tags = (0..30).map(|number| format!("{}{number:03} = \"{}\"", long(125), long(256))).collect::<Vec<_>>();
    format!(
        r#"name = "limits"
target = "terraform"
description = "{text}"

[tags]
{tags}

[parameter.subnet]
type = "subnet-id"
description = "{text}"

[component.{name}]
description = "{text}"
change-description = "{change}"
supported-os = ["Amazon Linux 2023", "{text}"]
parameters = {{ {parameter} = "{text}" }}
build = ["echo"]

[workflow.{name}]
kind = "build"
description = "{text}"
change-description = "{text}"
source = "build.yaml"

[infrastructure.shared]
description = "{text}"
instance-types = ["m7g.large"]
network = {{ subnet = {{ parameter = "subnet" }}, security-groups = ["sg-0123456789abcdef0"] }}
key-pair = "{key_pair}"
placement = {{ tenancy = "host", host = "h-0123456789abcdef0" }}
logs = {{ prefix = "{prefix}" }}

[distribution.shared]
description = "{text}"

[[distribution.shared.to]]
region = "us-east-1"
ami-name = "{ami} {{{{ imagebuilder:buildDate }}}}"
ami-description = "{text}"

[pipeline.{name}]
base = "amazon-linux-2023/arm64"
description = "{text}"
working-directory = "/{directory}"
components = ["{name}"]
workflows = ["{name}"]
infrastructure = "shared"
distribution = "shared"
lifecycle = {{ description = "{text}", delete = {{ keep = 3 }} }}
"#,
        tags = tags.join("\n"),
        change = long(128),
        parameter = long(128),
        key_pair = long(255),
        prefix = long(1000),
        ami = long(90),
        directory = long(1023),
    )
}

#[test]
fn terraform_takes_every_text_at_its_limit() {
    if !terraform::installed() {
        return;
    }
    let (spec, read) = spec::read(&Source::new("kiln.toml", longest()));
    let build = "name: build\nschemaVersion: 1.0\nsteps:\n  - name: launch\n    action: LaunchInstance\n    inputs:\n      waitFor: ssmAgent\n  \
        - name: image\n    action: CreateImage\n    inputs:\n      instanceId.$: $.stepOutputs.launch.instanceId\noutputs:\n  \
        - name: ImageId\n    value: $.stepOutputs.image.imageId\n";
    let files = InMemory::default().with("build.yaml", build);
    let made = synth(Request { read, ..Request::new(&spec, &files) }.format(Format::Hcl));
    let errors: Vec<_> = made.report.iter().filter(|it| format!("{:?}", it.code.severity).contains("Error")).collect();
    let output = made.output.unwrap_or_else(|| panic!("{errors:#?}"));
    let folder = workspace("limits-terraform");
    fs::create_dir(folder.join("limits")).unwrap();
    fs::write(folder.join("limits/main.tf"), output.text).unwrap();
    let module = serde_json::json!({ "limits": { "source": "./limits", "subnet": "subnet-0123456789abcdef0" } });
    let root = serde_json::json!({ "terraform": terraform::requirements(), "module": module });
    fs::write(folder.join("main.tf.json"), root.to_string()).unwrap();
    let Some(root) = terraform::init(&folder) else { return };
    must(root.validate(), "terraform validate");
}
