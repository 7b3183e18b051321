//! The names that a user gives: whether they can be names, whether AWS would take two for one, whether they are used.
//!
//! AWS normalises Image Builder names: lowercase, spaces and underscores to hyphens (EC2 Image Builder API reference).
//! Logical ids and Terraform labels are made from the same words. Two names that come out equal are one name.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::context::{Context, refused};
use crate::diagnostic::{Diagnostic, code};
use crate::project::Key;
use crate::source::At;
use crate::spec::{DistributionChoice, InfrastructureChoice, Spec};

/// Checks all names that the user gives.
pub(super) fn check(spec: &Spec, cx: &mut Context<'_>) {
    for (table, names) in tables(spec) {
        let at = At::ROOT.key(table);
        let mut seen: IndexMap<String, &str> = IndexMap::new();
        for name in names {
            match Key::parse(name) {
                Ok(key) => {
                    let first = *seen.entry(key.pascal()).or_insert(name);
                    if first != name {
                        let help = "AWS ignores case and takes `_` for `-`: give one of them another name";
                        duplicate(table, (first, at.key(first)), (name, at.key(name)), help, cx);
                    }
                }
                Err(invalid) => cx.report(at_its_key(refused(code::BAD_NAME, at.key(name), invalid), at.key(name))),
            }
        }
    }
    // A pipeline with settings of its own makes a configuration of the pipeline's name.
    let (pipelines, infrastructures, distributions) =
        (At::ROOT.key("pipeline"), At::ROOT.key("infrastructure"), At::ROOT.key("distribution"));
    let shared_infrastructures = by_id(spec.infrastructure.keys());
    let shared_distributions = by_id(spec.distribution.keys());
    for (name, pipeline) in &spec.pipeline {
        let Ok(id) = Key::parse(name).map(|key| key.pascal()) else { continue };
        if !matches!(pipeline.infrastructure, Some(InfrastructureChoice::Shared(_)))
            && let Some(shared) = shared_infrastructures.get(&id)
        {
            let of_pipeline = (name.as_str(), pipelines.key(name));
            let help = format!("write `infrastructure = \"{shared}\"` to use it, or give one of them another name");
            duplicate("infrastructure", (shared, infrastructures.key(shared)), of_pipeline, &help, cx);
        }
        if !matches!(pipeline.distribution, Some(DistributionChoice::Shared(_)))
            && let Some(shared) = shared_distributions.get(&id)
        {
            let of_pipeline = (name.as_str(), pipelines.key(name));
            let help = format!("write `distribution = \"{shared}\"` to use it, or give one of them another name");
            duplicate("distribution", (shared, distributions.key(shared)), of_pipeline, &help, cx);
        }
    }
}

fn tables(spec: &Spec) -> [(&'static str, Vec<&str>); 7] {
    fn names<T>(map: &IndexMap<String, T>) -> Vec<&str> {
        map.keys().map(String::as_str).collect()
    }
    [
        ("parameter", names(&spec.parameter)),
        ("component", names(&spec.component)),
        ("workflow", names(&spec.workflow)),
        ("infrastructure", names(&spec.infrastructure)),
        ("distribution", names(&spec.distribution)),
        ("pipeline", names(&spec.pipeline)),
        ("image", names(&spec.image)),
    ]
}

/// The first name of each id.
fn by_id<'a>(names: impl Iterator<Item = &'a String>) -> IndexMap<String, &'a str> {
    let mut ids = IndexMap::new();
    for name in names {
        if let Ok(key) = Key::parse(name) {
            ids.entry(key.pascal()).or_insert(name.as_str());
        }
    }
    ids
}

fn duplicate(
    table: &str,
    (first, first_at): (&str, At<'_>),
    (second, second_at): (&str, At<'_>),
    help: &str,
    cx: &mut Context<'_>,
) {
    let message = if first == second {
        format!("the {table} `{first}` and the one that the pipeline `{second}` makes have one name")
    } else {
        format!("`{second}` and `{first}` would be one {table}")
    };
    cx.report(
        Diagnostic::new(code::DUPLICATE_NAME, message)
            .at_key(second_at, format!("makes a second {table} of that name"))
            .at_key(first_at, "the first")
            .help(help),
    );
}

fn at_its_key(mut diagnostic: Diagnostic, at: At<'_>) -> Diagnostic {
    diagnostic.labels.clear();
    diagnostic.at_key(at, "")
}

/// Warns of what nothing uses.
pub(super) fn unused(spec: &Spec, cx: &mut Context<'_>) {
    let components: Vec<&str> = spec
        .pipeline
        .values()
        .flat_map(|pipeline| pipeline.components.iter().filter_map(|used| used.component.as_deref()))
        .collect();
    let infrastructures: Vec<&str> = spec
        .pipeline
        .values()
        .filter_map(|pipeline| match &pipeline.infrastructure {
            Some(InfrastructureChoice::Shared(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let distributions: Vec<&str> = spec
        .pipeline
        .values()
        .filter_map(|pipeline| match &pipeline.distribution {
            Some(DistributionChoice::Shared(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let workflows: Vec<&str> = spec
        .pipeline
        .values()
        .flat_map(|pipeline| &pipeline.workflows)
        .chain(spec.image.values().flat_map(|image| &image.workflows))
        .filter_map(|used| used.workflow.as_deref())
        .collect();
    let parameters = spec.used_parameters();
    let raw = RawWords::of(spec);
    let in_raw = spec.parameter.keys().map(String::as_str).filter(|name| raw.name(name));
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).chain(in_raw).collect();
    for (table, names) in tables(spec) {
        let used: &[&str] = match table {
            "component" => &components,
            "infrastructure" => &infrastructures,
            "distribution" => &distributions,
            "workflow" => &workflows,
            "parameter" => &parameters,
            _ => continue,
        };
        let used: BTreeSet<&str> = used.iter().copied().collect();
        let at = At::ROOT.key(table);
        // Where a use could not be read, or names nothing, it may be the one that is missing here.
        let known: BTreeSet<&str> = names.iter().copied().collect();
        let dangling = used.iter().any(|used| !is_of_elsewhere(used) && !known.contains(used));
        if dangling || may_be_used(table, spec, cx) {
            continue;
        }
        // A component without a platform is an error where nothing uses it.
        let is_told = |name: &&str| {
            table == "component" && spec.component.get(*name).is_some_and(|component| component.platform.is_none())
        };
        for name in names.into_iter().filter(|name| !used.contains(name) && !is_told(name)) {
            cx.report(
                Diagnostic::new(code::UNUSED, format!("nothing uses the {table} `{name}`"))
                    .at_key(at.key(name), "")
                    .help("name it in a pipeline, or remove it"),
            );
        }
    }
}

/// The words of what is handed on as it is: a parameter has another name there.
struct RawWords(BTreeSet<String>);

impl RawWords {
    fn of(spec: &Spec) -> Self {
        let mut words = BTreeSet::new();
        if let Some(raw) = spec.raw.clone().filter(|_| !spec.parameter.is_empty()) {
            let mut raw = Spec { raw: Some(raw), ..Spec::default() };
            raw.visit(&mut |text, _| {
                let found = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '-');
                words.extend(found.map(str::to_owned));
            });
        }
        Self(words)
    }

    /// Whether a parameter is named: by its logical id, as in `{ Ref = "Subnet" }`, or as in `${var.subnet}`.
    fn name(&self, parameter: &str) -> bool {
        let Ok(key) = Key::parse(parameter) else { return false };
        !self.0.is_empty() && (self.0.contains(&key.pascal()) || self.0.contains(&key.snake()))
    }
}

fn is_of_elsewhere(component: &str) -> bool {
    component.starts_with("aws:") || component.starts_with("arn:")
}

/// Whether something that uses names of this table could not be read.
pub(super) fn may_be_used(table: &str, spec: &Spec, cx: &Context<'_>) -> bool {
    let (pipelines, infrastructures) = (At::ROOT.key("pipeline"), At::ROOT.key("infrastructure"));
    if spec.pipeline.is_empty() {
        return true;
    }
    let keys: &[&str] = match table {
        "component" => &["components"],
        "workflow" => &["workflows"],
        "infrastructure" => &["infrastructure"],
        "distribution" => &["distribution"],
        _ => &["components", "infrastructure", "base", "events"],
    };
    let of_pipelines = spec.pipeline.keys().any(|name| {
        let pipeline = pipelines.key(name);
        keys.iter().any(|key| cx.spoiled(pipeline.key(key)))
    });
    let others = [infrastructures, At::ROOT.key("roles"), At::ROOT.key("private-network")];
    let of_project = match table {
        "parameter" => others.iter().any(|at| cx.spoiled(*at)),
        "workflow" => cx.spoiled(At::ROOT.key("image")),
        _ => false,
    };
    of_pipelines || of_project
}
