//! What the commands that look at builds share: which pipelines are meant, how a build is told, and how it is followed.

pub mod run;
pub mod select;
pub mod view;

use std::path::PathBuf;

use clap::Args;

use crate::commands::deploy::consent;
use crate::commands::synth::TargetArg;
use crate::deploying::place::PlaceArgs;
use crate::deploying::terraform::TerraformArgs;
use crate::exit::Failure;

/// Where the pipelines are.
#[derive(Debug, Clone, Args)]
pub struct OriginArgs {
    /// The spec; the kiln.toml of this folder otherwise.
    #[arg(long, value_name = "SPEC")]
    pub spec: Option<PathBuf>,

    /// The back end; what the spec says otherwise, or CloudFormation.
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

    /// The stack's name; the project's otherwise.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub terraform: TerraformArgs,
}

/// Whether to do what is irreversible, or seen by others.
#[derive(Debug, Clone, Copy, Args)]
pub struct ConsentArgs {
    /// Do it without asking.
    #[arg(long, short)]
    pub yes: bool,

    /// Show what would be done, and do nothing.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

impl ConsentArgs {
    /// Whether it can be known: somebody can be asked, or has answered, or it is only to be looked at.
    pub fn possible(self, what: &str) -> Result<(), Failure> {
        if self.dry_run { Ok(()) } else { consent::possible(self.yes, what, "--dry-run") }
    }

    /// Whether somebody is still to be asked.
    pub fn is_missing(self) -> bool {
        !self.dry_run && !self.yes
    }
}
