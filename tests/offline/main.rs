//! The library without network, terminal or other programs.

mod addresses;
mod architecture;
mod coverage;
mod diagnostics;
mod documents;
mod explanations;
mod formats;
mod golden;
mod mutations;
mod properties;
mod schema;
mod slips;
