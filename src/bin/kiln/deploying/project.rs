//! A spec that is ready to be deployed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kiln::deploy::Subjects;
use kiln::deploy::flow::{self, Parameter};
use kiln::project::definition::Target;
use kiln::project::suggest::closest;
use kiln::source::{Source, plain};
use kiln::synth::{Format, TARGET_ACCOUNT};
use kiln::versions::{Lock, Move};

use crate::commands::synth::refuse_foreign;
use crate::disk::{Destination, hold};
use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::specs::{self, Planned};

/// A spec that is ready to be deployed.
pub struct Project {
    /// The project's name.
    pub name: String,
    /// The spec's folder, where Terraform's files are.
    pub folder: PathBuf,
    /// The back end.
    pub target: Target,
    /// The template.
    pub text: String,
    /// Its resources in words.
    pub subjects: Subjects,
    /// The plan with the spec.
    pub planned: Planned,
    /// The versions that moved.
    pub moves: Vec<Move>,
    /// Where versions are recorded.
    lock: PathBuf,
    /// The text of the lock that the versions continue.
    continued: Option<String>,
    /// The lock, if it is not what is on record.
    changed: Option<Lock>,
    /// Where `kiln synth` writes the templates, with their texts.
    templates: Vec<(PathBuf, String)>,
    format: Format,
}

/// Reads specs and runs all stages on them. What is found is shown; an error in one stops all.
pub fn read(paths: &[PathBuf], target: Option<Target>, ui: &Ui) -> Result<Vec<Project>, Failure> {
    let mut projects = Vec::new();
    let (mut errors, mut count) = (0, 0);
    for path in specs::find(paths)? {
        count += 1;
        let (worked, planned) = specs::load(path)?.plan(target.map(Format::of))?;
        for (report, sources) in &worked.findings {
            ui.diagnostics(report, sources);
            errors += report.counts().0;
        }
        let (Some(ready), Some(planned)) = (worked.ready, planned) else { continue };
        let folder = specs::beside(&worked.path);
        let file = ready.format.file_name();
        let mut templates = vec![(folder.join(file), ready.text.clone())];
        templates.extend(ready.target_account.map(|text| (folder.join(TARGET_ACCOUNT).join(file), text)));
        projects.push(Project {
            name: ready.project,
            folder,
            target: ready.format.target(),
            text: ready.text,
            subjects: Subjects::new(&planned.plan, planned.source.as_ref()),
            planned,
            moves: ready.moves,
            lock: worked.lock_path,
            continued: worked.lock_text,
            changed: ready.lock,
            templates,
            format: ready.format,
        });
    }
    if errors > 0 {
        let what = if count == 1 { "the spec" } else { "the specs" };
        let words = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
        return Err(Failure::new(
            format!("{what} have {words}; nothing was deployed").replace("spec have", "spec has"),
        )
        .exit(Exit::CheckFailed));
    }
    Ok(projects)
}

impl Project {
    /// Records the versions. That happens before anything is made, so that no version is ever given twice. A template
    /// of kiln's that lies beside the lock is written with it: the two belong together. Refuses if another run has
    /// given one of the versions to other content since the lock was read, such as during a review.
    pub fn record(&self) -> Result<(), Failure> {
        let Some(lock) = &self.changed else { return Ok(()) };
        let there = self.templates.iter().filter(|(template, _)| template.is_file());
        let found = |(path, text): &'_ (PathBuf, String)| Ok((Destination::find(path)?, text.clone()));
        let targets = there.map(found).collect::<Result<Vec<_>, Failure>>()?;
        let own = Destination::find(&self.lock)?;
        let _held = hold(targets.iter().map(|(target, _)| target.folder()).chain([own.folder()]))?;
        let now = specs::lock_text(&self.lock)?.map(plain);
        if now != self.continued {
            return self.is_recorded(lock, &now.unwrap_or_default());
        }
        Destination::find(&self.lock)?.stage(lock.to_string().as_bytes())?.place_durably()?;
        for (target, text) in &targets {
            if refuse_foreign(target, self.format, text).is_ok() {
                target.stage(text.as_bytes())?.place()?;
            }
        }
        Ok(())
    }

    /// Whether another run has recorded the same.
    fn is_recorded(&self, lock: &Lock, now: &str) -> Result<(), Failure> {
        let (now, _) = Lock::read(&Source::new("", now));
        for Move { kind, name, to, .. } in &self.moves {
            let of = |lock: &Lock| lock.versions(*kind, name).find(|(it, _)| it == to).map(|(_, hash)| hash.clone());
            if of(&now) != of(lock) {
                let path = specs::shown(&self.lock);
                return Err(Failure::new(format!(
                    "`{path}` has changed since this deployment was reviewed: {} `{name}` {to} is not recorded there",
                    kind.word()
                ))
                .help("run the command again, and review what it would do now")
                .exit(Exit::PlanStale));
            }
        }
        Ok(())
    }

    /// The template's parameters with the values that are given for them.
    pub fn parameters(&self, given: &BTreeMap<String, String>) -> Vec<Parameter> {
        let keys = self.planned.spec.parameter.keys();
        let planned = &self.planned.plan.parameters;
        keys.zip(planned)
            .map(|(key, planned)| Parameter {
                name: planned.address.cloudformation.clone(),
                key: key.clone(),
                value: given.get(key).or_else(|| given.get(&planned.address.cloudformation)).cloned(),
                has_default: planned.default.is_some(),
            })
            .collect()
    }

    /// The hash of what is deployed.
    pub fn digest(&self, parameters: &[Parameter]) -> String {
        let values = parameters
            .iter()
            .flat_map(|parameter| [Some(parameter.name.as_str()), parameter.value.as_deref()].into_iter().flatten());
        flow::digest([self.name.as_str(), self.text.as_str()].into_iter().chain(values))
    }

    /// Whether the template makes roles.
    pub fn has_iam(&self) -> bool {
        self.planned.plan.resources.iter().any(|resource| resource.handle.of.cloudformation.starts_with("AWS::IAM::"))
    }
}

/// Values of parameters, from `NAME=VALUE`. A name that no spec knows is an error.
pub fn given(arguments: &[String], projects: &[&Project]) -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::new();
    for argument in arguments {
        let Some((name, value)) = argument.split_once('=') else {
            return Err(Failure::new(format!("`{argument}` is no parameter")).help("write --parameter NAME=VALUE"));
        };
        let names: Vec<&str> = projects
            .iter()
            .flat_map(|project| {
                let plan = project.planned.plan.parameters.iter().map(|it| it.address.cloudformation.as_str());
                project.planned.spec.parameter.keys().map(String::as_str).chain(plan)
            })
            .collect();
        if !names.contains(&name) {
            let failure = Failure::new(format!("no spec has a parameter `{name}`"));
            return Err(match closest(name, names.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("parameters are declared as `[parameter.NAME]`"),
            });
        }
        values.insert(name.to_owned(), value.to_owned());
    }
    Ok(values)
}
