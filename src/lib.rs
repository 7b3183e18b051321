//! Golden images as code: EC2 Image Builder pipelines from a spec to CloudFormation and Terraform.
//!
//! ```text
//! kiln.toml ─┐                              findings (code, place, message, help)
//!            ├─► Spec ──check──► Project ──lower──► Plan ──render──► text
//! builder ───┘  as written       valid by type      resources and    YAML, JSON, HCL, tf.json
//!                                                   references
//! ```
//!
//! Each arrow is a function: [`spec::read`], [`check::check`], [`plan::lower`], and those of [`render`]. Each value can
//! be printed. [`synth::synth`] runs them all, after [`matrix::fan_out`] has replaced what stands for several pipelines.
//!
//! The library never prints, never exits, and reads neither the environment nor a clock: the same spec, files and lock
//! give the same bytes. What the spec names is read through [`files::Files`].
//!
//! # From TOML
//!
//! ```
//! use kiln::files::InMemory;
//! use kiln::source::Source;
//! use kiln::synth::{Request, synth};
//! use kiln::versions::Lock;
//!
//! let source = Source::new(
//!     "kiln.toml",
//!     r#"
//!     name = "web"
//!
//!     [pipeline.web]
//!     base = "amazon-linux-2023/arm64"
//!     components = ["aws:update-linux"]
//!     "#,
//! );
//! let (spec, read) = kiln::spec::read(&source);
//! let (files, recorded) = (InMemory::default(), Lock::default());
//! let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None });
//! let output = synthesis.output.expect("nothing is wrong with this spec");
//! assert!(output.text.contains("AWS::ImageBuilder::ImagePipeline"));
//! ```
//!
//! # From Rust
//!
//! Every table of the spec is a struct with a method for each of its keys; [`guide`] shows how. A spec that is built goes
//! through the same checks, and gives the same bytes as the TOML that says the same.
//!
//! ```
//! use kiln::files::InMemory;
//! use kiln::spec::{Pipeline, Schedule, Spec};
//! use kiln::synth::{Request, synth};
//!
//! let web = Pipeline::from_base("amazon-linux-2023/arm64")
//!     .component("aws:update-linux")
//!     .root_volume("30 GiB")
//!     .schedule(Schedule::from("0 4 ? * SUN *").timezone("Europe/Rome"));
//! let spec = Spec::named("web").tag("team", "platform").pipeline("web", web);
//! assert!(synth(Request::new(&spec, &InMemory::default())).output.is_some());
//! ```

#[cfg(feature = "deploy")]
pub mod aws;
#[cfg(feature = "deploy")]
pub mod build;
pub mod check;
#[cfg(feature = "deploy")]
pub mod deploy;
pub mod diagnostic;
pub mod document;
pub mod files;
pub mod graph;
pub mod matrix;
pub mod plan;
pub mod project;
pub mod raw;
pub mod render;
pub mod resource;
pub mod review;
pub mod source;
pub mod spec;
pub mod synth;
mod table;
pub mod versions;

/// The guide to building specs in Rust, whose examples are tests.
#[doc = include_str!("../docs/builder.md")]
pub mod guide {}
