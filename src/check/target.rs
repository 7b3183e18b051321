//! What a back end cannot express. Nothing is dropped in silence: each is refused where the spec says it.

use crate::diagnostic::{Diagnostic, Report, code};
use crate::matrix::Fanned;
use crate::project::definition::{Project, Target, VersionMode};
use crate::source::At;
use crate::spec::{Pipeline, Volume};

/// Checks a project against the back end that it is written for.
#[must_use]
pub fn target(fanned: &Fanned<'_>, project: &Project, target: Target) -> Report {
    let spec = fanned.spec();
    let mut report = Report::new();
    if target == Target::CloudFormation {
        return report;
    }
    if project.versions.mode == VersionMode::Native {
        let versions = At::ROOT.key("versions");
        report.push(
            Diagnostic::new(code::NOT_IN_TERRAFORM, "only CloudFormation counts the versions of recipes")
                .at_value(versions.key("mode"), "Terraform would replace a `1.0.x` recipe at each run")
                .help("remove it: kiln counts by itself and records versions in a lock file"),
        );
    }
    let has_policies = project.pipelines.iter().any(|pipeline| pipeline.lifecycle.is_some());
    if project.versions.mode == VersionMode::Fixed && has_policies {
        let versions = At::ROOT.key("versions");
        report.push(
            Diagnostic::new(
                code::VERSIONS_UNSEEN,
                "Terraform's provider takes no wildcard, and without a lock file kiln knows only today's versions",
            )
            .at_value(versions.key("mode"), "images of earlier versions stay for ever")
            .help("let kiln count, `mode = \"lock\"`, or retire old images yourself, `keep = \"all\"`"),
        );
    }
    let pipelines = At::ROOT.key("pipeline");
    for (name, pipeline) in &spec.pipeline {
        iops(pipeline, pipelines.key(name), &mut report);
        if pipeline.schedule.as_ref().is_some_and(|schedule| schedule.disable_after_failures.is_some()) {
            let pipeline_at = pipelines.key(name);
            let schedule = pipeline_at.key("schedule");
            report.push(
                Diagnostic::new(code::NOT_IN_TERRAFORM, "Terraform's provider has no `disable-after-failures`")
                    .at_key(schedule.key("disable-after-failures"), "")
                    .help("remove it: the service disables a pipeline after 5 failed runs in a row by default"),
            );
        }
    }
    report
}

/// The provider's limit, where the service takes 64,000 (`aws_imagebuilder_image_recipe`, `ebs.iops`).
const MOST_IOPS: i64 = 10_000;

fn iops(pipeline: &Pipeline, at: At<'_>, report: &mut Report) {
    let mut check = |volume: &Volume, at: At<'_>| {
        if volume.iops.is_some_and(|iops| iops > MOST_IOPS) {
            let message = format!("Terraform's provider takes {MOST_IOPS} `iops` at most");
            report.push(Diagnostic::new(code::NOT_IN_TERRAFORM, message).at_value(at.key("iops"), ""));
        }
    };
    if let Some(root) = &pipeline.root_volume {
        check(root, at.key("root-volume"));
    }
    let devices = at.key("block-devices");
    for (index, volume) in pipeline.block_devices.iter().enumerate() {
        check(volume, devices.index(index));
    }
}
