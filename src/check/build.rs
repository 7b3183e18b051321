//! How images are built, tested and scanned, of pipelines and of images.

use super::context::Context;
use super::infrastructure::permissions;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Build, ExecutionRole, Scan, ScanCondition, Tests};
use crate::project::scan::{MaxSeverity, ScanType};
use crate::project::{Duration, ImageTag, Invalid, RepositoryName, Role};
use crate::source::At;
use crate::spec::{self, Input, Pipeline};

/// Checks how a pipeline builds, tests and scans. `needs_role`: something else needs a role of the spec.
pub(super) fn of_pipeline(table: &Pipeline, needs_role: bool, at: At<'_>, cx: &mut Context<'_>) -> Option<Build> {
    let tests = tests(table.tests.as_ref(), at.key("tests"), cx);
    let scan = scan(table.scan.as_ref(), at.key("scan"), cx);
    if let (Some(tests), Some(scan)) = (&tests, &scan) {
        scan_needs_tests((tests, scan), at, cx);
    }
    let workflows = super::workflow_use::all(&table.workflows, at.key("workflows"), cx);
    let permissions = permissions(&table.execution_permissions, at.key("execution-permissions"), cx);
    let role = match &table.execution_role {
        Some(role) => {
            if !permissions.is_empty() {
                let message = "kiln does not change an existing role";
                cx.contradiction(message, at.key("execution-role"), at.key("execution-permissions"));
            }
            existing_role(role, at.key("execution-role"), cx)
        }
        None if !table.workflows.is_empty() || needs_role || !permissions.is_empty() => {
            Some(ExecutionRole::Generated(permissions))
        }
        None => Some(ExecutionRole::Service),
    };
    Some(Build {
        tests: tests?,
        scan: scan?,
        enhanced_metadata: table.enhanced_metadata.unwrap_or(true),
        workflows: workflows?,
        role: role?,
    })
}

/// Checks the name or ARN of a role that runs workflows.
pub(super) fn existing_role(role: &Input, at: At<'_>, cx: &mut Context<'_>) -> Option<ExecutionRole> {
    cx.given(code::BAD_ID, at, role, Role::parse).map(ExecutionRole::Existing)
}

/// Tests take so many minutes (`timeoutMinutes`).
const TEST_MINUTES: std::ops::RangeInclusive<u32> = 60..=1440;

/// Checks tests.
pub(super) fn tests(table: Option<&spec::Tests>, at: At<'_>, cx: &mut Context<'_>) -> Option<Tests> {
    let Some(table) = table else { return Some(Tests { enabled: true, timeout: None }) };
    let timeout = cx.optional(code::BAD_SIZE, at.key("timeout"), table.timeout.as_deref(), |text| {
        let timeout = Duration::parse(text)?;
        if TEST_MINUTES.contains(&timeout.minutes()) {
            return Ok(timeout);
        }
        Err(Invalid::new(format!("tests may take 1 hour to 24 hours, not {timeout}")))
    });
    Some(Tests { enabled: table.enabled.unwrap_or(true), timeout: timeout? })
}

/// Checks scans.
pub(super) fn scan(table: Option<&spec::Scan>, at: At<'_>, cx: &mut Context<'_>) -> Option<Scan> {
    let Some(table) = table else {
        return Some(Scan { enabled: false, kind: None, condition: None, repository: None, tags: Vec::new() });
    };
    let repository = table.repository.as_ref();
    let repository = cx.optional_given(code::BAD_ID, at.key("repository"), repository, RepositoryName::parse);
    let tags = cx.each(code::BAD_TEXT, at.key("tags"), &table.tags, ImageTag::parse);
    if table.repository.is_none() && !table.tags.is_empty() {
        // Terraform's provider would send an empty name, which the service refuses.
        let help = "add `repository = \"…\"`, a repository of ECR that exists, or remove `tags`";
        cx.missing("tags of scanned images need the repository that they are pushed to", (at, &["repository"]), help);
    }
    let enabled = table.enabled.unwrap_or(true);
    let kind = scan_type(&table.types, at.key("types"), cx);
    let condition = scan_condition(table, kind, at, cx);
    Some(Scan { enabled, kind: kind?, condition: condition?, repository: repository?, tags })
}

/// The service takes a list of one type.
fn scan_type(types: &[String], at: At<'_>, cx: &mut Context<'_>) -> Option<Option<ScanType>> {
    if let [_, second, ..] = types {
        let message = format!("a scan has one type, and `{second}` is a second one");
        cx.report(Diagnostic::new(code::SCAN_CONDITION, message).at_value(at.index(1), "remove this"));
        return None;
    }
    match cx.each(code::BAD_CHOICE, at, types, ScanType::parse)[..] {
        [kind] => Some(Some(kind)),
        _ => types.is_empty().then_some(None),
    }
}

/// Only the scan of the AMI itself can stop a distribution. A type that could not be read (`kind`) is no second finding.
fn scan_condition(
    table: &spec::Scan,
    kind: Option<Option<ScanType>>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Option<ScanCondition>> {
    let severity = at.key("max-severity");
    let max = cx.optional(code::BAD_CHOICE, severity, table.max_severity.as_deref(), MaxSeverity::parse)?;
    let Some(max_severity) = max else {
        if table.fix_available.is_some() {
            let help = "add `max-severity`, the highest severity that findings may have, or remove `fix-available`";
            cx.missing("`fix-available` has no effect without `max-severity`", (at, &["max-severity"]), help);
        }
        return Some(None);
    };
    if kind.is_some_and(|kind| kind != Some(ScanType::OnDemandAmi)) {
        let message = "only the scan of the AMI itself has a condition";
        let mut found = Diagnostic::new(code::SCAN_CONDITION, message).at_key(severity, "");
        if !table.types.is_empty() {
            found = found.at_value(at.key("types"), "another scan");
        }
        cx.report(found.help("write `types = [\"ON_DEMAND_AMI_CVE\"]`"));
    }
    Some(Some(ScanCondition { max_severity, fix_available: table.fix_available.unwrap_or(true) }))
}

/// Inspector scans the test instance.
pub(super) fn scan_needs_tests((tests, scan): (&Tests, &Scan), at: At<'_>, cx: &mut Context<'_>) {
    if scan.enabled && !tests.enabled {
        cx.report(
            Diagnostic::new(code::SCAN_WITHOUT_TESTS, "Inspector scans the test instance, and there are no tests")
                .at_value(at.key("scan"), "")
                .at_value(at.key("tests"), "off")
                .help("remove `tests = false`"),
        );
    }
}

/// Only container images are pushed to a repository for their scan, and only AMIs have a type of scan.
pub(super) fn scan_of_product(scan: &Scan, is_container: bool, at: At<'_>, cx: &mut Context<'_>) {
    let of_containers = [("repository", scan.repository.is_some()), ("tags", !scan.tags.is_empty())];
    for (key, _) in of_containers.iter().filter(|(_, is_there)| *is_there && !is_container) {
        let message = format!("`{key}` is of scans of container images, and this pipeline makes AMIs");
        cx.report(Diagnostic::new(code::WRONG_PRODUCT, message).at_key(at.key(key), "remove this"));
    }
    let of_amis = [("types", scan.kind.is_some()), ("max-severity", scan.condition.is_some())];
    for (key, _) in of_amis.iter().filter(|(_, is_there)| *is_there && is_container) {
        let message = format!("`{key}` is of scans of AMIs, and this pipeline makes container images");
        cx.report(Diagnostic::new(code::WRONG_PRODUCT, message).at_key(at.key(key), "remove this"));
    }
}
