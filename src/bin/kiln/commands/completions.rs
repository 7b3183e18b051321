//! `kiln completions`

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::Outcome;
use crate::args;
use crate::exit::Exit;
use crate::output::Ui;

/// Print what a shell needs to complete commands and options.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln completions bash > ~/.local/share/bash-completion/completions/kiln
  kiln completions zsh > \"${fpath[1]}/_kiln\"
  kiln completions fish > ~/.config/fish/completions/kiln.fish
  kiln completions powershell >> $PROFILE")]
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
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::Args::command(), "kiln", &mut script);
    ui.product(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
