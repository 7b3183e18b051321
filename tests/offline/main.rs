//! The library without network, terminal or other programs.

mod architecture;
mod coverage;
mod diagnostics;
mod documents;
mod explanations;
mod formats;
mod golden;
mod mutations;
mod permissions;
mod schema;
mod slips;
