//! The golden AMI of `examples/golden-ami`, built in Rust: the same checks, the same bytes.
//!
//! `cargo run --example builder` prints its CloudFormation template.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it makes")]

use std::process::ExitCode;

use kiln::diagnostic::text::{Style, render};
use kiln::diagnostic::{Report, Sources};
use kiln::files::Folder;
use kiln::spec::{Component, Pipeline, Publish, Schedule, Spec};
use kiln::synth::{Format, Request, synth};
use kiln::versions::Lock;

/// What `examples/golden-ami/kiln.toml` says.
fn golden_ami() -> Spec {
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
    Spec::new()
        .name("web")
        .tags("team", "platform")
        .component("nginx", Component::from_source("components/nginx.yaml"))
        .component("firewall", firewall)
        .pipeline("web", web)
}

fn main() -> ExitCode {
    let files = Folder::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/golden-ami"));
    let request = Request {
        spec: &golden_ami(),
        read: Report::new(),
        files: &files,
        recorded: &Lock::default(),
        format: Some(Format::Yaml),
    };
    let synthesis = synth(request);
    eprint!("{}", render(&synthesis.report, &Sources::default(), Style::PLAIN));
    match synthesis.output {
        Some(output) => {
            print!("{}", output.text);
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use kiln::source::Source;
    use kiln::spec;

    use super::*;

    #[test]
    fn the_builder_says_what_the_toml_says() {
        let text = include_str!("golden-ami/kiln.toml");
        let (read, report) = spec::read(&Source::new("kiln.toml", text));
        assert_eq!(report, Report::new());
        assert_eq!(golden_ami(), read);
    }

    #[test]
    fn and_gives_the_same_bytes() {
        let files = Folder::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/golden-ami"));
        for (format, golden) in [
            (Format::Yaml, include_str!("../snapshots/golden-ami/template.yaml")),
            (Format::Json, include_str!("../snapshots/golden-ami/template.json")),
            (Format::Hcl, include_str!("../snapshots/golden-ami/main.tf")),
            (Format::TfJson, include_str!("../snapshots/golden-ami/main.tf.json")),
        ] {
            let spec = golden_ami();
            let (read, recorded) = (Report::new(), Lock::default());
            let request = Request { spec: &spec, read, files: &files, recorded: &recorded, format: Some(format) };
            assert_eq!(synth(request).output.unwrap().text, golden);
        }
    }
}
