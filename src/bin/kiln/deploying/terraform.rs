//! Running Terraform or OpenTofu.

mod call;
pub mod child;
mod folder;

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use kiln::deploy::Message;
use kiln::deploy::terraform::is_saved;
use serde_json::Value;

use super::mirror::Mirror;
use super::view::Told1;
use crate::exit::{Exit, Failure};
pub use call::left;
use call::{Called, Errors};
use child::{Bounds, Kind, Stop};
use folder::{Claim, Folder, Run, private};

/// How Terraform is run.
#[derive(Debug, Clone, Args)]
pub struct TerraformArgs {
    /// With Terraform: the program; `terraform` or `tofu` on PATH otherwise.
    #[arg(long, value_name = "PROGRAM", help_heading = "Terraform")]
    pub terraform: Option<PathBuf>,

    /// With Terraform: a setting of the backend, or a file of them; as `terraform init` takes it.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Terraform")]
    pub backend_config: Vec<String>,
}

/// What the configuration needs: `terraform { required_version }`.
const OLDEST: (u64, u64) = (1, 5);

/// A program in a folder.
pub struct Terraform {
    program: PathBuf,
    folder: Folder,
    variables: Vec<(&'static str, String)>,
    bounds: Bounds,
    claim: Option<Claim>,
    mirror: Option<Mirror>,
}

/// How an apply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// All of the plan was done.
    Done,
    /// Something failed; what was made stays.
    Failed,
    /// It was interrupted, and has saved what it had done.
    Interrupted(Stop),
    /// It was interrupted, and still runs as this process.
    Left(u32),
}

/// Programs that can do it, in the order in which they are looked for.
const PROGRAMS: [&str; 2] = ["terraform", "tofu"];

impl Terraform {
    /// Finds the program and asks for its version.
    pub async fn find(
        args: &TerraformArgs,
        root: &Path,
        (region, profile): (Option<&str>, Option<&str>),
        bounds: &Bounds,
    ) -> Result<Self, Failure> {
        let found = match &args.terraform {
            Some(program) => Some(program.clone()),
            None => PROGRAMS.iter().find_map(|name| on_path(name)),
        };
        let needed = format!("Terraform {}.{} or OpenTofu 1.6, or a newer one", OLDEST.0, OLDEST.1);
        let Some(program) = found else {
            return Err(Failure::new("neither `terraform` nor `tofu` is on PATH")
                .help(format!("install {needed}, or name the program with --terraform")));
        };
        let variables = [("AWS_REGION", region), ("AWS_PROFILE", profile)];
        let variables = variables.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect();
        let folder = Folder::new(root);
        let terraform = Self { program, folder, variables, bounds: bounds.clone(), claim: None, mirror: None };
        let done = terraform.run(&["version", "-json"], Kind::Reads).await?;
        let version: Value = serde_json::from_str(&done.output).unwrap_or_default();
        let Some(version) = version["terraform_version"].as_str().filter(|_| done.is_good) else {
            return Err(Failure::new(format!(
                "`{}` does not print its version: {}",
                terraform.program.display(),
                done.errors.trim()
            ))
            .help(format!("{needed} is needed")));
        };
        let mut numbers = version.split('.').map(|number| number.parse::<u64>().unwrap_or(0));
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < OLDEST {
            return Err(Failure::new(format!("`{}` is version {version}", terraform.program.display()))
                .help(format!("{needed} is needed")));
        }
        Ok(terraform)
    }

    /// Waits until nothing else works in the folder; then this does, as long as it or a child of it is there.
    pub async fn claim(&mut self, told: &Told1<'_>) -> Result<(), Failure> {
        self.claim = Some(self.folder.claim(&self.bounds, told).await?);
        Ok(())
    }

    /// Works in a mirror of the folder, with this configuration, and writes nothing to the folder but the state.
    pub fn mirror(&mut self, configuration: &str) -> Result<(), Failure> {
        self.mirror = Some(Mirror::of(&self.folder.root, configuration)?);
        Ok(())
    }

    /// Works in the folder itself from now on.
    pub fn leave_mirror(&mut self) {
        self.mirror = None;
    }

    /// Prepares the folder.
    pub async fn init(&self, args: &TerraformArgs, told: Option<&Told1<'_>>) -> Result<(), Failure> {
        let mut arguments = vec!["init".to_owned(), "-input=false".to_owned(), "-no-color".to_owned()];
        arguments.extend(args.backend_config.iter().map(|setting| format!("-backend-config={setting}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut errors = Errors::default();
        let done = self.call(&arguments, Kind::Works, told.map(|told| (told, &mut errors))).await?.done()?;
        match done.is_good {
            true => Ok(()),
            false => Err(Failure::new(format!("`terraform init` failed: {}", plain(&done.errors))).exit(Exit::Refused)),
        }
    }

    /// What runs in the folder for another command, if something does.
    pub fn running(&self) -> Option<Run> {
        self.folder.running()
    }

    /// Looks for what earlier runs have left: a state that was not saved stops everything, as all that it holds would be
    /// created a second time. A lock file is reported.
    pub async fn inspect(&self, told: &Told1<'_>) -> Result<(), Failure> {
        if let Some((path, lock)) = self.folder.state_lock().filter(|(_, lock)| lock.is_change()) {
            told.tell(&Message::Notice {
                text: format!(
                    "`{path}` is the lock file of {}, which has not ended in order. If it still runs, Terraform refuses to \
                     go on. If it was killed, what it was creating may be missing from the state: if the review adds \
                     something again, look for it in the account first",
                    lock.words()
                ),
            });
        }
        let Some(errored) = self.folder.errored() else { return Ok(()) };
        let state = self.run(&["state", "pull"], Kind::Reads).await?;
        if state.is_good && is_saved(&errored, &state.output) {
            let text = "the state holds all of `errored.tfstate`: the file can be deleted".to_owned();
            told.tell(&Message::Notice { text });
            return Ok(());
        }
        Err(self.unsaved())
    }

    /// Why nothing is done while there is a state that was not saved.
    fn unsaved(&self) -> Failure {
        let message = "`errored.tfstate` holds a state that an earlier run could not save; without it, Terraform creates \
                       what exists a second time";
        Failure::new(message)
            .help(format!(
                "in `{}`, run `{} state push errored.tfstate`; when that succeeds, delete the file and run the same \
                 command again",
                self.folder.root.display(),
                self.name()
            ))
            .exit(Exit::NeedsHand)
    }

    /// What to do about a run that could not save its state, if this one could not.
    pub fn unsaved_state(&self) -> Option<Failure> {
        self.folder.errored().map(|_| self.unsaved())
    }

    /// The program as its user calls it.
    fn name(&self) -> String {
        let name = self.program.file_stem().unwrap_or(self.program.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Where a plan is kept between review and apply; it is removed with this.
    pub fn plan_file(&self) -> PathBuf {
        self.folder.plan()
    }

    /// Plans to a file and gives what the plan would do; `None` if nothing. What is wrong is told.
    pub async fn plan(&self, file: &Path, more: &[String], told: &Told1<'_>) -> Result<Option<Value>, Failure> {
        let shown = self.plan_always(file, more, told).await?;
        let is_idle = |change: &Value| matches!(change["change"]["actions"][0].as_str(), Some("no-op" | "read"));
        let is_empty = shown["resource_changes"].as_array().is_none_or(|changes| changes.iter().all(is_idle));
        let outputs = shown["output_changes"].as_object();
        let outputs_change = outputs.is_some_and(|outputs| outputs.values().any(|it| it["actions"][0] != "no-op"));
        Ok((!is_empty || outputs_change).then_some(shown))
    }

    /// Plans to a file and gives what the plan would do, also if that is nothing. What is wrong is told.
    pub async fn plan_always(&self, file: &Path, more: &[String], told: &Told1<'_>) -> Result<Value, Failure> {
        // Terraform keeps the permissions of a file that is there.
        let made = private().write(true).create(true).truncate(true).open(file);
        #[cfg(unix)]
        let made = made.and_then(|made| made.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)));
        made.map_err(|error| Failure::file("write", file, &error))?;
        let mut arguments = vec!["plan".to_owned(), "-input=false".to_owned(), "-json".to_owned()];
        arguments.push(format!("-out={}", file.display()));
        arguments.extend(more.iter().cloned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut errors = Errors::default();
        let done = self.call(&arguments, Kind::Works, Some((told, &mut errors))).await?.done()?;
        if !done.is_good {
            errors.report(&done, told, self)?;
            return Err(Failure::new("Terraform could not make a plan").exit(Exit::Refused));
        }
        self.json(&["show", "-json", &file.display().to_string()]).await
    }

    /// Applies a plan and reports its events; gives how it ended.
    pub async fn apply(&self, file: &Path, told: &Told1<'_>) -> Result<Applied, Failure> {
        let file = file.display().to_string();
        let mut errors = Errors::default();
        let arguments = ["apply", "-input=false", "-json", &file];
        let (done, stop) = match self.call(&arguments, Kind::Works, Some((told, &mut errors))).await? {
            Called::Ended(done) => (done, None),
            Called::Interrupted(stop, done) => (done, Some(stop)),
            Called::Left(process) => return Ok(Applied::Left(process)),
        };
        errors.report(&done, told, self)?;
        Ok(match stop {
            _ if done.is_good => Applied::Done,
            Some(stop) => Applied::Interrupted(stop),
            None => Applied::Failed,
        })
    }

    /// What a command prints as JSON.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let done = self.run(arguments, Kind::Reads).await?;
        match serde_json::from_str(&done.output) {
            Ok(value) if done.is_good => Ok(value),
            _ => Err(Failure::new(format!("`terraform {}` failed: {}", arguments.join(" "), plain(&done.errors)))
                .exit(Exit::Refused)),
        }
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let file = Path::new(name).with_extension(env::consts::EXE_EXTENSION);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// A message without the box that Terraform draws around it.
fn plain(text: &str) -> String {
    let words = text.lines().map(|line| line.trim_matches(['│', '╷', '╵', ' ']));
    words.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
