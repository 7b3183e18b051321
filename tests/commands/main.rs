//! The binary without AWS: its files, streams, exit codes, reviews of git repositories, documentation and pictures.

#[cfg(all(feature = "cli", unix))]
mod captures;
#[cfg(all(feature = "cli", feature = "deploy"))]
mod ci;
#[cfg(feature = "cli")]
mod cli;
#[cfg(all(feature = "cli", unix))]
mod completions;
#[cfg(all(feature = "cli", unix))]
mod confinement;
#[cfg(feature = "cli")]
mod diff;
#[cfg(feature = "cli")]
mod docs;
#[cfg(feature = "cli")]
mod files;
#[cfg(feature = "cli")]
mod graph;
#[cfg(feature = "cli")]
mod identity;
#[cfg(all(feature = "cli", feature = "deploy"))]
mod limits;
#[cfg(all(feature = "cli", feature = "deploy"))]
mod list;
#[cfg(all(feature = "cli", feature = "deploy"))]
mod policy;
#[path = "../support/mod.rs"]
mod support;
#[cfg(all(feature = "deploy", unix))]
mod terraform;
#[cfg(all(feature = "cli", unix))]
mod text;
#[cfg(feature = "cli")]
mod verdicts;
#[cfg(feature = "cli")]
mod versions;
