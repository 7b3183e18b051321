//! What a shell completes besides commands and options: names of the spec in the current folder.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::CompletionCandidate;
use kiln::diagnostic::Report;
use kiln::matrix;

use crate::specs;

/// The pipelines that begin with what is typed, those that a matrix stands for included. A spec with faults gives those
/// that can be read: a shell is no place for findings.
pub fn pipelines(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed).into_iter().map(CompletionCandidate::new).collect()
}

/// The same before a version: `web@`.
pub fn pipelines_at(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed).into_iter().map(|name| CompletionCandidate::new(format!("{name}@"))).collect()
}

fn names(typed: &OsStr) -> Vec<String> {
    let Ok(loaded) = specs::load(PathBuf::from(specs::SPEC)) else { return Vec::new() };
    let nothing = Report::new();
    let (fanned, _) = matrix::fan_out(&loaded.spec, &nothing);
    let typed = typed.to_string_lossy();
    fanned.spec().pipeline.keys().filter(|name| name.starts_with(&*typed)).cloned().collect()
}
