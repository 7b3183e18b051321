//! Running Terraform or OpenTofu.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::Args;
use kiln::deploy::Message;
use kiln::deploy::message::Why;
use kiln::deploy::terraform::{Line, Lines};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::view::Told1;
use crate::exit::{Exit, Failure};

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
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// Programs that can do it, in the order in which they are looked for.
const PROGRAMS: [&str; 2] = ["terraform", "tofu"];

impl Terraform {
    /// Finds the program and asks for its version.
    pub async fn find(
        args: &TerraformArgs,
        folder: &Path,
        place: (Option<&str>, Option<&str>),
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
        let (region, profile) = place;
        let variables = [("AWS_REGION", region), ("AWS_PROFILE", profile)];
        let variables = variables.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect();
        let terraform = Self { program, folder: folder.to_owned(), variables };
        let (good, output, errors) = terraform.run(&["version", "-json"]).await?;
        let version: Value = serde_json::from_str(&output).unwrap_or_default();
        let Some(version) = version["terraform_version"].as_str().filter(|_| good) else {
            return Err(Failure::new(format!(
                "`{}` does not tell its version: {}",
                terraform.program.display(),
                errors.trim()
            ))
            .help(format!("{needed} is needed")));
        };
        let mut numbers = version.split('.').map(|number| number.parse::<u64>().unwrap_or(0));
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < OLDEST {
            return Err(Failure::new(format!("`{}` is version {version}", terraform.program.display()))
                .help(format!("{needed} is needed")));
        }
        terraform.init(args).await?;
        Ok(terraform)
    }

    async fn init(&self, args: &TerraformArgs) -> Result<(), Failure> {
        let mut arguments = vec!["init".to_owned(), "-input=false".to_owned(), "-no-color".to_owned()];
        arguments.extend(args.backend_config.iter().map(|setting| format!("-backend-config={setting}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (good, _, errors) = self.run(&arguments).await?;
        match good {
            true => Ok(()),
            false => Err(Failure::new(format!("`terraform init` failed: {}", plain(&errors))).exit(Exit::Refused)),
        }
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
        let mut arguments = vec!["plan".to_owned(), "-input=false".to_owned(), "-json".to_owned()];
        arguments.push(format!("-out={}", file.display()));
        arguments.extend(more.iter().cloned());
        let (good, errors) = self.stream(&arguments, told).await?;
        if !good {
            told_errors(&errors, told);
            return Err(Failure::new("Terraform could not make a plan").exit(Exit::Refused));
        }
        self.json(&["show", "-json", &file.display().to_string()]).await
    }

    /// Applies a plan; gives whether that went well. What happens is told.
    pub async fn apply(&self, file: &Path, told: &Told1<'_>) -> Result<bool, Failure> {
        let arguments = ["apply", "-input=false", "-json"].map(str::to_owned);
        let arguments = [&arguments[..], &[file.display().to_string()]].concat();
        let (good, errors) = self.stream(&arguments, told).await?;
        told_errors(&errors, told);
        Ok(good)
    }

    /// What a command prints as JSON.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let (good, output, errors) = self.run(arguments).await?;
        match serde_json::from_str(&output) {
            Ok(value) if good => Ok(value),
            _ => Err(Failure::new(format!("`terraform {}` failed: {}", arguments.join(" "), plain(&errors)))
                .exit(Exit::Refused)),
        }
    }

    async fn run(&self, arguments: &[&str]) -> Result<(bool, String, String), Failure> {
        let done = self.command().args(arguments).output().await.map_err(|error| self.not_started(&error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((done.status.success(), text(&done.stdout), text(&done.stderr)))
    }

    /// Runs a command that tells in JSON lines; gives its errors. Ctrl-C reaches it as it reaches us, and it ends in
    /// order: it must not be left behind.
    async fn stream(&self, arguments: &[String], told: &Told1<'_>) -> Result<(bool, Vec<Why>), Failure> {
        let mut command = self.command();
        // Its errors come as JSON too; what is on stderr is about its own configuration.
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| self.not_started(&error))?;
        let mut errors = Vec::new();
        if let Some(output) = child.stdout.take() {
            let (mut output, mut lines) = (BufReader::new(output).lines(), Lines::new(told.subjects()));
            while let Ok(Some(line)) = output.next_line().await {
                match lines.read(&line) {
                    Some(Line::Event(event)) => told.tell(&Message::Event(event)),
                    Some(Line::Error(why)) => errors.push(why),
                    None => {}
                }
            }
        }
        let status = child.wait().await.map_err(|error| self.not_started(&error))?;
        Ok((status.success(), errors))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).stdin(Stdio::null()).env("TF_IN_AUTOMATION", "1");
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("`{}` cannot be run: {error}", self.program.display()))
            .help("name the program with --terraform")
    }
}

/// The first error is the cause; others are counted.
fn told_errors(errors: &[Why], told: &Told1<'_>) {
    if let Some(first) = errors.first() {
        told.tell(&Message::Failure(Why { others: errors.len() - 1, ..first.clone() }));
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
