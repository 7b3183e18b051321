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
mod properties;
mod permissions;
mod schema;
mod slips;
