//! What a deployment asks of CloudFormation, in our own types.

use super::{Event, Fault, ResourceStatus, StackStatus};

/// A stack as the service describes it.
///
/// ```
/// use kiln::deploy::{Fault, Service};
///
/// async fn log_bucket(service: &impl Service) -> Result<Option<String>, Fault> {
///     let Some(stack) = service.stack("web").await? else { return Ok(None) };
///     let bucket = stack.outputs.into_iter().find(|output| output.name == "LogBucketName");
///     Ok(bucket.map(|output| output.value))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its ARN, which also names it after it is deleted.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: StackStatus,
    /// Why it is in that state, if the service says so.
    pub reason: Option<String>,
    /// What it tells its user.
    pub outputs: Vec<StackOutput>,
    /// Its parameters by name.
    pub parameters: Vec<(String, String)>,
    /// Its tags, keys with values.
    pub tags: Vec<(String, String)>,
    /// Whether it may not be deleted.
    pub is_protected: bool,
    /// When it was last changed, or made, as the service writes it.
    pub changed: String,
}

/// A value that a stack tells its user.
///
/// ```
/// use kiln::deploy::StackOutput;
/// use kiln::deploy::message::Output;
///
/// let (name, value) = ("LogBucketName".to_owned(), "web-logs-1a2b3c".to_owned());
/// let output = Output::from(StackOutput { name, value, description: None });
/// assert_eq!(serde_json::json!(output)["name"], "LogBucketName");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackOutput {
    /// Its name.
    pub name: String,
    /// The value.
    pub value: String,
    /// What it is.
    pub description: Option<String>,
}

/// Whether a change set makes a stack or changes one.
///
/// ```
/// use kiln::deploy::state::{Next, next};
/// use kiln::deploy::{Fault, Kind, Service};
///
/// async fn kind(service: &impl Service, name: &str) -> Result<Option<Kind>, Fault> {
///     let stack = service.stack(name).await?;
///     // A stack that has only a change set is still to be made.
///     let kinds = [(Next::Create, Kind::Create), (Next::Update, Kind::Update)];
///     Ok(kinds.into_iter().find(|(of, _)| *of == next(stack.as_ref())).map(|(_, kind)| kind))
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The stack does not exist.
    Create,
    /// It exists.
    Update,
}

/// Where the service finds a template.
///
/// ```
/// use kiln::deploy::Start;
///
/// fn start(template: String, url: String) -> Start {
///     if template.len() <= 51_200 { Start::Body(template) } else { Start::Url(url) }
/// }
/// let url = "https://images.s3.eu-west-1.amazonaws.com/kiln/web.yaml".to_owned();
/// assert_eq!(start("#".repeat(60_000), url.clone()), Start::Url(url));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The text itself, up to 51,200 bytes.
    Body(String),
    /// The address of an object in S3.
    Url(String),
}

/// A change set that is wanted.
///
/// ```
/// use kiln::deploy::{Fault, Kind, Request, Service, Start, owner};
///
/// async fn propose(service: &impl Service, text: String) -> Result<String, Fault> {
///     let (stack, name) = ("web".to_owned(), "kiln-0a1b2c3d4e5f-7f3a".to_owned());
///     let (kind, template) = (Kind::Update, Start::Body(text));
///     let parameters = vec![("Subnet".to_owned(), None)];
///     let tags = owner::tags(&[], "web");
///     let request = Request { stack, name, kind, template, parameters, tags, has_iam: true };
///     service.create_change_set(&request).await
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The stack's name.
    pub stack: String,
    /// The change set's name, which is also the token that makes the call idempotent.
    pub name: String,
    /// Whether the stack is made or changed.
    pub kind: Kind,
    /// The template.
    pub template: Start,
    /// Values of parameters; `None` keeps what the stack has.
    pub parameters: Vec<(String, Option<String>)>,
    /// The tags that the stack is to have, all of them.
    pub tags: Vec<(String, String)>,
    /// Whether the template makes roles.
    pub has_iam: bool,
}

/// Which change set is meant. Its ARN would do, but rights are granted on stacks.
///
/// ```
/// use kiln::deploy::{ChangeSetState, Fault, Named, Service};
///
/// async fn is_ready(service: &impl Service, stack: &str, id: &str) -> Result<bool, Fault> {
///     let change_set = service.change_set(Named { stack, id }).await?;
///     Ok(change_set.is_some_and(|change_set| change_set.state == ChangeSetState::Ready))
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The stack's name or ARN.
    pub stack: &'a str,
    /// The change set's name or ARN.
    pub id: &'a str,
}

impl ChangeSet {
    /// This change set.
    #[must_use]
    pub fn named(&self) -> Named<'_> {
        Named { stack: &self.stack_id, id: &self.id }
    }
}

/// A change set as the service describes it.
///
/// ```
/// use kiln::deploy::{ChangeSet, ChangeSetState};
///
/// let [id, name, stack_id] = ["arn:set", "kiln-0a1b2c3d4e5f-7f3a", "arn:stack"].map(String::from);
/// let changes = Vec::new();
/// let change_set = ChangeSet { id, name, stack_id, state: ChangeSetState::Ready, changes };
/// // Calls name it by both ARNs.
/// let named = change_set.named();
/// assert_eq!((named.stack, named.id), ("arn:stack", "arn:set"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The ARN of its stack.
    pub stack_id: String,
    /// How far it is.
    pub state: ChangeSetState,
    /// What it would do.
    pub changes: Vec<Change>,
}

/// How far a change set is.
///
/// ```
/// use kiln::deploy::{ChangeSet, ChangeSetState};
///
/// /// What keeps a change set from being executed, once the service has worked it out.
/// fn obstacle(change_set: &ChangeSet) -> Option<&str> {
///     match &change_set.state {
///         ChangeSetState::Failed(why) => Some(why),
///         ChangeSetState::Obsolete => Some("another one was executed"),
///         _ => None,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSetState {
    /// The service still works it out.
    Pending,
    /// It can be executed.
    Ready,
    /// There is nothing to change.
    Empty,
    /// It is being executed, or was.
    Executed,
    /// It cannot be executed any more: another one was.
    Obsolete,
    /// It could not be made.
    Failed(String),
}

/// What a change set would do to one resource.
///
/// ```
/// use kiln::deploy::{Change, Replacement, Review, Subjects};
///
/// let [action, logical_id, resource_type] = ["Add", "WebRole", "AWS::IAM::Role"].map(String::from);
/// let (replacement, details) = (Replacement::No, Vec::new());
/// let (physical_id, policy) = (None, None);
/// let change =
///     Change { action, logical_id, physical_id, resource_type, replacement, policy, details };
/// let review = Review::of_changes(&[change], &Subjects::default());
/// assert_eq!(review.items[0].what, "role `WebRole`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
    pub action: String,
    /// The resource's id in the template.
    pub logical_id: String,
    /// Its id in AWS, if it exists.
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// Whether another one takes its place.
    pub replacement: Replacement,
    /// Whether what goes is kept in the account: `Retain`.
    pub policy: Option<String>,
    /// Why.
    pub details: Vec<Detail>,
}

/// Whether a resource is replaced.
///
/// ```
/// use kiln::deploy::{ChangeSet, Replacement};
///
/// /// The resources that a change set certainly replaces.
/// fn replaced(change_set: &ChangeSet) -> Vec<&str> {
///     let changes = change_set.changes.iter();
///     let replaced = changes.filter(|change| change.replacement == Replacement::Yes);
///     replaced.map(|change| change.logical_id.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// It changes in place.
    No,
    /// It is replaced.
    Yes,
    /// It depends on a value that is known only later.
    Maybe,
}

/// One reason of a change.
///
/// ```
/// use kiln::deploy::Change;
///
/// /// The properties for whose sake a resource is replaced.
/// fn reasons(change: &Change) -> Vec<&str> {
///     let details = change.details.iter().filter(|detail| detail.replaces);
///     details.map(|detail| detail.target.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The property, or `Tags`, `Metadata` and the like.
    pub target: String,
    /// Whether this alone replaces the resource.
    pub replaces: bool,
    /// What it comes from: `DirectModification`, `ParameterReference`, `ResourceReference`, …
    pub source: Option<String>,
    /// The resource or parameter that it comes from.
    pub cause: Option<String>,
}

/// A page of events, newest first.
///
/// ```
/// use kiln::deploy::{Event, Fault, Page, Service};
///
/// async fn all(service: &impl Service, stack: &str) -> Result<Vec<Event>, Fault> {
///     let mut page = service.events(stack, None).await?;
///     while let Some(next) = page.next {
///         let older = service.events(stack, Some(&next)).await?;
///         page = Page { events: [page.events, older.events].concat(), ..older };
///     }
///     Ok(page.events)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The events, newest first.
    pub events: Vec<Event>,
    /// Where older ones are.
    pub next: Option<String>,
}

/// What a deployment asks of CloudFormation. An implementation retries what may be retried before it gives up.
///
/// ```
/// use kiln::deploy::{Fault, Phase, Service};
///
/// async fn is_deployed(service: &impl Service, name: &str) -> Result<bool, Fault> {
///     let stack = service.stack(name).await?;
///     Ok(stack.is_some_and(|stack| stack.status.phase() == Phase::Done))
/// }
/// ```
#[allow(async_fn_in_trait, reason = "a deployment runs on one thread")]
pub trait Service {
    /// A stack by name or ARN; `None` where there is none. A deleted one is found by its ARN only.
    async fn stack(&self, name: &str) -> Result<Option<Stack>, Fault>;

    /// Makes a change set and gives its ARN. Asked again with the same name, it gives the one that there is.
    async fn create_change_set(&self, request: &Request) -> Result<String, Fault>;

    /// A change set with all its changes.
    async fn change_set(&self, named: Named<'_>) -> Result<Option<ChangeSet>, Fault>;

    /// Executes a change set. Asked again after a lost answer, it finds that this has happened.
    async fn execute(&self, named: Named<'_>, token: &str, disable_rollback: bool) -> Result<(), Fault>;

    /// Deletes a change set that is not wanted.
    async fn delete_change_set(&self, named: Named<'_>) -> Result<(), Fault>;

    /// The names of a stack's change sets.
    async fn change_sets(&self, stack: &str) -> Result<Vec<String>, Fault>;

    /// A page of a stack's events, newest first.
    async fn events(&self, stack: &str, page: Option<&str>) -> Result<Page, Fault>;

    /// What happened when a change set was made, with what hooks and validations say: the service keeps their reasons
    /// nowhere else. Both are named by their ARNs.
    async fn change_set_events(&self, stack_id: &str, change_set_id: &str) -> Result<Vec<Event>, Fault>;

    /// What failed in one operation of a stack.
    async fn failed_events(&self, stack_id: &str, operation: &str) -> Result<Vec<Event>, Fault>;

    /// The template that a stack was deployed with.
    async fn template(&self, stack: &str) -> Result<String, Fault>;

    /// A stack's resources: logical id, physical id, type and state.
    async fn resources(&self, stack: &str) -> Result<Vec<StackResource>, Fault>;

    /// Deletes a stack, leaving these resources alone.
    async fn delete_stack(&self, id: &str, token: &str, retain: &[String]) -> Result<(), Fault>;

    /// Cancels an update that is under way, which rolls it back.
    async fn cancel_update(&self, id: &str) -> Result<(), Fault>;

    /// Goes on with a rollback that failed, leaving these resources as they are.
    async fn continue_rollback(&self, id: &str, token: &str, skip: &[String]) -> Result<(), Fault>;
}

/// A resource of a stack.
///
/// ```
/// use kiln::deploy::{ResourceStatus, StackResource, Subjects, drift};
///
/// let [logical_id, resource_type] = ["WebRecipe", "AWS::ImageBuilder::ImageRecipe"].map(String::from);
/// let status = ResourceStatus::new("CREATE_COMPLETE");
/// let recipe = StackResource { logical_id, physical_id: None, resource_type, status };
/// // A detection that says nothing of it has not looked at it.
/// let drifts = drift::told(&[], &[recipe], &Subjects::default());
/// assert_eq!(drifts.unchecked, ["recipe `WebRecipe`"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackResource {
    /// Its id in the template.
    pub logical_id: String,
    /// Its id in AWS, if it has one.
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// Its state.
    pub status: ResourceStatus,
}
