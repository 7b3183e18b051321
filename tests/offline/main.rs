//! The library without network, terminal or other programs.

mod architecture;
mod companions;
mod coverage;
mod diagnostics;
mod documents;
mod explanations;
mod formats;
mod golden;
mod limits;
mod mutations;
mod permissions;
mod schema;
mod slips;
