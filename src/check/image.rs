//! `[image.NAME]`: an image that is built when the template is deployed (`CreateImage`).

use super::context::Context;
use super::{build, tags, workflow_use};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Build, ExecutionRole, Given, Image, ImageDeletion, Pipeline};
use crate::project::{Duration, Key, LogGroupName, Role};
use crate::source::At;
use crate::spec::{self, Spec};

/// Checks all images, in their order.
pub(super) fn all(spec: &Spec, pipelines: &[Option<Pipeline>], cx: &mut Context<'_>) -> Vec<Option<Image>> {
    let tables = At::ROOT.key("image");
    spec.image.iter().map(|(name, table)| image(name, table, (pipelines, tables.key(name)), cx)).collect()
}

fn image(
    key: &str,
    table: &spec::Image,
    (pipelines, at): (&[Option<Pipeline>], At<'_>),
    cx: &mut Context<'_>,
) -> Option<Image> {
    let pipeline = match table.pipeline.as_deref() {
        Some(name) => {
            let found = cx.spec.pipeline.get_index_of(name);
            if found.is_none() {
                cx.unknown("pipeline", name, cx.spec.pipeline.keys(), at.key("pipeline"));
            }
            found
        }
        None => {
            let help = "add `pipeline = \"…\"`: it has the recipe, the infrastructure and the distribution";
            cx.missing("the image has no `pipeline`", (at, &["pipeline"]), help);
            None
        }
    };
    let log_group = cx.optional_given(code::BAD_ID, at.key("log-group"), table.log_group.as_ref(), LogGroupName::parse);
    let deletion = deletion(table.delete_images.as_ref(), at.key("delete-images"), cx);
    let timeout = cx.optional(code::BAD_SIZE, at.key("timeout"), table.timeout.as_deref(), Duration::parse);
    let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
    let of_pipeline = pipeline.and_then(|index| pipelines.get(index)).and_then(Option::as_ref);
    let build = self::build(table, of_pipeline, log_group.as_ref().and_then(Option::as_ref), at, cx);
    Some(Image {
        key: Key::parse(key).ok()?,
        pipeline: pipeline?,
        build: build?,
        log_group: log_group?,
        deletion: deletion?,
        timeout: timeout?,
        tags,
    })
}

/// What the image says, and what its pipeline says of the rest.
fn build(
    table: &spec::Image,
    pipeline: Option<&Pipeline>,
    log_group: Option<&Given<LogGroupName>>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Build> {
    let tests = table.tests.as_ref().map(|tests| build::tests(Some(tests), at.key("tests"), cx));
    let scan = table.scan.as_ref().map(|scan| build::scan(Some(scan), at.key("scan"), cx));
    let workflows = if table.workflows.is_empty() {
        None
    } else {
        Some(workflow_use::all(&table.workflows, at.key("workflows"), cx))
    };
    let role = table.execution_role.as_ref().map(|role| build::existing_role(role, at.key("execution-role"), cx));
    // What is wrong with the pipeline has been reported.
    let pipeline = pipeline?;
    let own = &pipeline.build;
    let tests = tests.unwrap_or(Some(own.tests))?;
    let is_scan_own = scan.is_some();
    let scan = scan.unwrap_or_else(|| Some(own.scan.clone()))?;
    if table.tests.is_some() || is_scan_own {
        if scan.enabled && !tests.enabled {
            let key = if is_scan_own { "scan" } else { "tests" };
            cx.report(
                Diagnostic::new(code::SCAN_WITHOUT_TESTS, "Inspector scans the test instance, and there are no tests")
                    .at_value(at.key(key), "")
                    .help("a scan needs tests: what is not said here is as in the pipeline"),
            );
        }
        build::scan_of_product(&scan, pipeline.container().is_some(), at.key("scan"), cx);
    }
    let is_elsewhere = match log_group {
        Some(Given::Value(name)) => !name.as_str().starts_with(LogGroupName::OWN_PREFIX),
        Some(Given::Parameter(_)) => true,
        None => false,
    };
    let needs_role = workflows.is_some() || is_elsewhere;
    let role = match role {
        Some(role) => role?,
        None if needs_role && matches!(own.role, ExecutionRole::Service) => ExecutionRole::Generated(Vec::new()),
        None => own.role.clone(),
    };
    Some(Build {
        tests,
        scan,
        enhanced_metadata: table.enhanced_metadata.unwrap_or(own.enhanced_metadata),
        workflows: workflows.unwrap_or_else(|| Some(own.workflows.clone()))?,
        role,
    })
}

fn deletion(table: Option<&spec::DeleteImages>, at: At<'_>, cx: &mut Context<'_>) -> Option<ImageDeletion> {
    let Some(table) = table else { return Some(ImageDeletion::Keep) };
    if table.enabled == Some(false) {
        if table.role.is_some() {
            cx.contradiction("images that stay need no role", at.key("enabled"), at.key("role"));
        }
        return Some(ImageDeletion::Keep);
    }
    match &table.role {
        Some(role) => cx.given(code::BAD_ID, at.key("role"), role, Role::parse).map(ImageDeletion::Existing),
        None => Some(ImageDeletion::Generated),
    }
}
