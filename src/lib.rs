//! Golden images as code: EC2 Image Builder pipelines from a spec to CloudFormation and Terraform.
pub mod check;
pub mod diagnostic;
pub mod document;
pub mod files;
pub mod plan;
pub mod project;
pub mod render;
pub mod resource;
pub mod source;
pub mod spec;
pub mod synth;
mod table;
pub mod versions;
