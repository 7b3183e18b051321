//! What the commands that look at builds share: which pipelines are meant, how a build is told, and how it is followed.

pub mod run;
pub mod select;
pub mod view;

use std::path::PathBuf;

use clap::Args;

use crate::commands::synth::TargetArg;
use crate::deploying::place::PlaceArgs;
use crate::deploying::terraform::TerraformArgs;

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
