//! What a build asks of Image Builder and CloudWatch Logs, in our own types.

use serde::Serialize;

use super::Findings;
use crate::deploy::Fault;

/// How far an image is, in the service's words: `PENDING`, `BUILDING`, `AVAILABLE`, …
///
/// ```
/// use kiln::build::State;
///
/// let (available, testing) = (State::new("AVAILABLE"), State::new("TESTING"));
/// assert!(available.is_good() && available.is_final());
/// assert!(!testing.is_final(), "there is more to come after {}", testing.word());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State(String);

impl State {
    /// A state by the service's word for it.
    #[must_use]
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    /// The service's word.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.0
    }

    /// Whether the image is there.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.0 == "AVAILABLE"
    }

    /// Whether the build was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0 == "CANCELLED"
    }

    /// Whether nothing more will happen. An image that is deprecated, disabled or deleted was finished before.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self.0.as_str(), "AVAILABLE" | "FAILED" | "CANCELLED" | "DEPRECATED" | "DISABLED" | "DELETED")
    }
}

/// An image, whose ARN is that of its build.
///
/// ```
/// use kiln::build::Image;
///
/// let (name, version) = ("web".to_owned(), "1.0.3/2".to_owned());
/// let image = Image { name, version, ..Image::default() };
/// let (group, stream) = image.log();
/// assert_eq!((group.as_str(), stream.as_str()), ("/aws/imagebuilder/web", "1.0.3/2"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// Its ARN: `…:image/NAME/VERSION/BUILD`.
    pub arn: String,
    /// The recipe's name.
    pub name: String,
    /// Version and build: `1.0.3/2`.
    pub version: String,
    /// How far it is.
    pub state: State,
    /// Why it is in that state, if the service says so.
    pub reason: Option<String>,
    /// When it was begun, as the service writes it.
    pub created: String,
    /// What its recipe is built on, as the recipe says it: an ARN, the id of an AMI, `ssm:NAME`, or a container image.
    pub base: Option<String>,
    /// The pipeline that builds it.
    pub pipeline: Option<String>,
    /// The log group, if it is not the service's own.
    pub log_group: Option<String>,
    /// Whether a build instance of a failed build is terminated.
    pub terminates: Option<bool>,
    /// Whether it is scanned for vulnerabilities.
    pub is_scanned: bool,
    /// How far the scan is, in the service's word: `PENDING`, `SCANNING`, `COMPLETED`, …
    pub scan: Option<String>,
    /// What came out, if these are AMIs.
    pub amis: Vec<Ami>,
    /// What came out, if these are container images.
    pub containers: Vec<Container>,
    /// SSM parameters that are set to its AMIs.
    pub parameters: Vec<Parameter>,
    /// Launch templates that get a version with its AMIs.
    pub templates: Vec<Template>,
}

impl Image {
    /// Where its log is: group and stream (EC2 Image Builder User Guide, "Monitor logs").
    #[must_use]
    pub fn log(&self) -> (String, String) {
        let group = self.log_group.clone().unwrap_or_else(|| format!("/aws/imagebuilder/{}", self.name));
        (group, self.version.clone())
    }
}

/// An AMI of an image.
///
/// ```
/// use kiln::build::{Ami, Image};
///
/// let ami = |region: &str, id: &str| {
///     let (account, name) = ("123456789012".to_owned(), "web 1.0.3".to_owned());
///     Ami { region: region.to_owned(), account, id: id.to_owned(), name }
/// };
/// let amis = vec![ami("eu-west-1", "ami-0123abcd"), ami("us-east-1", "ami-4567abcd")];
/// let image = Image { amis, ..Image::default() };
/// let here = image.amis.iter().find(|ami| ami.region == "us-east-1");
/// assert_eq!(here.map(|ami| ami.id.as_str()), Some("ami-4567abcd"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ami {
    /// Its Region.
    pub region: String,
    /// Whose it is.
    pub account: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Container images of one Region.
///
/// ```
/// use kiln::build::{Container, Image};
///
/// let uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.0.3-2";
/// let built = Container { region: "eu-west-1".to_owned(), uris: vec![uri.to_owned()] };
/// let image = Image { containers: vec![built], ..Image::default() };
/// let mut uris = image.containers.iter().flat_map(|container| &container.uris);
/// assert!(uris.all(|uri| uri.contains("/web:")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Container {
    /// The Region.
    pub region: String,
    /// Their addresses with tags.
    pub uris: Vec<String>,
}

/// An SSM parameter that names an AMI.
///
/// ```
/// use kiln::build::{Builder, Parameter, places::published};
/// use kiln::deploy::Fault;
///
/// async fn names(service: &impl Builder, pipeline: &str) -> Result<Vec<String>, Fault> {
///     let images = service.images(pipeline).await?;
///     let parameters = published(service, &images).await?;
///     Ok(parameters.into_iter().map(|Parameter { name, .. }| name).collect())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its Region.
    pub region: String,
    /// Whose it is; the building account's otherwise.
    pub account: Option<String>,
    /// Its name.
    pub name: String,
    /// Its data type: `text` or `aws:ec2:image`.
    pub data_type: Option<String>,
}

/// A launch template that gets a new version.
///
/// ```
/// use kiln::build::{Image, Template};
///
/// let id = "lt-0123456789abcdef0".to_owned();
/// let template = Template { region: "eu-west-1".to_owned(), account: None, id, is_default: true };
/// let image = Image { templates: vec![template], ..Image::default() };
/// // What is launched by the default version gets the new AMI from now on.
/// let mut defaults = image.templates.iter().filter(|template| template.is_default);
/// assert_eq!(defaults.next().map(|it| it.id.as_str()), Some("lt-0123456789abcdef0"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    /// Its Region.
    pub region: String,
    /// Whose it is; the building account's otherwise.
    pub account: Option<String>,
    /// Its id.
    pub id: String,
    /// Whether the new version is the default one.
    pub is_default: bool,
}

/// A pipeline as the service describes it.
///
/// ```
/// use kiln::build::Pipeline;
///
/// let recipe = "arn:aws:imagebuilder:eu-west-1:123456789012:image-recipe/web/1.0.3".to_owned();
/// let disabled = Pipeline { recipe, failures: 3, most_failures: Some(3), ..Pipeline::default() };
/// assert_eq!(disabled.recipe_version(), Some("1.0.3"));
/// assert!(disabled.was_disabled());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pipeline {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The ARN of its recipe.
    pub recipe: String,
    /// The ARN of its distribution configuration, if it has one.
    pub distribution: Option<String>,
    /// Whether it may run by its schedule.
    pub is_enabled: bool,
    /// Whether its images are scanned.
    pub is_scanned: bool,
    /// Its schedule, if it has one.
    pub schedule: Option<String>,
    /// The time zone of the schedule; UTC otherwise.
    pub timezone: Option<String>,
    /// When it runs next, as the service writes it.
    pub next_run: Option<String>,
    /// Builds that have failed in a row.
    pub failures: u32,
    /// After so many it is disabled, if at all.
    pub most_failures: Option<u32>,
}

impl Pipeline {
    /// The version of its recipe; none if that is a pattern such as `1.x.x`.
    #[must_use]
    pub fn recipe_version(&self) -> Option<&str> {
        let version = self.recipe.rsplit('/').next()?;
        (!version.contains('x') && version.contains('.')).then_some(version)
    }

    /// Whether failures have disabled it.
    #[must_use]
    pub fn was_disabled(&self) -> bool {
        !self.is_enabled && self.most_failures.is_some_and(|most| self.failures >= most)
    }
}

/// A workflow that is executed for an image.
///
/// ```
/// use kiln::build::{Builder, Workflow};
/// use kiln::deploy::Fault;
///
/// async fn failed(service: &impl Builder, image: &str) -> Result<Option<Workflow>, Fault> {
///     let workflows = service.workflows(image).await?;
///     Ok(workflows.into_iter().find(|workflow| workflow.status == "FAILED"))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// The id of its execution.
    pub id: String,
    /// Its name, without version.
    pub name: String,
    /// `BUILD`, `TEST` or `DISTRIBUTION`.
    pub kind: String,
    /// The service's word: `PENDING`, `RUNNING`, `COMPLETED`, `FAILED`, …
    pub status: String,
    /// Why it is in that state.
    pub message: Option<String>,
}

/// A step of a workflow that is executed.
///
/// ```
/// use kiln::build::{Builder, Step, Workflow};
/// use kiln::deploy::Fault;
///
/// async fn now(service: &impl Builder, workflow: &Workflow) -> Result<Option<String>, Fault> {
///     let steps = service.steps(&workflow.id).await?;
///     let running = steps.into_iter().find(|step| step.status == "RUNNING");
///     Ok(running.map(|Step { name, action, .. }| format!("{name} ({action})")))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The id of its execution.
    pub id: String,
    /// Its name in the workflow.
    pub name: String,
    /// Its action, such as `ExecuteComponents`.
    pub action: String,
    /// The service's word: `PENDING`, `RUNNING`, `COMPLETED`, `FAILED`, `SKIPPED`, `CANCELLED`.
    pub status: String,
    /// Why it is in that state.
    pub message: Option<String>,
    /// When it began, as the service writes it.
    pub began: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
}

/// A line of a build's log.
///
/// ```
/// use kiln::build::{LogLine, Trace};
///
/// let lines = [(0, "Info Phase build"), (1500, "Info Step Build1")];
/// let lines = lines.map(|(at, text)| LogLine { at, text: text.to_owned() });
/// let mut trace = Trace::default();
/// lines.iter().for_each(|line| trace.read(&line.text));
/// assert_eq!(trace.failed().step.as_deref(), Some("Build1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The line.
    pub text: String,
}

/// A page of a log.
///
/// ```
/// use kiln::build::LogPage;
///
/// // Whether the log ends for now with the page that this token led to.
/// let is_last = |page: &LogPage, token: Option<&str>| match page.next.as_deref() {
///     None => true,
///     next => next == token,
/// };
/// let page = LogPage { lines: Vec::new(), next: Some("f/37".to_owned()) };
/// assert!(!is_last(&page, Some("f/36")), "an empty page, and more behind it");
/// assert!(is_last(&page, Some("f/37")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// Lines, oldest first.
    pub lines: Vec<LogLine>,
    /// Where the next page is; the same as this page's where the log ends for now.
    pub next: Option<String>,
}

/// How far something is that the service does to an image by a role.
///
/// ```
/// use kiln::build::{Builder, Execution};
/// use kiln::deploy::Fault;
///
/// async fn told(service: &impl Builder, id: &str) -> Result<String, Fault> {
///     Ok(match service.execution(id).await? {
///         Execution::Running => "is being deleted".to_owned(),
///         Execution::Done => "is deleted".to_owned(),
///         Execution::Failed(reason) => format!("stays: {reason}"),
///     })
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// It goes on.
    Running,
    /// It is done.
    Done,
    /// It failed, for this reason.
    Failed(String),
}

/// What a build asks of AWS. An implementation retries what may be retried before it gives up.
///
/// ```
/// use kiln::build::{Builder, Image};
/// use kiln::deploy::Fault;
///
/// // With the same token, a start whose answer was lost is asked for again and starts nothing twice.
/// async fn build(service: &impl Builder, token: &str) -> Result<Option<Image>, Fault> {
///     let arn = "arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/web";
///     let image = service.start(arn, token).await?;
///     service.image(&image).await
/// }
/// ```
#[allow(async_fn_in_trait, reason = "a build runs on one thread")]
pub trait Builder {
    /// A pipeline by its ARN.
    async fn pipeline(&self, arn: &str) -> Result<Pipeline, Fault>;

    /// The Regions that a distribution configuration brings images to.
    async fn regions(&self, distribution: &str) -> Result<Vec<String>, Fault>;

    /// Starts a build and gives the image's ARN. Asked again with the same token, it gives the same.
    async fn start(&self, pipeline: &str, token: &str) -> Result<String, Fault>;

    /// Cancels a build.
    async fn cancel(&self, image: &str, token: &str) -> Result<(), Fault>;

    /// An image by its ARN; `None` where there is none.
    async fn image(&self, arn: &str) -> Result<Option<Image>, Fault>;

    /// The images of a pipeline, newest first, with what came out of them.
    async fn images(&self, pipeline: &str) -> Result<Vec<Image>, Fault>;

    /// The images of a recipe by its name, newest first, whichever pipeline made them and whether there still is one.
    async fn images_of_recipe(&self, name: &str) -> Result<Vec<Image>, Fault>;

    /// What the scan of an image has found.
    async fn findings(&self, image: &str) -> Result<Findings, Fault>;

    /// Deletes an image with its AMIs and their snapshots, or its container images, by this role; gives the id of the
    /// execution that does it.
    async fn delete(&self, image: &Image, role: &str, token: &str) -> Result<Option<String>, Fault>;

    /// Deletes the record of an image, and nothing else.
    async fn forget(&self, image: &str) -> Result<(), Fault>;

    /// How far the deletion of an image is.
    async fn execution(&self, id: &str) -> Result<Execution, Fault>;

    /// The workflows of an image in their order.
    async fn workflows(&self, image: &str) -> Result<Vec<Workflow>, Fault>;

    /// The steps of a workflow in their order.
    async fn steps(&self, workflow: &str) -> Result<Vec<Step>, Fault>;

    /// A page of a log, from its beginning without a token. A log that does not exist yet is an empty page.
    async fn log(&self, group: &str, stream: &str, next: Option<&str>) -> Result<LogPage, Fault>;
}
