//! From a base over components to an image.

use indexmap::IndexMap;

use super::{Build, BuildEvent, Container, Given, Lifecycle, Tags};
use crate::project::{
    Base, DeviceName, Expression, Gibibytes, Key, KmsKey, LogGroupName, ResourceName, Throughput, Timezone, Version,
    VolumeType, Watermark,
};

/// A checked pipeline.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.kms_key("alias/images"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let pipeline = &planned.project.pipelines[0];
/// assert!(pipeline.container().is_none() && pipeline.volume_keys().any(|key| !key.is_aws_managed()));
/// ```
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Its name in the spec.
    pub key: Key,
    /// Its physical name, and that of its recipe.
    pub name: ResourceName,
    /// What it makes.
    pub description: Option<String>,
    /// What an image starts from.
    pub parent: Parent,
    /// Components in order.
    pub components: Vec<Component>,
    /// Block devices of the build instance, the root volume first.
    pub devices: Vec<BlockDevice>,
    /// The directory that components run in.
    pub working_directory: Option<String>,
    /// What it makes.
    pub product: Product,
    /// The place of its infrastructure in the project's list.
    pub infrastructure: usize,
    /// The place of its distribution in the project's list.
    pub distribution: usize,
    /// The place of the pipeline whose new images start it.
    pub cascade: Option<usize>,
    /// Who is told of its builds.
    pub events: Vec<BuildEvent>,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// How images are built, tested and scanned.
    pub build: Build,
    /// Where the service writes its logs.
    pub log_groups: LogGroups,
    /// Whether each deployment that changes the pipeline builds an image.
    pub image_on_change: bool,
    /// Whether it may run by its schedule.
    pub enabled: bool,
    /// How long images stay; for ever otherwise.
    pub lifecycle: Option<Lifecycle>,
    /// The recipe's version, if it is pinned.
    pub version: Option<Version>,
    /// Tags of the images, as Image Builder lists them.
    pub image_tags: Tags,
    /// Tags of the pipeline and its recipe, those of the project included.
    pub tags: Tags,
}

impl Pipeline {
    /// What makes its images container images, if they are.
    #[must_use]
    pub fn container(&self) -> Option<&Container> {
        match &self.product {
            Product::Container(container) => Some(container),
            Product::Ami(_) => None,
        }
    }

    /// The keys that its volumes are encrypted with.
    pub fn volume_keys(&self) -> impl Iterator<Item = &KmsKey> {
        self.devices.iter().filter_map(|device| device.volume()?.kms_key.as_ref())
    }
}

/// What a pipeline makes.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Product;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let api = Pipeline::from_base("docker:debian:12").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container("team/api"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.pipelines[0].product, Product::Container(_)));
/// ```
#[derive(Debug, Clone)]
pub enum Product {
    /// AMIs.
    Ami(Ami),
    /// Container images.
    Container(Box<Container>),
}

/// What the recipe of an AMI has besides.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Product;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.build_ami_tag("stage", "built"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let Product::Ami(ami) = &planned.project.pipelines[0].product else { panic!("it makes AMIs") };
/// assert_eq!(ami.build_tags["stage"], "built");
/// ```
#[derive(Debug, Clone)]
pub struct Ami {
    /// The script of the first boot, as it was read.
    pub user_data: Option<String>,
    /// Whether the SSM agent is removed at the end.
    pub uninstall_ssm_agent: Option<bool>,
    /// Tags of the AMI from the moment it is made.
    pub build_tags: Tags,
    /// Marks of the AMI.
    pub watermarks: Vec<Watermark>,
}

/// Log groups of CloudWatch.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{LogGroups, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let groups = LogGroups::new().image("/aws/imagebuilder/web");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.log_groups(groups));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let groups = &planned.project.pipelines[0].log_groups;
/// assert!(groups.image.is_some() && groups.pipeline.is_none() && groups.made.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct LogGroups {
    /// Of image builds; the service's own otherwise.
    pub image: Option<Given<LogGroupName>>,
    /// Of the pipeline; the service's own otherwise.
    pub pipeline: Option<Given<LogGroupName>>,
    /// How groups are made, if they are.
    pub made: Option<MadeLogGroups>,
}

/// How log groups are made.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{LogGroups, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let groups = LogGroups::new().expire_after("3 months");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.log_groups(groups));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let made = planned.project.pipelines[0].log_groups.made.as_ref().expect("groups are made");
/// assert_eq!(made.expire_after_days, Some(90));
/// ```
#[derive(Debug, Clone)]
pub struct MadeLogGroups {
    /// Days that logs stay; for ever otherwise.
    pub expire_after_days: Option<u32>,
    /// The key that encrypts them.
    pub kms_key: Option<KmsKey>,
}

/// What an image starts from.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Parent;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let Parent::Base(base) = &planned.project.pipelines[0].parent else { panic!("it has a base") };
/// assert_eq!(base.facts().architecture.map(|it| it.word()), Some("arm64"));
/// ```
#[derive(Debug, Clone)]
pub enum Parent {
    /// A base image.
    Base(Base),
    /// The AMI that this template parameter is given.
    Parameter(Key),
}

/// A component at its place.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::ComponentSource;
/// use kiln::spec::{Component, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let nginx = Component::new().build(["dnf -y install nginx"]);
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").components(["aws:update-linux", "nginx"]);
/// let spec = Spec::named("web").component("nginx", nginx).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.pipelines[0].components[1].source, ComponentSource::Own(0));
/// ```
#[derive(Debug, Clone)]
pub struct Component {
    /// Which one.
    pub source: ComponentSource,
    /// Values for its parameters.
    pub parameters: IndexMap<String, Given<String>>,
}

/// Which component.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::ComponentSource;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let source = &planned.project.pipelines[0].components[0].source;
/// assert!(matches!(source, ComponentSource::Managed { version, .. } if version == "x.x.x"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComponentSource {
    /// The project's, by its place in the list.
    Own(usize),
    /// Amazon's, by name and version, which may hold wildcards.
    Managed {
        /// Such as `update-linux`.
        name: String,
        /// Such as `x.x.x`.
        version: String,
    },
    /// Somebody's, by ARN.
    Arn(String),
}

/// What stands at a device name.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.root_volume("30 GiB"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let root = &planned.project.pipelines[0].devices[0];
/// assert!(root.name.as_str() == "/dev/xvda" && root.volume().is_some_and(|volume| volume.encrypted));
/// ```
#[derive(Debug, Clone)]
pub struct BlockDevice {
    /// Where it is attached.
    pub name: DeviceName,
    /// What it is.
    pub device: Device,
}

impl BlockDevice {
    /// The volume of EBS, if it is one.
    #[must_use]
    pub fn volume(&self) -> Option<&Volume> {
        match &self.device {
            Device::Volume(volume) => Some(volume),
            Device::InstanceStore(_) | Device::Nothing => None,
        }
    }
}

/// What a block device is.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Device;
/// use kiln::spec::{Pipeline, Spec, Volume};
/// use kiln::synth::{Request, check};
///
/// let scratch = Volume::new().device("/dev/sdb").virtual_name("ephemeral0");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.block_device(scratch));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.pipelines[0].devices[1].device, Device::InstanceStore(_)));
/// ```
#[derive(Debug, Clone)]
pub enum Device {
    /// A volume of EBS.
    Volume(Volume),
    /// An instance store volume, such as `ephemeral0`.
    InstanceStore(String),
    /// Nothing, whatever the base has there.
    Nothing,
}

/// A volume of EBS.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec, Volume};
/// use kiln::synth::{Request, check};
///
/// let data = Volume::from("1 TiB").device("/dev/sdb").kind("io2").iops(4000);
/// let db = Pipeline::from_base("ubuntu-24.04/x86_64").component("aws:update-linux");
/// let spec = Spec::named("orders").pipeline("db", db.block_device(data));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let volume = planned.project.pipelines[0].devices[1].volume().expect("a volume of EBS");
/// assert!(volume.encrypted && volume.size.is_some_and(|size| size.get() == 1024));
/// ```
#[derive(Debug, Clone)]
pub struct Volume {
    /// Its size; the snapshot's otherwise.
    pub size: Option<Gibibytes>,
    /// Its type.
    pub kind: VolumeType,
    /// I/O operations per second.
    pub iops: Option<u32>,
    /// Its throughput.
    pub throughput: Option<Throughput>,
    /// A snapshot to start from.
    pub snapshot: Option<String>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// With which key; the account's default for EBS otherwise.
    pub kms_key: Option<KmsKey>,
    /// Whether it goes with its instance.
    pub delete_on_termination: bool,
}

/// When a pipeline runs by itself.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Schedule, Spec};
/// use kiln::synth::{Request, check};
///
/// let sundays = Schedule::from("0 4 ? * SUN *").timezone("Europe/Rome").when("updates");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.schedule(sundays));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let schedule = planned.project.pipelines[0].schedule.as_ref().expect("it runs by itself");
/// assert_eq!(schedule.expression.to_string(), "cron(0 4 ? * SUN *)");
/// ```
#[derive(Debug, Clone)]
pub struct Schedule {
    /// At which times.
    pub expression: Expression,
    /// In which time zone; UTC otherwise.
    pub timezone: Option<Timezone>,
    /// Whether only a new version of the base or of a component makes it run.
    pub only_for_updates: bool,
    /// Failed runs in a row after which the service disables the pipeline.
    pub disable_after_failures: Option<u8>,
}
