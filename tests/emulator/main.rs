//! Everything that other programs judge: linters, Terraform, and the double of AWS in `tests/awsim`.

mod agreement;
#[cfg(feature = "deploy")]
mod build;
#[cfg(feature = "cli")]
mod conformance;
#[cfg(feature = "deploy")]
mod deploy;
#[cfg(feature = "cli")]
mod deployed;
#[cfg(feature = "cli")]
mod judges;
#[cfg(feature = "cli")]
mod limits;
#[cfg(feature = "cli")]
mod long_documents;
#[path = "../support/mod.rs"]
mod support;
