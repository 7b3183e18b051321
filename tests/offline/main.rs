//! The library without network, terminal or other programs.

mod addresses;
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
mod properties;
mod schema;
mod slips;
