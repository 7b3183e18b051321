//! One file a command: its arguments and what it does.

#[cfg(feature = "deploy")]
pub mod build;
pub mod check;
pub mod completions;
#[cfg(feature = "deploy")]
pub mod deploy;
#[cfg(feature = "deploy")]
pub mod destroy;
pub mod diff;
pub mod explain;
pub mod graph;
#[cfg(feature = "deploy")]
pub mod images;
pub mod init;
pub mod key_policy;
#[cfg(feature = "deploy")]
pub mod logs;
pub mod man;
#[cfg(feature = "deploy")]
pub mod policy;
pub mod schema;
#[cfg(feature = "deploy")]
pub mod status;
pub mod synth;
#[cfg(feature = "deploy")]
pub mod watch;
