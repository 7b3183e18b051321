//! What a shell completes besides commands and options: codes, templates, and names of the spec in the current folder.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::CompletionCandidate;
use kiln::diagnostic::{Report, code};
use kiln::matrix;
use kiln::spec::Spec;

use crate::specs;

/// Those of the names that begin with what is typed.
pub fn among(typed: &OsStr, names: impl IntoIterator<Item = impl Into<String>>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let names = names.into_iter().map(Into::into).filter(|name| name.starts_with(&*typed));
    names.map(CompletionCandidate::new).collect()
}

/// Pipelines, those that a matrix stands for included.
pub fn pipelines(typed: &OsStr) -> Vec<CompletionCandidate> {
    among(typed, pipelines_of(&spec()))
}

/// The same before a version: `web@`.
#[cfg(feature = "deploy")]
pub fn pipelines_at(typed: &OsStr) -> Vec<CompletionCandidate> {
    among(typed, pipelines_of(&spec()).iter().map(|name| format!("{name}@")))
}

/// Components and workflows of the spec, with their tables where both have the name.
pub fn documents(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Spec { component, workflow, .. } = spec();
    let is_shared = |name: &String| component.contains_key(name) && workflow.contains_key(name);
    let named = |table: &'static str| {
        move |name: &String| if is_shared(name) { format!("{table}.{name}") } else { name.clone() }
    };
    let names = component.keys().map(named("component")).chain(workflow.keys().map(named("workflow")));
    among(typed, names.collect::<Vec<_>>())
}

/// Codes of findings.
pub fn codes(typed: &OsStr) -> Vec<CompletionCandidate> {
    among(&typed.to_ascii_uppercase(), code::ALL.iter().map(|code| code.id))
}

fn pipelines_of(spec: &Spec) -> Vec<String> {
    let nothing = Report::new();
    let (fanned, _) = matrix::fan_out(spec, &nothing);
    fanned.spec().pipeline.keys().cloned().collect()
}

/// The spec as far as it can be read: a shell is no place for findings.
fn spec() -> Spec {
    specs::load(PathBuf::from(specs::SPEC)).map(|loaded| loaded.spec).unwrap_or_default()
}
