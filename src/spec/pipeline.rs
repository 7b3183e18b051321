//! `[pipeline.NAME]`: from a base over components to an image.

use super::{
    Axis, BuildEvent, Container, Destination, DistributionChoice, InfrastructureChoice, Input, Keep, Lifecycle,
    LogGroups, Permission, Publish, Schedule, Volume, WorkflowUse,
};
use crate::table::table;

table! {
    /// One line of images.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, Schedule};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64")
    ///     .components(["aws:update-linux", "firewall"])
    ///     .root_volume("30 GiB")
    ///     .schedule(Schedule::from("0 4 ? * SUN *").timezone("Europe/Rome"))
    ///     .regions(["eu-west-1", "us-east-1"]);
    /// ```
    Pipeline needs ["base"] ["components" | "container"] {
        /// What it makes.
        one "description" description: String,
        /// Fans the table out to a pipeline for each combination of values. `${arch}` in its strings is the value of
        /// the axis `arch`.
        map "matrix" matrix: Axis,
        /// What an image starts from: a name of the catalogue (`amazon-linux-2023/arm64`), `ssm:` and a parameter, an
        /// image ARN, an AMI id; for a container also `docker:` and an image of a registry.
        one "base" base: Base,
        /// Makes container images instead of AMIs: the name of a repository of ECR, or a table.
        one "container" container: Container,
        /// Components in the order in which they run: names of this spec, `aws:` and a managed one, or ARNs.
        list "components" components / component: ComponentUse,
        /// The root volume, of a container's build instance too: `"30 GiB"` or a table.
        one "root-volume" root_volume: Volume,
        /// Further volumes, each with the keys of `root-volume` and a `device`.
        list "block-devices" block_devices / block_device: Volume,
        /// A script that runs when a build instance first starts: a path relative to the spec.
        one "user-data" user_data: String,
        /// The directory that components run in.
        one "working-directory" working_directory: String,
        /// Whether the SSM agent is removed before the image is taken: `false` unless said otherwise.
        one "uninstall-ssm-agent" uninstall_ssm_agent: bool,
        /// Instance types to build on; the short form of an infrastructure with only these.
        list "instance-types" instance_types / instance_type: String,
        /// The name of a shared infrastructure, or a table with the keys of one.
        one "infrastructure" infrastructure: InfrastructureChoice,
        /// Regions that get the image, all in the same way; the one deployed to otherwise.
        list "regions" regions / region: String,
        /// Who may launch the image: account ids, ARNs of organizations and organizational units, or `public`.
        list "share-with" share_with: String,
        /// Accounts that get a copy of their own.
        list "copy-to-accounts" copy_to_accounts: String,
        /// The KMS key that volumes and images are encrypted with, in every Region; `generated` makes one, in the Region
        /// deployed to.
        one "kms-key" kms_key: String,
        /// An SSM parameter, or a table, that gets the newest AMI's id.
        one "publish" publish: Publish,
        /// The AMI's name, with `{{ imagebuilder:buildDate }}` in it.
        one "ami-name" ami_name: String,
        /// The AMI's description.
        one "ami-description" ami_description: String,
        /// More tags of the AMI, over those of the project.
        map "ami-tags" ami_tags / ami_tag: String,
        /// Tags that the AMI has from the moment it is made, before it is tested and distributed. CloudFormation only.
        map "build-ami-tags" build_ami_tags / build_ami_tag: String,
        /// Names that AMIs are marked with, at most 5: marks that copies keep. CloudFormation only.
        list "ami-watermarks" ami_watermarks / ami_watermark: String,
        /// The name of a shared distribution, or a list of tables, one a Region.
        one "distribution" distribution: DistributionChoice,
        /// When it runs by itself: `"rate(7 days)"`, `"0 4 ? * SUN *"` or a table; on request only otherwise.
        one "schedule" schedule: Schedule,
        /// Whom the states of its images are told, by ARN or in tables.
        list "events" events: BuildEvent,
        /// Whether tests run on an instance of the new image: `true` unless said otherwise.
        one "tests" tests: Tests,
        /// Whether Amazon Inspector scans the test instance, or the container image: `false` unless said otherwise. It
        /// needs tests.
        one "scan" scan: Scan,
        /// Workflows instead of the service's own, in their order: names of this spec, `aws:` and a managed one, or ARNs.
        list "workflows" workflows / workflow: WorkflowUse,
        /// The role that runs workflows, by name or ARN; one with just the rights that the spec needs is made otherwise.
        one "execution-role" execution_role: Input,
        /// Rights added to the generated execution role.
        list "execution-permissions" execution_permissions / execution_permission: Permission,
        /// Where the service writes its logs in CloudWatch.
        one "log-groups" log_groups: LogGroups,
        /// `on-change`: each deployment that changes the pipeline builds an image. CloudFormation only.
        one "image" image: String = ["on-change"],
        /// Whether the service records packages and the operating system's version: `true` unless said otherwise.
        one "enhanced-metadata" enhanced_metadata: bool,
        /// Whether the pipeline may run by its schedule: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// How many images stay: `10` unless said otherwise, or `"all"`.
        one "keep" keep: Keep = 1..=1000,
        /// What happens to old images at length, instead of `keep`.
        one "lifecycle" lifecycle: Lifecycle,
        /// The recipe's version, to pin it by hand: `2.1.0`.
        one "version" version: String,
        /// More tags of the images, as Image Builder lists them. CloudFormation only.
        map "image-tags" image_tags / image_tag: String,
        /// More tags of the pipeline and its recipe, over those of the project.
        map "tags" tags / tag: String,
    }
}

table! {
    /// What an image starts from.
    ///
    /// ```
    /// use kiln::spec::{Base, Pipeline};
    ///
    /// let hardened = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:stig-build-linux-high");
    /// let web = Pipeline::from_base(Base::of_pipeline("hardened").cascade(true)).component("nginx");
    /// ```
    Base short(String) needs ["image" | "pipeline"] {
        /// The image: a name of the catalogue, `ssm:` and a parameter, an image ARN, an AMI id or a parameter.
        one "image" image: Input,
        /// Another pipeline of this spec, instead of an image: its newest image, through the SSM parameter that it
        /// publishes.
        one "pipeline" pipeline: String,
        /// Whether each new image of that pipeline starts a build of this one: `true` unless this one has a `schedule`.
        one "cascade" cascade: bool,
        /// `linux`, `windows` or `macos`, where kiln cannot know.
        one "platform" platform: String = ["linux", "windows", "macos"],
        /// `x86_64` or `arm64`, where kiln cannot know.
        one "architecture" architecture: String = ["x86_64", "arm64"],
        /// The root volume's device name, where kiln cannot know.
        one "root-device" root_device: String,
    }
}

impl From<String> for Base {
    fn from(image: String) -> Self {
        Self::new().image(image)
    }
}

impl Base {
    /// The newest image of another pipeline of the same spec.
    pub fn of_pipeline(name: impl Into<String>) -> Self {
        Self::new().pipeline(name)
    }
}

impl From<&str> for Base {
    fn from(image: &str) -> Self {
        Self::new().image(image)
    }
}

table! {
    /// A component at its place in a pipeline.
    ///
    /// ```
    /// use kiln::spec::{ComponentUse, Pipeline};
    ///
    /// let agent = ComponentUse::from("agent").parameter("Version", "2.4.0");
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux").component(agent);
    /// ```
    ComponentUse short(String) needs ["use"] {
        /// The component: a name of this spec, `aws:` and a managed one, or an ARN.
        one "use" component: String,
        /// Values for the document's parameters.
        map "parameters" parameters / parameter: Input,
    }
}

impl From<String> for ComponentUse {
    fn from(component: String) -> Self {
        Self::new().component(component)
    }
}

impl From<&str> for ComponentUse {
    fn from(component: &str) -> Self {
        Self::new().component(component)
    }
}

table! {
    /// Tests of new images.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, Tests};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").tests(Tests::new().timeout("90 minutes"));
    /// let fast = web.clone().tests(false);
    /// ```
    Tests short(bool) {
        /// Whether they run: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// How long they may take, `"60 minutes"` to `"24 hours"`. The service takes the setting, and waits 12 hours.
        one "timeout" timeout: String,
    }
}

impl From<bool> for Tests {
    fn from(enabled: bool) -> Self {
        Self::new().enabled(enabled)
    }
}

table! {
    /// Scans of new images by Amazon Inspector.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, Scan};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").scan(true);
    /// let api = Pipeline::from_base("docker:amazonlinux:2023")
    ///     .container("team/api")
    ///     .scan(Scan::new().enabled(true).repository("team/scans"));
    /// let gated = Scan::new().kind("ON_DEMAND_AMI_CVE").max_severity("medium");
    /// let db = Pipeline::from_base("amazon-linux-2023/arm64").scan(gated);
    /// ```
    Scan short(bool) {
        /// Whether they run: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// For an AMI, what is scanned: `["TEST_INSTANCE_CVE"]`, the default, or `["ON_DEMAND_AMI_CVE"]`, the AMI itself, for
        /// which Inspector need not be activated. CloudFormation only.
        list "types" types / kind: String = ["TEST_INSTANCE_CVE", "ON_DEMAND_AMI_CVE"],
        /// The highest severity that findings may have: `informational`, `low`, `medium` or `high`. An image with a finding above
        /// it fails in its test phase, and is not distributed. For `ON_DEMAND_AMI_CVE` only.
        one "max-severity" max_severity: String = ["informational", "low", "medium", "high"],
        /// Whether `max-severity` counts only findings that have a fix: `true` unless said otherwise.
        one "fix-available" fix_available: bool,
        /// For a container: the repository of ECR that images are pushed to for the scan; the service's own otherwise.
        one "repository" repository: Input,
        /// For a container: tags of the image there.
        list "tags" tags / tag: String,
    }
}

impl From<bool> for Scan {
    fn from(enabled: bool) -> Self {
        Self::new().enabled(enabled)
    }
}

impl Pipeline {
    /// A pipeline from this base.
    pub fn from_base(base: impl Into<Base>) -> Self {
        Self::new().base(base)
    }

    /// Adds a Region with settings of its own.
    #[must_use]
    pub fn destination(mut self, destination: Destination) -> Self {
        match &mut self.distribution {
            Some(DistributionChoice::Own(all)) => all.push(destination),
            other => *other = Some(DistributionChoice::Own(vec![destination])),
        }
        self
    }
}
