//! `kiln completions`

use clap::Args;
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::Outcome;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Print a completion script for a shell.
///
/// The shell asks kiln itself what could stand where: keep the output no longer than the version of kiln that wrote it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(kiln completions bash)                     in ~/.bashrc
  source <(kiln completions zsh)                      in ~/.zshrc, after compinit
  kiln completions fish | source                      in ~/.config/fish/config.fish
  kiln completions powershell | Out-String | Invoke-Expression      in $PROFILE")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, ui: &Ui) -> Exit {
    print(args.shell, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn print(shell: Shell, ui: &Ui) -> Outcome {
    let failed = |why: &dyn std::fmt::Display| Failure::new(format!("the script cannot be written: {why}"));
    let shell = shell.to_string();
    let shells = Shells::builtins();
    let completer = shells.completer(&shell).ok_or_else(|| failed(&format!("{shell} is not known")))?;
    let mut script = Vec::new();
    completer.write_registration("COMPLETE", "kiln", "kiln", "kiln", &mut script).map_err(|error| failed(&error))?;
    ui.product(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
