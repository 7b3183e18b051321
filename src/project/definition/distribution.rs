//! Where images go.

use super::{Given, Tags};
use crate::project::{
    AccountId, AmiName, BucketName, ImageTag, Key, KmsKey, LaunchTemplateId, LicenseConfigurationArn, Principal,
    Region, RepositoryName, ResourceName, SsmParameterName,
};

/// A checked distribution configuration.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.regions(["eu-west-1", "us-east-1"]));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let pipeline = &planned.project.pipelines[0];
/// assert_eq!(planned.project.distributions[pipeline.distribution].destinations.len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Its name in the spec: its own, or that of the only pipeline that it serves.
    pub key: Key,
    /// Whether it is that of one pipeline, and has no table of its own.
    pub is_own: bool,
    /// Its physical name.
    pub name: ResourceName,
    /// What it is for.
    pub description: Option<String>,
    /// The Regions, at least one.
    pub destinations: Vec<Destination>,
    /// Tags of the configuration, those of the project included.
    pub tags: Tags,
}

/// What happens in one Region.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::Region;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.region("us-east-1"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let destination = &planned.project.distributions[0].destinations[0];
/// assert_eq!(destination.region.as_ref().map(Region::as_str), Some("us-east-1"));
/// ```
#[derive(Debug, Clone)]
pub struct Destination {
    /// The Region; the one deployed to otherwise.
    pub region: Option<Region>,
    /// What is brought there.
    pub output: Output,
}

impl Destination {
    /// The AMI that is brought there, if it is one.
    #[must_use]
    pub fn ami(&self) -> Option<&AmiDestination> {
        match &self.output {
            Output::Ami(ami) => Some(ami),
            Output::Container(_) => None,
        }
    }
}

/// What is brought to a Region.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Output;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.publish("/imagebuilder/web"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let output = &planned.project.distributions[0].destinations[0].output;
/// assert!(matches!(output, Output::Ami(ami) if ami.ssm_parameters.len() == 1));
/// ```
#[derive(Debug, Clone)]
pub enum Output {
    /// An AMI.
    Ami(Box<AmiDestination>),
    /// A container image.
    Container(ContainerDestination),
}

/// A container image in one Region.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Output;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let api = Pipeline::from_base("amazon-linux-2023/x86_64").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container("team/api"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let output = &planned.project.distributions[0].destinations[0].output;
/// assert!(matches!(output, Output::Container(container) if container.repository.is_none()));
/// ```
#[derive(Debug, Clone)]
pub struct ContainerDestination {
    /// The repository; that of the pipeline otherwise.
    pub repository: Option<Given<RepositoryName>>,
    /// Tags of the image.
    pub tags: Vec<ImageTag>,
    /// The description of the image.
    pub description: Option<String>,
}

/// An AMI in one Region.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let web = web.kms_key("alias/images").share_with(["111122223333"]);
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let ami = planned.project.distributions[0].destinations[0].ami().expect("it makes AMIs");
/// assert_eq!(ami.share_with[0].to_string(), "111122223333");
/// ```
#[derive(Debug, Clone)]
pub struct AmiDestination {
    /// The AMI's name.
    pub name: AmiName,
    /// The AMI's description.
    pub description: Option<String>,
    /// Tags of the AMI, those of the project included.
    pub tags: Tags,
    /// Who may launch it.
    pub share_with: Vec<Principal>,
    /// Who gets a copy.
    pub copy_to_accounts: Vec<AccountId>,
    /// The key that it is encrypted with there.
    pub kms_key: Option<KmsKey>,
    /// Launch templates that get a new version.
    pub launch_templates: Vec<LaunchTemplate>,
    /// Parameters that get its id.
    pub ssm_parameters: Vec<SsmParameter>,
    /// Licence configurations.
    pub licenses: Vec<LicenseConfigurationArn>,
    /// Accounts whose launches of it are faster.
    pub fast_launch: Vec<FastLaunch>,
    /// A copy of its disk in a bucket.
    pub s3_export: Option<S3Export>,
}

/// Faster launches of a Windows AMI in an account.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Destination, FastLaunch, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let fast = Destination::new().fast_launch([FastLaunch::from("123456789012").target_snapshots(20)]);
/// let desk = Pipeline::from_base("windows-server-2025").component("aws:update-windows");
/// let spec = Spec::named("desk").pipeline("desk", desk.destination(fast));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let ami = planned.project.distributions[0].destinations[0].ami().expect("it makes AMIs");
/// assert_eq!(ami.fast_launch[0].target_snapshots, Some(20));
/// ```
#[derive(Debug, Clone)]
pub struct FastLaunch {
    /// The account that owns the AMI.
    pub account: AccountId,
    /// Whether it is on.
    pub enabled: bool,
    /// The launch template of the instances that prepare, by id or name.
    pub launch_template: Option<TemplateName>,
    /// Its version.
    pub launch_template_version: Option<String>,
    /// How many instances prepare at the same time.
    pub max_parallel_launches: Option<u32>,
    /// How many snapshots are kept ready.
    pub target_snapshots: Option<u16>,
}

/// How a launch template is named.
///
/// ```
/// use kiln::project::LaunchTemplateId;
/// use kiln::project::definition::distribution::TemplateName;
///
/// let named = |text: &str| match LaunchTemplateId::parse(text) {
///     Ok(id) => TemplateName::Id(id),
///     Err(_) => TemplateName::Name(text.to_owned()),
/// };
/// assert!(matches!(named("lt-0123456789abcdef0"), TemplateName::Id(_)));
/// assert_eq!(named("fast-launch"), TemplateName::Name("fast-launch".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateName {
    /// By its id.
    Id(LaunchTemplateId),
    /// By its name.
    Name(String),
}

/// A copy of an AMI's disk in a bucket.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Destination, Pipeline, S3Export, Spec};
/// use kiln::synth::{Request, check};
///
/// let disk = Destination::new().s3_export(S3Export::new().bucket("acme-disks").format("vmdk"));
/// let web = Pipeline::from_base("ubuntu-24.04/x86_64").component("aws:update-linux");
/// let spec = Spec::named("web").target("terraform").pipeline("web", web.destination(disk));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let ami = planned.project.distributions[0].destinations[0].ami().expect("it makes AMIs");
/// assert!(ami.s3_export.as_ref().is_some_and(|it| it.format == "VMDK" && it.role == "vmimport"));
/// ```
#[derive(Debug, Clone)]
pub struct S3Export {
    /// The bucket.
    pub bucket: BucketName,
    /// What keys start with.
    pub prefix: Option<String>,
    /// The service's word: `RAW`, `VHD` or `VMDK`.
    pub format: &'static str,
    /// The name of the role that exports.
    pub role: String,
}

/// A launch template that gets a new version.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Publish, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let publish = Publish::new().launch_template("lt-0123456789abcdef0");
/// let spec = Spec::named("web").pipeline("web", web.region("eu-west-1").publish(publish));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let ami = planned.project.distributions[0].destinations[0].ami().expect("it makes AMIs");
/// assert!(ami.launch_templates[0].set_default && ami.launch_templates[0].account.is_none());
/// ```
#[derive(Debug, Clone)]
pub struct LaunchTemplate {
    /// Its id.
    pub id: LaunchTemplateId,
    /// Its account, if it is another.
    pub account: Option<AccountId>,
    /// Whether the new version becomes the default.
    pub set_default: bool,
}

/// A parameter that gets an AMI's id.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.publish("/imagebuilder/web"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let ami = planned.project.distributions[0].destinations[0].ami().expect("it makes AMIs");
/// assert!(ami.ssm_parameters[0].is_image);
/// ```
#[derive(Debug, Clone)]
pub struct SsmParameter {
    /// Its name.
    pub name: SsmParameterName,
    /// Whether its type is `aws:ec2:image`, which Systems Manager validates; `text` otherwise.
    pub is_image: bool,
    /// The account whose copy it names, if it is another.
    pub account: Option<AccountId>,
}
