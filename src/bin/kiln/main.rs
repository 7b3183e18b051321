//! The `kiln` command: arguments in, files and words out. All thinking is in the library.
#![allow(unreachable_pub, reason = "nothing is outside of a binary")]

mod args;
#[cfg(feature = "deploy")]
mod building;
mod commands;
mod completing;
#[cfg(feature = "deploy")]
mod deploying;
mod diff;
mod disk;
mod documents;
mod exit;
mod fixing;
mod git;
mod output;
mod review;
mod runs;
mod specs;

use clap_complete::env::CompleteEnv;

use args::Command;
use exit::Exit;

fn main() -> std::process::ExitCode {
    // Only where a shell asks what could stand here.
    CompleteEnv::with_factory(|| completing::guarded(args::command())).complete();
    let args = match args::parse() {
        Ok(args) => args,
        Err(exit) => return exit.into(),
    };
    #[cfg(debug_assertions)]
    args.end_at.into_iter().for_each(disk::end_at);
    let ui = output::Ui::new(args.color);
    let exit = match args.command {
        Command::Init(args) => commands::init::run(&args, &ui),
        Command::Check(args) => commands::check::run(&args, &ui),
        Command::Man(args) => commands::man::run(&args, &ui),
        Command::Completions(args) => commands::completions::run(&args, &ui),
        Command::KeyPolicy(args) => commands::key_policy::run(&args, &ui),
        Command::List(args) => commands::list::run(&args, &ui),
        Command::Explain(args) => commands::explain::run(&args, &ui),
        Command::Diff(args) => commands::diff::run(&args, &ui),
        Command::Graph(args) => commands::graph::run(&args, &ui),
        Command::Document(args) => commands::document::run(&args, &ui),
        Command::Schema(args) => commands::schema::run(&args, &ui),
        Command::Synth(args) => commands::synth::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Deploy(args) => commands::deploy::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Build(args) => commands::build::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Logs(args) => commands::logs::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Images(args) => commands::images::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Promote(args) => commands::promote::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Prune(args) => commands::prune::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Watch(args) => commands::watch::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Status(args) => commands::status::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Destroy(args) => commands::destroy::run(&args, &ui),
        #[cfg(feature = "deploy")]
        Command::Policy(args) => commands::policy::run(&args, &ui),
    };
    ui.finish(exit).into()
}

/// What a command comes to: how it ended, or why it could not do its work.
type Outcome = Result<Exit, exit::Failure>;
