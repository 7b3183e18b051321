//! What a back end cannot express. Nothing is dropped in silence: each is refused where the spec says it.

use super::TARGETS;
use crate::diagnostic::{Diagnostic, Report, code};
use crate::matrix::Fanned;
use crate::project::Stage;
use crate::project::definition::{self, Project, Target, WorkflowSource};
use crate::source::At;
use crate::spec::{
    DistributionChoice, Image, Infrastructure, InfrastructureChoice, Inputs, Pipeline, Scan, Spec, Volume, WorkflowUse,
};

/// The back end that a spec names, if the word is one; CloudFormation where it names none.
#[must_use]
pub fn named_target(fanned: &Fanned<'_>) -> Option<Target> {
    match &fanned.spec().target {
        Some(word) => TARGETS.into_iter().find(|(known, _)| known == word).map(|(_, target)| target),
        None => (!fanned.spoils(&At::ROOT.key("target").path())).then(Target::default),
    }
}

/// Checks a spec against the back end that it is written for. There is no project where something was refused; the rest
/// is looked at all the same.
#[must_use]
pub fn target(fanned: &Fanned<'_>, project: Option<&Project>, target: Target) -> Report {
    let spec = fanned.spec();
    let mut report = Report::new();
    match target {
        Target::CloudFormation => cloudformation(spec, &mut report),
        Target::Terraform => terraform(spec, project, &mut report),
    }
    report
}

fn cloudformation(spec: &Spec, report: &mut Report) {
    let mut refuse = |at: At<'_>, key: &str, help: &str| {
        let message = format!("CloudFormation has no property for `{key}`");
        report.push(Diagnostic::new(code::NOT_IN_CLOUDFORMATION, message).at_key(at.key(key), "").help(help));
    };
    if spec.backend.is_some() {
        refuse(
            At::ROOT,
            "backend",
            "remove it: CloudFormation keeps the state itself; or write Terraform: `--target terraform`",
        );
    }
    let (shared, pipelines, images) = (At::ROOT.key("distribution"), At::ROOT.key("pipeline"), At::ROOT.key("image"));
    let export = "remove it, or write Terraform: `--target terraform`";
    for (name, distribution) in &spec.distribution {
        let distribution_at = shared.key(name);
        let list = distribution_at.key("to");
        for (index, _) in distribution.to.iter().enumerate().filter(|(_, to)| to.s3_export.is_some()) {
            refuse(list.index(index), "s3-export", export);
        }
    }
    for (name, pipeline) in &spec.pipeline {
        let Some(DistributionChoice::Own(tables)) = &pipeline.distribution else { continue };
        let pipeline_at = pipelines.key(name);
        let list = pipeline_at.key("distribution");
        for (index, _) in tables.iter().enumerate().filter(|(_, to)| to.s3_export.is_some()) {
            refuse(list.index(index), "s3-export", export);
        }
    }
    for (name, _) in spec.image.iter().filter(|(_, image)| image.timeout.is_some()) {
        refuse(images.key(name), "timeout", "remove it: CloudFormation waits up to 12 hours");
    }
}

fn terraform(spec: &Spec, project: Option<&Project>, report: &mut Report) {
    let mode = spec.versions.as_ref().and_then(|versions| versions.mode.as_deref());
    if mode == Some("native") {
        let versions = At::ROOT.key("versions");
        report.push(
            Diagnostic::new(code::NOT_IN_TERRAFORM, "only CloudFormation counts the versions of recipes")
                .at_value(versions.key("mode"), "Terraform would replace a `1.0.x` recipe at each run")
                .help("remove it: kiln counts by itself and records versions in a lock file"),
        );
    }
    let has_policies = |project: &Project| project.pipelines.iter().any(|pipeline| pipeline.lifecycle.is_some());
    if mode == Some("fixed") && project.is_some_and(has_policies) {
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
    let (infrastructures, pipelines, images) =
        (At::ROOT.key("infrastructure"), At::ROOT.key("pipeline"), At::ROOT.key("image"));
    for (name, table) in &spec.infrastructure {
        of_infrastructure(table, infrastructures.key(name), report);
    }
    for (name, pipeline) in &spec.pipeline {
        of_pipeline(pipeline, pipelines.key(name), report);
    }
    for (name, image) in &spec.image {
        of_image(image, images.key(name), report);
    }
    let components = At::ROOT.key("component");
    for (name, component) in &spec.component {
        change_description(component.change_description.as_deref(), components.key(name), report);
    }
    for image in project.iter().flat_map(|project| &project.images) {
        let written = spec.image.get(image.key.as_str()).is_some_and(|table| !table.workflows.is_empty());
        let at = images.key(image.key.as_str());
        let place = at.key(if written { "workflows" } else { "pipeline" });
        test_order(&image.build.workflows, project, place, report);
    }
}

/// The provider takes shorter texts than the service (`aws_imagebuilder_component`, `change_description`).
const MOST_CHANGE_DESCRIPTION: usize = 128;

fn change_description(text: Option<&str>, at: At<'_>, report: &mut Report) {
    let Some(count) = text.map(|text| text.chars().count()).filter(|count| *count > MOST_CHANGE_DESCRIPTION) else {
        return;
    };
    let message = format!(
        "Terraform's provider takes {MOST_CHANGE_DESCRIPTION} characters of a `change-description`, this one has {count}"
    );
    report.push(Diagnostic::new(code::NOT_IN_TERRAFORM, message).at_value(at.key("change-description"), ""));
}

/// Tests run one after another in the order of the list, but the provider keeps an image's workflows as a set, which has
/// none (`aws_imagebuilder_image`, `workflow`).
fn test_order(workflows: &[definition::WorkflowUse], project: Option<&Project>, at: At<'_>, report: &mut Report) {
    let stage = |source: &WorkflowSource| match source {
        WorkflowSource::Own(index) => project.and_then(|project| project.workflows.get(*index)).map(|it| it.stage),
        WorkflowSource::Managed { stage, .. } => Some(*stage),
        WorkflowSource::Arn(arn) => arn.stage(),
    };
    let mut groups = workflows.iter().filter(|used| stage(&used.source) == Some(Stage::Test)).map(|used| &used.group);
    let Some(first) = groups.next() else { return };
    if groups.any(|group| group.is_none() || group != first) {
        report.push(
            Diagnostic::new(code::NOT_IN_TERRAFORM, "Terraform's provider does not keep the order of an image's tests")
                .at_value(at, "these run one after another")
                .help("give all of them one `group`, which runs them at the same time")
                .help("or remove the image, and start the pipeline, which keeps the order: `kiln build`"),
        );
    }
}

/// Refuses what Terraform's provider has no argument for, if it is there.
fn absent(is_there: bool, (at, key): (At<'_>, &str), help: &str, report: &mut Report) {
    if is_there {
        let message = format!("Terraform's provider has no `{key}`");
        report.push(Diagnostic::new(code::NOT_IN_TERRAFORM, message).at_key(at.key(key), "").help(help));
    }
}

const REMOVE: &str = "remove it, or write CloudFormation: `--target cloudformation`";

fn of_infrastructure(table: &Infrastructure, at: At<'_>, report: &mut Report) {
    absent(table.terminate_on_completion.is_some(), (at, "terminate-on-completion"), REMOVE, report);
    absent(table.parent_instance.is_some(), (at, "parent-instance"), REMOVE, report);
}

fn of_pipeline(pipeline: &Pipeline, at: At<'_>, report: &mut Report) {
    if let Some(InfrastructureChoice::Own(table)) = &pipeline.infrastructure {
        of_infrastructure(table, at.key("infrastructure"), report);
    }
    volumes(pipeline, at, report);
    let disables = pipeline.schedule.as_ref().is_some_and(|schedule| schedule.disable_after_failures.is_some());
    let help = "remove it: the service disables a pipeline after 5 failed runs in a row by default";
    absent(disables, (at.key("schedule"), "disable-after-failures"), help, report);
    let help = "remove it: `ami-tags` tag the AMI when it is distributed";
    absent(!pipeline.build_ami_tags.is_empty(), (at, "build-ami-tags"), help, report);
    absent(!pipeline.ami_watermarks.is_empty(), (at, "ami-watermarks"), REMOVE, report);
    absent(!pipeline.image_tags.is_empty(), (at, "image-tags"), REMOVE, report);
    let help =
        "remove it, and write `[image.NAME]` with `pipeline`: Terraform builds it anew for each version of the recipe";
    absent(pipeline.image.is_some(), (at, "image"), help, report);
    let groups = pipeline.log_groups.as_ref();
    let groups_at = at.key("log-groups");
    let help = "remove it: the service writes to `/aws/imagebuilder/` and the recipe's name";
    absent(groups.is_some_and(|groups| groups.image.is_some()), (groups_at, "image"), help, report);
    absent(groups.is_some_and(|groups| groups.pipeline.is_some()), (groups_at, "pipeline"), help, report);
    let container = pipeline.container.as_ref();
    let container_at = at.key("container");
    absent(container.is_some_and(|it| it.os_version.is_some()), (container_at, "os-version"), REMOVE, report);
    if container.is_some() && pipeline.components.is_empty() {
        let message = "Terraform's provider takes no recipe without components";
        report.push(
            Diagnostic::new(code::NOT_IN_TERRAFORM, message)
                .at_key(at, "")
                .help("add `components = [\"aws:update-linux\"]`, or components of yours"),
        );
    }
    scan(pipeline.scan.as_ref(), at.key("scan"), report);
    workflows(&pipeline.workflows, at.key("workflows"), report);
}

fn of_image(image: &Image, at: At<'_>, report: &mut Report) {
    absent(image.log_group.is_some(), (at, "log-group"), REMOVE, report);
    let deletes = image.delete_images.as_ref().is_some_and(|delete| delete.enabled != Some(false));
    absent(deletes, (at, "delete-images"), REMOVE, report);
    scan(image.scan.as_ref(), at.key("scan"), report);
    workflows(&image.workflows, at.key("workflows"), report);
}

fn scan(scan: Option<&Scan>, at: At<'_>, report: &mut Report) {
    let Some(scan) = scan else { return };
    absent(!scan.types.is_empty(), (at, "types"), REMOVE, report);
    absent(scan.max_severity.is_some(), (at, "max-severity"), REMOVE, report);
}

fn workflows(workflows: &[WorkflowUse], list: At<'_>, report: &mut Report) {
    for (index, used) in workflows.iter().enumerate() {
        let at = list.index(index);
        let parameters = at.key("parameters");
        for (name, inputs) in &used.parameters {
            if matches!(inputs, Inputs::Many(values) if values.len() != 1) {
                let message = format!("Terraform's provider takes one value for `{name}`");
                report.push(Diagnostic::new(code::NOT_IN_TERRAFORM, message).at_value(parameters.key(name), ""));
            }
        }
    }
}

/// The provider's limit, where the service takes 64,000 (`aws_imagebuilder_image_recipe`, `ebs.iops`).
const MOST_IOPS: i64 = 10_000;

/// Volume types that the provider does not know (`aws_imagebuilder_image_recipe`, `ebs.volume_type`).
const NEWER_TYPES: [&str; 2] = ["gp3a", "io2a"];

fn volumes(pipeline: &Pipeline, at: At<'_>, report: &mut Report) {
    let mut check = |volume: &Volume, at: At<'_>| {
        if volume.iops.is_some_and(|iops| iops > MOST_IOPS) {
            let message = format!("Terraform's provider takes {MOST_IOPS} `iops` at most");
            report.push(Diagnostic::new(code::NOT_IN_TERRAFORM, message).at_value(at.key("iops"), ""));
        }
        if let Some(kind) = volume.kind.as_deref().filter(|kind| NEWER_TYPES.contains(kind)) {
            let message = format!("Terraform's provider does not know the volume type `{kind}`");
            report.push(Diagnostic::new(code::NOT_IN_TERRAFORM, message).at_value(at.key("type"), ""));
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
