//! `[distribution.NAME]`: where images go, under which name, and who may use them.

use toml::de::DeValue;

use super::Input;
use crate::diagnostic::Report;
use crate::source::At;
use crate::table::{Form, Read, Strings, TableDoc, list, table, wrong_type};

table! {
    /// Where images go.
    ///
    /// ```
    /// use kiln::spec::{Destination, Distribution, Pipeline, Spec};
    ///
    /// let regions = ["eu-west-1", "us-east-1"].map(|region| Destination::new().region(region));
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").distribution("everywhere");
    /// let spec = Spec::named("web")
    ///     .distribution("everywhere", Distribution::new().to(regions))
    ///     .pipeline("web", web);
    /// ```
    Distribution needs ["to"] {
        /// What it is for.
        one "description" description: String,
        /// The Regions, each at most once.
        list "to" to: Destination,
        /// More tags of the configuration, over those of the project.
        map "tags" tags / tag: String,
    }
}

table! {
    /// What happens in one Region.
    ///
    /// ```
    /// use kiln::spec::{Destination, Pipeline};
    ///
    /// let ireland = Destination::new().region("eu-west-1").share_with(["210987654321"]).kms_key("alias/images");
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").destination(ireland);
    /// ```
    Destination {
        /// The Region; the one deployed to otherwise.
        one "region" region: String,
        /// The AMI's name, with `{{ imagebuilder:buildDate }}` in it.
        one "ami-name" ami_name: String,
        /// The AMI's description.
        one "ami-description" ami_description: String,
        /// More tags of the AMI, over those of the project.
        map "ami-tags" ami_tags / ami_tag: String,
        /// Who may launch the AMI: account ids, ARNs of organizations and organizational units, or `public`.
        list "share-with" share_with: String,
        /// Accounts that get a copy of their own, through the role `EC2ImageBuilderDistributionCrossAccountRole`.
        list "copy-to-accounts" copy_to_accounts: String,
        /// The KMS key that the AMI is encrypted with there: an alias, a key id or an ARN.
        one "kms-key" kms_key: String,
        /// Launch templates that get a new version with the AMI.
        list "launch-templates" launch_templates / launch_template: LaunchTemplate,
        /// SSM parameters that get the AMI's id.
        list "ssm-parameters" ssm_parameters / ssm_parameter: SsmParameter,
        /// ARNs of licence configurations to associate with the AMI.
        list "licenses" licenses / license: String,
        /// Windows AMIs that launch faster, from snapshots prepared in advance.
        list "fast-launch" fast_launch: FastLaunch,
        /// A copy of the AMI's disk in a bucket. Terraform only.
        one "s3-export" s3_export: S3Export,
        /// For a container: the repository of ECR that gets the image there.
        one "repository" repository: Input,
        /// For a container: tags of the image.
        list "container-tags" container_tags / container_tag: String,
        /// For a container: the description of the image.
        one "container-description" container_description: String,
    }
}

table! {
    /// Faster launches of a Windows AMI in an account.
    ///
    /// ```
    /// use kiln::spec::{Destination, FastLaunch};
    ///
    /// let fast = FastLaunch::from("123456789012").max_parallel_launches(10).target_snapshots(20);
    /// let ireland = Destination::new().region("eu-west-1").fast_launch([fast]);
    /// ```
    FastLaunch short(String) needs ["account"] {
        /// The account that owns the AMI.
        one "account" account: String,
        /// Whether it is on: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// The launch template, by id, whose network the preparing instances have.
        one "launch-template" launch_template: String,
        /// The launch template by name instead.
        one "launch-template-name" launch_template_name: String,
        /// Its version; the default one otherwise.
        one "launch-template-version" launch_template_version: String,
        /// How many instances prepare at the same time, at least 6.
        one "max-parallel-launches" max_parallel_launches: i64 = 6..=10_000,
        /// How many snapshots are kept ready, 1 to 10000.
        one "target-snapshots" target_snapshots: i64 = 1..=10_000,
    }
}

impl From<String> for FastLaunch {
    fn from(account: String) -> Self {
        Self::new().account(account)
    }
}

impl From<&str> for FastLaunch {
    fn from(account: &str) -> Self {
        Self::new().account(account)
    }
}

table! {
    /// A copy of an AMI's disk in a bucket.
    ///
    /// ```
    /// use kiln::spec::{Destination, S3Export};
    ///
    /// let export = S3Export::new().bucket("acme-disks").prefix("web/").format("vmdk");
    /// let ireland = Destination::new().region("eu-west-1").s3_export(export);
    /// ```
    S3Export needs ["bucket"] ["format"] {
        /// The bucket, in the same Region.
        one "bucket" bucket: String,
        /// What keys start with.
        one "prefix" prefix: String,
        /// `raw`, `vhd` or `vmdk`.
        one "format" format: String = ["raw", "vhd", "vmdk"],
        /// The name of the role that VM Import/Export assumes; `vmimport` unless said otherwise.
        one "role" role: String,
    }
}

table! {
    /// A launch template that gets a new version.
    ///
    /// ```
    /// use kiln::spec::{Destination, LaunchTemplate};
    ///
    /// let template = LaunchTemplate::from("lt-0123456789abcdef0").set_default(false);
    /// let ireland = Destination::new().region("eu-west-1").launch_template(template);
    /// ```
    LaunchTemplate short(String) needs ["id"] {
        /// Such as `lt-0123456789abcdef0`.
        one "id" id: String,
        /// The account that owns it, if it is another.
        one "account" account: String,
        /// Whether the new version becomes the default: `true` unless said otherwise.
        one "set-default" set_default: bool,
    }
}

impl From<String> for LaunchTemplate {
    fn from(id: String) -> Self {
        Self::new().id(id)
    }
}

impl From<&str> for LaunchTemplate {
    fn from(id: &str) -> Self {
        Self::new().id(id)
    }
}

table! {
    /// An SSM parameter that gets the AMI's id.
    ///
    /// ```
    /// use kiln::spec::{Destination, SsmParameter};
    ///
    /// let newest = SsmParameter::from("/imagebuilder/web").data_type("text");
    /// let ireland = Destination::new().region("eu-west-1").ssm_parameter(newest);
    /// ```
    SsmParameter short(String) needs ["name"] {
        /// Its name. Outside `/imagebuilder/`, the service needs an execution role of yours.
        one "name" name: String,
        /// `aws:ec2:image` (default) or `text`.
        one "data-type" data_type: String = ["aws:ec2:image", "text"],
        /// The account whose copy of the AMI it names, if it is another.
        one "account" account: String,
    }
}

impl From<String> for SsmParameter {
    fn from(name: String) -> Self {
        Self::new().name(name)
    }
}

impl From<&str> for SsmParameter {
    fn from(name: &str) -> Self {
        Self::new().name(name)
    }
}

table! {
    /// What gets the newest AMI's id.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, Publish};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").publish("/imagebuilder/web");
    /// assert_eq!(web.publish, Some(Publish::new().ssm_parameter("/imagebuilder/web")));
    /// ```
    Publish short(String) {
        /// An SSM parameter, of the same name in each Region.
        one "ssm-parameter" ssm_parameter: SsmParameter,
        /// A launch template, if there is a single Region.
        one "launch-template" launch_template: LaunchTemplate,
    }
}

impl From<String> for Publish {
    fn from(ssm_parameter: String) -> Self {
        Self::new().ssm_parameter(ssm_parameter)
    }
}

impl From<&str> for Publish {
    fn from(ssm_parameter: &str) -> Self {
        Self::new().ssm_parameter(ssm_parameter)
    }
}

/// A pipeline's distribution: the name of a shared one, or the Regions themselves.
///
/// ```
/// use kiln::spec::{Destination, Pipeline};
///
/// let base = "amazon-linux-2023/arm64";
/// let shared = Pipeline::from_base(base).distribution("everywhere");
/// let own = Pipeline::from_base(base).distribution([Destination::new().region("eu-west-1")]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DistributionChoice {
    /// `[distribution.NAME]`
    Shared(String),
    /// Of this pipeline alone.
    Own(Vec<Destination>),
}

impl Read for DistributionChoice {
    const EXPECTED: &'static str = "the name of a distribution or a list of tables";
    const TABLE: Option<&'static TableDoc> = Destination::TABLE;

    fn forms() -> Vec<Form> {
        vec![Form::Text, Form::List(Destination::forms())]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        match value {
            DeValue::String(name) => Some(Self::Shared(name.to_string())),
            DeValue::Array(_) => list(value, at, report).map(Self::Own),
            DeValue::Table(_) => {
                report.push(wrong_type(Self::EXPECTED, value, at).help("put it in brackets: `[ … ]`"));
                None
            }
            _ => {
                report.push(wrong_type(Self::EXPECTED, value, at));
                None
            }
        }
    }
}

impl Strings for DistributionChoice {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        match self {
            Self::Shared(name) => visit(name, at),
            Self::Own(destinations) => destinations.strings(at, visit),
        }
    }
}

impl From<&str> for DistributionChoice {
    fn from(name: &str) -> Self {
        Self::Shared(name.to_owned())
    }
}

impl<const N: usize> From<[Destination; N]> for DistributionChoice {
    fn from(destinations: [Destination; N]) -> Self {
        Self::Own(destinations.into())
    }
}
