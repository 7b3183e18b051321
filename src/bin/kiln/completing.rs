//! What a shell completes besides commands and options: codes, templates, files, and names of the spec in the current folder.
//!
//! A shell puts what is offered into the command line as it is. So nothing is offered that a shell could take for more than
//! a word: a name of the spec passes the rule for names, and a path has no characters that shells know.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::{Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _};
use kiln::diagnostic::{Report, code};
use kiln::matrix;
use kiln::project::Key;
use kiln::source::hidden;
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
    let (components, workflows) = (component.keys().filter(is_name), workflow.keys().filter(is_name));
    let names = components.map(named("component")).chain(workflows.map(named("workflow")));
    among(typed, names.collect::<Vec<_>>())
}

/// The command with paths that are completed by [`paths`].
pub fn guarded(command: Command) -> Command {
    let is_path = |hint| matches!(hint, ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath);
    let command = command.mut_args(|arg| match arg.get::<ArgValueCompleter>() {
        None if is_path(arg.get_value_hint()) => arg.add(ArgValueCompleter::new(paths)),
        _ => arg,
    });
    command.mut_subcommands(guarded)
}

/// Files and folders whose names are a single plain word.
fn paths(typed: &OsStr) -> Vec<CompletionCandidate> {
    let is_plain = |char: char| {
        char.is_alphanumeric() || "/._-+@,:".contains(char) || (cfg!(windows) && char == std::path::MAIN_SEPARATOR)
    };
    let is_word = |path: &OsStr| {
        path.to_str()
            .is_some_and(|path| !path.starts_with('-') && path.chars().all(is_plain) && hidden(path).next().is_none())
    };
    let found = PathCompleter::any().complete(typed);
    found.into_iter().filter(|candidate| is_word(candidate.get_value())).collect()
}

/// Codes of findings.
pub fn codes(typed: &OsStr) -> Vec<CompletionCandidate> {
    among(&typed.to_ascii_uppercase(), code::ALL.iter().map(|code| code.id))
}

fn pipelines_of(spec: &Spec) -> Vec<String> {
    let nothing = Report::new();
    let (fanned, _) = matrix::fan_out(spec, &nothing);
    fanned.spec().pipeline.keys().filter(is_name).cloned().collect()
}

/// Whether the rule for names is met; a spec that is not checked may hold any text.
fn is_name(name: &&String) -> bool {
    Key::parse(name).is_ok()
}

/// The spec as far as it can be read: a shell is no place for findings.
fn spec() -> Spec {
    specs::load(PathBuf::from(specs::SPEC)).map(|loaded| loaded.spec).unwrap_or_default()
}
