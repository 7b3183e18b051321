//! A project that was checked: everything in it is valid by type, every reference leads somewhere.
//!
//! Nothing is defaulted here but what a reference needs; defaults that end up in a template are chosen, once, when the
//! project is lowered to a plan.

pub mod backend;
pub mod build;
pub mod container;
pub mod distribution;
pub mod event;
pub mod infrastructure;
pub mod lifecycle;
pub mod pipeline;

use indexmap::IndexMap;

use crate::raw::Raw;

use super::{BucketName, Bump, Key, KmsKey, Platform, ResourceName, RolePath, S3Uri, Version};

pub use backend::{Backend, S3State};
pub use build::{
    Action, Build, Deletion as ImageDeletion, ExecutionRole, Image, Scan, ScanCondition, Tests, Workflow,
    WorkflowSource, WorkflowUse,
};
pub use container::{Container, Dockerfile, Repository};
pub use distribution::{
    AmiDestination, ContainerDestination, Destination, Distribution, FastLaunch, LaunchTemplate, Output, S3Export,
    SsmParameter,
};
pub use event::{BuildEvent, ImageState};
pub use infrastructure::{
    AutoScalingGroup, Groups, Infrastructure, LogBucket, Logs, Metadata, Network, Permission, Placement,
    PrivateNetwork, Profile, Tenancy, Topic,
};
pub use lifecycle::{Delete, Deletion, Exceptions, Lifecycle};
pub use pipeline::{
    Ami, BlockDevice, Component as ComponentUse, ComponentSource, Device, LogGroups, MadeLogGroups, Parent, Pipeline,
    Product, Schedule, Volume,
};

/// Tags by key, checked.
pub type Tags = IndexMap<String, String>;

/// A checked project.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("shop").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let pipeline = &planned.project.pipelines[0];
/// assert_eq!(planned.project.infrastructures[pipeline.infrastructure].name.as_str(), "shop-web");
/// ```
#[derive(Debug, Clone)]
pub struct Project {
    /// The project's name.
    pub name: Key,
    /// The template's description.
    pub description: Option<String>,
    /// What is written unless somebody asks for another.
    pub target: Target,
    /// Where Terraform keeps its state, if the spec says so.
    pub backend: Option<Backend>,
    /// Where documents go that are too long to be inline, if the spec says so.
    pub documents: Option<Documents>,
    /// How versions move.
    pub versions: Versions,
    /// What all generated roles have in common.
    pub roles: Roles,
    /// Template parameters.
    pub parameters: Vec<Parameter>,
    /// Components of the spec.
    pub components: Vec<Component>,
    /// The network of infrastructures that are in none of the account's.
    pub private_network: PrivateNetwork,
    /// Workflows of the spec.
    pub workflows: Vec<Workflow>,
    /// The alias of the key that is made for images, if a pipeline wants one.
    pub image_key: Option<KmsKey>,
    /// Infrastructure configurations: the shared ones, then those of single pipelines.
    pub infrastructures: Vec<Infrastructure>,
    /// Distribution configurations: the shared ones, then those of single pipelines.
    pub distributions: Vec<Distribution>,
    /// Pipelines.
    pub pipelines: Vec<Pipeline>,
    /// Images that are built when the template is deployed.
    pub images: Vec<Image>,
    /// What concerns all resources: their tags.
    pub tags: Tags,
    /// What is handed on as it is.
    pub raw: Raw,
}

/// A place in S3 for documents.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").documents("acme-documents").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let documents = planned.project.documents.expect("the spec names a bucket");
/// assert_eq!(documents.bucket.as_str(), "acme-documents");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// The bucket.
    pub bucket: BucketName,
    /// What the keys begin with, if it is chosen.
    pub prefix: Option<String>,
}

/// A back end.
///
/// ```
/// use kiln::project::definition::Target;
/// use kiln::synth::Format;
///
/// assert_eq!(Format::of(Target::Terraform).file_name(), "main.tf");
/// assert_eq!(Format::Json.target(), Target::CloudFormation);
/// assert_eq!(Target::default().word(), "cloudformation");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// A CloudFormation template.
    #[default]
    CloudFormation,
    /// A Terraform configuration.
    Terraform,
}

impl Target {
    /// The word for it in a spec.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::Terraform => "terraform",
        }
    }
}

/// How versions move.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::Bump;
/// use kiln::spec::{Pipeline, Spec, Versions};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("ubuntu-24.04/x86_64").component("aws:update-linux");
/// let spec = Spec::named("web").versions(Versions::new().bump("minor")).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.versions.bump, Bump::Minor);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Versions {
    /// Who counts.
    pub mode: VersionMode,
    /// Which number is counted up in lock mode.
    pub bump: Bump,
}

/// Who counts versions.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::VersionMode;
/// use kiln::spec::{Pipeline, Spec, Versions};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("ubuntu-24.04/x86_64").component("aws:update-linux");
/// let spec = Spec::named("web").versions(Versions::new().mode("native")).pipeline("web", web);
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("nothing is wrong");
/// assert_eq!(output.project.versions.mode, VersionMode::Native);
/// assert!(output.text.contains("1.0.x") && output.lowered.lock.is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VersionMode {
    /// kiln, in a lock file.
    #[default]
    Lock,
    /// CloudFormation, by `1.0.x` recipes and component builds.
    Native,
    /// The author of the spec.
    Fixed,
}

/// What all generated roles and instance profiles have in common.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::RolePath;
/// use kiln::spec::{Pipeline, Roles, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").roles(Roles::new().path("/images/")).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.roles.path.as_ref().map(RolePath::as_str), Some("/images/"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Roles {
    /// Their path; `/` otherwise.
    pub path: Option<RolePath>,
    /// The policy that bounds their rights, by ARN, with `${partition}` and `${account}` in it.
    pub permissions_boundary: Option<Given<String>>,
}

/// A template parameter.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Input, Parameter, Pipeline, Roles, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let boundary = Parameter::new().default("arn:aws:iam::123456789012:policy/image-builds");
/// let roles = Roles::new().permissions_boundary(Input::parameter("boundary"));
/// let spec = Spec::named("web").parameter("boundary", boundary).roles(roles).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.parameters[0].key.as_str(), "boundary");
/// ```
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub key: Key,
    /// What it takes.
    pub kind: ParameterKind,
    /// What the person who deploys is told.
    pub description: Option<String>,
    /// Used when nothing is given.
    pub default: Option<String>,
    /// The only values taken, if any.
    pub allowed_values: Vec<String>,
}

/// What a template parameter takes.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::ParameterKind;
/// use kiln::spec::{Input, Parameter, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let role = Input::parameter("role");
/// let web = Pipeline::from_base("rhel-10/arm64").component("aws:update-linux").execution_role(role);
/// let spec = Spec::named("web").parameter("role", Parameter::new()).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.parameters[0].kind, ParameterKind::Text);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A list of texts.
    Texts,
    /// An AMI.
    AmiId,
    /// A VPC.
    VpcId,
    /// A subnet.
    SubnetId,
    /// Security groups.
    SecurityGroupIds,
    /// A key pair.
    KeyPair,
}

/// A value of the spec, or of a template parameter.
///
/// ```
/// use kiln::project::Key;
/// use kiln::project::definition::Given;
///
/// let terraform = |subnet: Given<&str>| match subnet {
///     Given::Value(id) => format!("\"{id}\""),
///     Given::Parameter(name) => format!("var.{}", name.snake()),
/// };
/// assert_eq!(terraform(Given::Value("subnet-0123456789abcdef0")), "\"subnet-0123456789abcdef0\"");
/// assert_eq!(terraform(Given::Parameter(Key::parse("build-subnet").unwrap())), "var.build_subnet");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given<T> {
    /// This value.
    Value(T),
    /// What the parameter of this name is given.
    Parameter(Key),
}

/// A component of the spec.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::Platform;
/// use kiln::spec::{Component, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("nginx");
/// let nginx = Component::new().build(["dnf -y install nginx"]);
/// let spec = Spec::named("web").component("nginx", nginx).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.components[0].platform, Platform::Linux);
/// ```
#[derive(Debug, Clone)]
pub struct Component {
    /// Its name in the spec.
    pub key: Key,
    /// Its physical name.
    pub name: ResourceName,
    /// Where it runs.
    pub platform: Platform,
    /// What it does.
    pub description: Option<String>,
    /// What is new.
    pub change_description: Option<String>,
    /// Operating systems that it supports; any if empty.
    pub supported_os: Vec<String>,
    /// Its document.
    pub content: Content,
    /// The version, if it is pinned.
    pub version: Option<Version>,
    /// The key that encrypts the document.
    pub kms_key: Option<KmsKey>,
    /// Whether versions that are no longer used stay in the account.
    pub retain: bool,
    /// Its tags, those of the project included.
    pub tags: Tags,
}

/// A component's document.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Content;
/// use kiln::spec::{Component, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("nginx");
/// let nginx = Component::from_source("s3://acme-components/nginx.yaml");
/// let spec = Spec::named("web").component("nginx", nginx).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.components[0].content, Content::S3(_)));
/// ```
#[derive(Debug, Clone)]
pub enum Content {
    /// The text, and the S3 sources that its steps download.
    Inline {
        /// The text.
        text: String,
        /// The text with its parameters in the order of the spec, if that is another: kiln wrote it so once, and a version
        /// that was recorded of it keeps it.
        as_written: Option<String>,
        /// `s3://` sources as they are written.
        downloads: Vec<String>,
    },
    /// An object that the service reads.
    S3(S3Uri),
}
