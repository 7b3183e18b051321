//! `kiln man`

use clap::{Args, Command, CommandFactory as _};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_mangen::Man;
use kiln::project::suggest::closest;

use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::{Outcome, args, completing};

/// Print a manual page.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln man | man -l -                                        read it
  kiln man > ~/.local/share/man/man1/kiln.1                  keep it
  kiln man synth > ~/.local/share/man/man1/kiln-synth.1      that of a command")]
pub struct ManArgs {
    /// The command; the page of kiln as a whole otherwise.
    #[arg(value_name = "COMMAND", add = ArgValueCompleter::new(names))]
    pub command: Option<String>,
}

/// The commands that begin with what is typed.
fn names(typed: &std::ffi::OsStr) -> Vec<CompletionCandidate> {
    completing::among(typed, args::Args::command().get_subcommands().map(Command::get_name))
}

/// Runs the command.
pub fn run(args: &ManArgs, ui: &Ui) -> Exit {
    print(args.command.as_deref(), ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn print(name: Option<&str>, ui: &Ui) -> Outcome {
    let mut all = args::Args::command().disable_help_subcommand(true);
    // Commands get their full names by this, such as `kiln-synth`.
    all.build();
    let command = match name {
        None => all,
        Some(name) => all.find_subcommand(name).cloned().ok_or_else(|| unknown(name, &all))?,
    };
    let mut page = Vec::new();
    let manual = format!("kiln {}", env!("CARGO_PKG_VERSION"));
    Man::new(command)
        .source(manual)
        .render(&mut page)
        .map_err(|error| Failure::new(format!("the page cannot be written: {error}")))?;
    ui.product(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Success)
}

fn unknown(name: &str, all: &Command) -> Failure {
    let known: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
    let failure = Failure::new(format!("there is no command `{name}`"));
    match closest(name, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("there are: {}", known.join(", "))),
    }
}
