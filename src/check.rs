//! From a spec as it was written to a project that is valid by type.
//!
//! One file a table of the spec turns its texts into domain types; rules that look at several of them at once stand in
//! files named after what they forbid. Every fault of a spec is found in one run: a value that is refused is reported
//! and its neighbours are still looked at, and a project comes out only if nothing was refused.
//!
//! To add a rule: give it a [`crate::diagnostic::code`], word it where it is found, and show it failing in
//! `tests/invalid`.

mod allowance;
mod arns;
mod backend;
mod base;
mod build;
mod cascade;
mod component;
mod container;
mod context;
mod destination;
mod distribution;
mod documents;
mod events;
mod image;
mod infrastructure;
mod instance_types;
mod key;
mod lifecycle;
mod limits;
mod log_groups;
mod mac;
mod names;
mod network;
mod parameter;
mod pipeline;
mod private;
mod product;
mod publishing;
mod recipe;
mod roles;
mod schedule;
mod secrets;
mod sharing;
mod supported;
mod tags;
mod target;
mod untested;
mod variables;
mod volume;
mod watermarks;
mod workflow;
mod workflow_use;

pub use allowance::settle;
use context::{Choice, Context};
pub use target::{named_target, target};

use crate::diagnostic::{Diagnostic, Report, Severity, code};
use crate::files::Texts;
use crate::matrix::Fanned;
use crate::project::definition::{Project, Target, VersionMode, Versions};
use crate::project::{Bump, Key};
use crate::raw::Raw;
use crate::source::At;
use crate::spec::{self, Spec};

/// Checks a spec. There is a project exactly if there are no errors, neither here nor when the spec was read. What could
/// not be read is not reported a second time as missing.
#[must_use]
pub fn check(fanned: &Fanned<'_>, texts: &Texts) -> (Option<Project>, Report) {
    let spec = fanned.spec();
    // What else is wrong would only be counted.
    if fanned.is_beyond_reading() {
        return (None, Report::new());
    }
    let mut cx = Context::new(fanned, texts);
    let project = project(spec, &mut cx);
    let mut report = cx.into_report();
    if project.is_none() && !report.has_errors() && !fanned.is_misread() {
        report = report.into_vec().into_iter().map(stays).collect();
    }
    (project.filter(|_| !report.has_errors() && !fanned.is_misread()), report)
}

/// A finding that is an error again: what it is about has no value, whatever the spec allows.
fn stays(mut finding: Diagnostic) -> Diagnostic {
    if finding.downgraded {
        finding.downgraded = false;
        finding.code.severity = Severity::Error;
        finding.help.pop();
        finding.help.push("it cannot be allowed here: without a valid value there is nothing to write".to_owned());
    }
    finding
}

/// Makes warnings of the errors that the spec allows, in what another stage found.
pub(crate) fn downgraded(report: Report, fanned: &Fanned<'_>, texts: &Texts) -> Report {
    let mut allowances = allowance::all(fanned.spec(), fanned.comments(), texts, &mut Report::new());
    let weaken = |mut finding: Diagnostic| {
        if finding.is_error() {
            allowance::downgrade_fanned(&mut finding, &mut allowances, fanned);
        }
        finding
    };
    report.into_vec().into_iter().map(weaken).collect()
}

fn project(spec: &Spec, cx: &mut Context<'_>) -> Option<Project> {
    let name = project_name(spec, cx);
    cx.project = name.clone();
    if spec.pipeline.is_empty() {
        let help = "add a table `[pipeline.NAME]` with a `base` and `components`";
        cx.missing("the spec has no pipeline", (At::ROOT, &["pipeline"]), help);
    }
    let description = cx.text(spec.description.as_deref(), At::ROOT.key("description"), 1024);
    let target = cx.choice(spec.target.as_deref(), At::ROOT.key("target"), &TARGETS);
    let versions = versions(spec, cx);
    cx.mode = versions.unwrap_or_default().mode;
    names::check(spec, cx);
    secrets::check(spec, cx);
    if !limits::are_kept(spec, cx) {
        return None;
    }
    let tags = tags::tags(&[(&spec.tags, At::ROOT.key("tags"))], cx);
    cx.tags = tags.clone();
    let parameters = parameter::all(spec, cx);
    let roles = roles::roles(spec, cx);
    let backend = backend::backend(spec, cx);
    let documents = documents::documents(spec, cx);
    let bases = base::all(spec, cx);
    supported::check(spec, &bases, cx);
    let components = component::all(spec, &bases, cx);
    let workflows = workflow::all(spec, cx);
    let shared_infrastructures = infrastructure::shared(spec, cx);
    let private_network = private::network(spec, cx);
    private::mirrors(spec, &bases, cx);
    mac::hosts(spec, &bases, cx);
    let shared_distributions = distribution::shared(spec, cx);
    let (pipelines, infrastructures, distributions) =
        pipeline::all(spec, bases, &components, (shared_infrastructures, shared_distributions), cx);
    let images = image::all(spec, &pipelines, cx);
    publishing::check(spec, cx);
    publishing::images(spec, cx);
    arns::check(spec, cx);
    watermarks::check(spec, cx);
    variables::check(spec, cx);
    names::unused(spec, cx);
    infrastructure::one_expiry(spec, cx);
    Some(Project {
        name: name?,
        description,
        target: target.unwrap_or_default(),
        versions: versions?,
        backend: backend?,
        documents: documents?,
        roles: roles?,
        parameters,
        components: components.into_iter().map(|checked| checked.component).collect::<Option<_>>()?,
        private_network: private_network?,
        workflows: workflows.into_iter().collect::<Option<_>>()?,
        image_key: key::generated(spec, cx),
        infrastructures: infrastructures.into_iter().collect::<Option<_>>()?,
        distributions: distributions.into_iter().collect::<Option<_>>()?,
        pipelines: pipelines.into_iter().collect::<Option<_>>()?,
        images: images.into_iter().collect::<Option<_>>()?,
        tags,
        raw: spec.raw.as_ref().map(raw).unwrap_or_default(),
    })
}

/// What is handed on is looked at when it is known where it goes.
fn raw(raw: &spec::Raw) -> Raw {
    let terraform = raw.terraform.iter().map(|(of, labels)| (of.clone(), labels.0.clone()));
    Raw { cloudformation: raw.cloudformation.clone(), terraform: terraform.collect() }
}

const TARGETS: [Choice<Target>; 2] =
    [(Target::CloudFormation.word(), Target::CloudFormation), (Target::Terraform.word(), Target::Terraform)];

const MODES: [Choice<VersionMode>; 3] =
    [("lock", VersionMode::Lock), ("native", VersionMode::Native), ("fixed", VersionMode::Fixed)];

fn project_name(spec: &Spec, cx: &mut Context<'_>) -> Option<Key> {
    match &spec.name {
        Some(name) => cx.parse(code::BAD_NAME, At::ROOT.key("name"), name, Key::parse),
        None => {
            let help = "add `name = \"…\"` at the top: it is the prefix of all physical names";
            cx.missing("the spec has no `name`", (At::ROOT, &["name"]), help);
            None
        }
    }
}

fn versions(spec: &Spec, cx: &mut Context<'_>) -> Option<Versions> {
    let Some(table) = &spec.versions else { return Some(Versions::default()) };
    let at = At::ROOT.key("versions");
    let mode = cx.choice(table.mode.as_deref(), at.key("mode"), &MODES).unwrap_or_default();
    let bump = match &table.bump {
        Some(text) => cx.parse(code::BAD_CHOICE, at.key("bump"), text, Bump::parse),
        None => Some(Bump::default()),
    };
    if table.bump.is_some() && mode != VersionMode::Lock {
        cx.report(
            Diagnostic::new(code::CONTRADICTION, "`bump` says how kiln counts, and here kiln does not count")
                .at_key(at.key("bump"), "has no effect")
                .at_value(at.key("mode"), "because of this"),
        );
    }
    Some(Versions { mode, bump: bump? })
}
