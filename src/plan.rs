//! What will exist: resources with resolved names, versions and explicit defaults, and the references between them.
//!
//! A plan is the one value that both back ends are written from. It holds decisions, no words of the spec: whoever
//! renders it needs to know nothing of TOML.

mod limits;
mod lower;
pub mod raw;

use std::borrow::Cow;
use std::sync::Arc;

pub use lower::{KeyNeeds, Lowered, lower};

use crate::raw::Raw;
use crate::resource::{Address, Companion, Handle, Properties, Resource, Text, Type};

/// Everything that a project provisions, in the order in which it is written.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The project's name: the stack name by default.
    pub name: String,
    /// What the template says of itself.
    pub description: String,
    /// Template parameters, or Terraform variables.
    pub parameters: Vec<Parameter>,
    /// The resources.
    pub resources: Vec<Planned>,
    /// What the deployed stack tells its user.
    pub outputs: Vec<Output>,
    /// Where Terraform keeps its state, if the spec says so.
    pub backend: Option<Backend>,
    /// Documents that are too long to be inline: they must be in S3 before anything is made.
    pub uploads: Vec<Upload>,
    /// What the spec hands on as it is, merged last.
    pub raw: Raw,
}

/// One resource of a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What others refer to it by.
    pub handle: Handle,
    /// Its properties.
    pub properties: Properties,
    /// What Terraform says with resources of their own.
    pub companions: Vec<Companion>,
    /// What happens to it besides its properties.
    pub life: Life,
    /// What must exist before it, though none of its properties refers to it.
    pub after: Vec<Handle>,
}

impl Planned {
    /// The type and label of each resource that this is in Terraform: its own, then those of its companions.
    pub fn terraform(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let label = self.handle.address.terraform.as_str();
        let companions = self.companions.iter().map(move |companion| (companion.terraform, companion.label(label)));
        std::iter::once((self.handle.of.terraform, Cow::Borrowed(label))).chain(companions)
    }
}

/// What a deployment does when a resource is replaced or no longer wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Life {
    /// It outlives its stack: `DeletionPolicy: Retain` in CloudFormation. Terraform refuses to delete what holds data.
    pub retained: bool,
    /// A replacement exists before the old one goes. CloudFormation always works that way; Terraform wants to be told.
    pub create_before_destroy: bool,
}

/// A document in S3. Its key is the hash of its text, so what is there already is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The bucket.
    pub bucket: String,
    /// The key: a prefix, the SHA-256 of the text in hexadecimal, and what kind of document it is.
    pub key: String,
    /// The text.
    pub text: String,
}

impl Upload {
    /// What the template calls it.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// Where Terraform keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Such as `s3`.
    pub kind: &'static str,
    /// The arguments. Terraform reads them before it can evaluate anything, so there are no references.
    pub arguments: Vec<(&'static str, Setting)>,
}

/// An argument of a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A string, as its characters.
    Text(String),
    /// A boolean.
    Bool(bool),
}

/// A parameter of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its logical id in CloudFormation and its name in Terraform.
    pub address: Arc<Address>,
    /// Such as `AWS::EC2::Subnet::Id`.
    pub cloudformation_type: &'static str,
    /// Such as `string`.
    pub terraform_type: &'static str,
    /// What the user is told.
    pub description: Option<String>,
    /// Used when nothing is given.
    pub default: Option<String>,
    /// If not empty, the only values taken.
    pub allowed_values: Vec<String>,
}

/// A value that the deployed stack shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its logical id in CloudFormation and its name in Terraform.
    pub address: Address,
    /// What it is, in a phrase.
    pub description: String,
    /// The value.
    pub value: Text,
}

impl Plan {
    /// Adds a resource and gives out the handle that others refer to it by.
    pub fn add(&mut self, address: Address, resource: &impl Resource, life: Life) -> Handle {
        let of: &'static Type = resource.of();
        let handle = Handle { of, address: Arc::new(address) };
        self.resources.push(Planned {
            properties: resource.properties(),
            companions: resource.companions(&handle),
            handle: handle.clone(),
            life,
            after: Vec::new(),
        });
        handle
    }

    /// Says that a resource is made after others, though none of its properties refers to them.
    pub fn order(&mut self, later: &Handle, earlier: &[Handle]) {
        if let Some(planned) = self.resources.iter_mut().find(|planned| planned.handle == *later) {
            planned.after.extend_from_slice(earlier);
        }
    }
}
