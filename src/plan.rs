//! What will exist: resources with resolved names, versions and explicit defaults, and the references between them.
//!
//! A plan is the one value that both back ends are written from. It holds decisions, no words of the spec: whoever
//! renders it needs to know nothing of TOML.

mod addresses;
mod limits;
mod lower;
mod origin;
pub mod raw;

use std::borrow::Cow;
use std::sync::Arc;

pub use addresses::Addresses;
pub use lower::{KeyNeeds, Lowered, lower};
pub use origin::{EventId, Origin, Part, Table};

use crate::diagnostic::Diagnostic;
use crate::raw::Raw;
use crate::resource::{Address, Companion, Handle, Properties, Resource, Text, Type};

/// Everything that a project provisions, in the order in which it is written.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
/// let plan = output.lowered.plan;
/// assert_eq!(plan.description, "EC2 Image Builder pipelines of web");
/// assert!(plan.has_cloudformation("WebRecipe") && plan.has_terraform("aws_s3_bucket", "logs"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The project's name: the stack name by default.
    pub name: String,
    /// What the template says of itself.
    pub description: String,
    /// The line that marks a file as generated, see [`crate::synth::marker`]; none if it is empty.
    pub marker: String,
    /// Template parameters, or Terraform variables.
    pub parameters: Vec<Parameter>,
    /// The resources, which [`Plan::add`] adds.
    pub resources: Vec<Planned>,
    /// Where they are.
    pub addresses: Addresses,
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
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::resource::bucket::Bucket;
///
/// let mut plan = Plan::default();
/// let bucket = Bucket { name_prefix: "logs-".into(), expire_after_days: Some(90), tags: [].into() };
/// let origin = Origin::shared(Table::Project, Part::LogBucket);
/// plan.add(origin, &bucket, Life::default()).expect("nothing else has its id");
/// // What is one resource in CloudFormation is five in Terraform.
/// let types: Vec<_> = plan.resources[0].terraform().map(|(of, _)| of).collect();
/// assert_eq!(types[..2], ["aws_s3_bucket", "aws_s3_bucket_server_side_encryption_configuration"]);
/// assert_eq!(types.len(), 5);
/// ```
#[derive(Debug, Clone)]
pub struct Planned {
    /// What others refer to it by.
    pub handle: Handle,
    /// What it is for. Only what is read back from a deployed template may have none.
    pub origin: Option<Origin>,
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
    /// A resource with this origin, at the addresses that follow from it.
    #[must_use]
    pub fn new(origin: Origin, resource: &impl Resource, life: Life) -> Self {
        let of: &'static Type = resource.of();
        let handle = Handle { of, address: Arc::new(origin.address()) };
        Self {
            origin: Some(origin),
            properties: resource.properties(),
            companions: resource.companions(&handle),
            handle,
            life,
            after: Vec::new(),
        }
    }

    /// Its address in Terraform, such as `aws_iam_role.web_instance`.
    #[must_use]
    pub fn terraform_address(&self) -> String {
        format!("{}.{}", self.handle.of.terraform, self.handle.address.terraform)
    }

    /// The type and label of each resource that this is in Terraform: its own, then those of its companions.
    pub fn terraform(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let label = self.handle.address.terraform.as_str();
        let companions = self.companions.iter().map(move |companion| (companion.terraform, companion.label(label)));
        std::iter::once((self.handle.of.terraform, Cow::Borrowed(label))).chain(companions)
    }
}

/// What a deployment does when a resource is replaced or no longer wanted.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let api = Pipeline::from_base("amazon-linux-2023/x86_64").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container("team/api"));
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
/// let kept = output.lowered.plan.resources.iter().filter(|planned| planned.life.retained);
/// let ids: Vec<_> = kept.map(|planned| planned.handle.address.cloudformation.as_str()).collect();
/// assert_eq!(ids, ["LogBucket", "ApiRepository"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Life {
    /// It outlives its stack: `DeletionPolicy: Retain` in CloudFormation. Terraform refuses to delete what holds data.
    pub retained: bool,
    /// A replacement exists before the old one goes. CloudFormation always works that way; Terraform wants to be told.
    pub create_before_destroy: bool,
}

/// A document in S3. Its key is the hash of its text, so what is there already is the same.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Component, Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let motd = format!("cat > /etc/motd <<'EOF'\n{}EOF", "Golden image\n".repeat(1500));
/// let spec = Spec::named("web")
///     .documents("acme-documents")
///     .component("motd", Component::new().build([motd]))
///     .pipeline("web", Pipeline::from_base("amazon-linux-2023/arm64").component("motd"));
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
/// let [document] = &output.lowered.plan.uploads[..] else { panic!("one document is too long") };
/// assert!(document.uri().starts_with("s3://acme-documents/kiln/"));
/// assert!(output.text.contains(&document.uri()));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::plan::Setting;
/// use kiln::spec::{Backend, Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let state = Backend::new().s3("acme-terraform-state");
/// let spec = Spec::named("web").target("terraform").backend(state).pipeline("web", web);
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
/// let backend = output.lowered.plan.backend.expect("the spec says where");
/// let key = Setting::Text("web/terraform.tfstate".into());
/// assert!(backend.kind == "s3" && backend.arguments.contains(&("key", key)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Such as `s3`.
    pub kind: &'static str,
    /// The arguments. Terraform reads them before it can evaluate anything, so there are no references.
    pub arguments: Vec<(&'static str, Setting)>,
}

/// An argument of a backend.
///
/// ```
/// use kiln::plan::{Backend, Plan, Setting};
/// use kiln::render::terraform;
///
/// let path = Setting::Text("states/web.tfstate".into());
/// let backend = Backend { kind: "local", arguments: vec![("path", path)] };
/// let plan = Plan { backend: Some(backend), ..Plan::default() };
/// assert!(terraform::hcl(&plan).contains(r#"path = "states/web.tfstate""#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A string, as its characters.
    Text(String),
    /// A boolean.
    Bool(bool),
}

/// A parameter of the template.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Infrastructure, Input, Parameter, Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let instances = Infrastructure::new().key_pair(Input::parameter("login"));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web")
///     .parameter("login", Parameter::new().kind("key-pair"))
///     .pipeline("web", web.infrastructure(instances));
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
/// let [login] = &output.lowered.plan.parameters[..] else { panic!("the spec has one") };
/// assert_eq!(login.address.cloudformation, "Login");
/// assert_eq!(login.cloudformation_type, "AWS::EC2::KeyPair::KeyName");
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::resource::Part;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let synthesis = synth(Request::new(&spec, &InMemory::default()));
/// let plan = synthesis.output.expect("it has no errors").lowered.plan;
/// let mut outputs = plan.outputs.iter();
/// let arn = outputs.find(|it| it.address.terraform == "web_pipeline_arn").expect("it is shown");
/// assert_eq!(arn.description, "The pipeline web");
/// assert!(matches!(arn.value.parts(), [Part::Attribute(_)]));
/// ```
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
    ///
    /// # Errors
    /// If another resource has its logical id, or its address in Terraform: `KILN-B003` at the fields of both.
    pub fn add(&mut self, origin: Origin, resource: &impl Resource, life: Life) -> Result<Handle, Box<Diagnostic>> {
        let planned = Planned::new(origin, resource, life);
        let handle = planned.handle.clone();
        self.insert(planned)?;
        Ok(handle)
    }
}
