//! What a deployment asks of CloudFormation, in our own types.

use super::{Event, Fault, ResourceStatus, StackStatus};

/// A stack as the service describes it.
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
    /// Whether it may not be deleted.
    pub is_protected: bool,
    /// When it was last changed, or made, as the service writes it.
    pub changed: String,
}

/// A value that a stack tells its user.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The stack does not exist.
    Create,
    /// It exists.
    Update,
}

/// Where the service finds a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The text itself, up to 51,200 bytes.
    Body(String),
    /// The address of an object in S3.
    Url(String),
}

/// A change set that is wanted.
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
    /// Whether the template makes roles.
    pub has_iam: bool,
}

/// Which change set is meant. Its ARN would do, but rights are granted on stacks.
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The events, newest first.
    pub events: Vec<Event>,
    /// Where older ones are.
    pub next: Option<String>,
}

/// What a deployment asks of CloudFormation. An implementation retries what may be retried before it gives up.
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

    /// How many change sets a stack has.
    async fn change_sets(&self, stack: &str) -> Result<usize, Fault>;

    /// A page of a stack's events, newest first.
    async fn events(&self, stack: &str, page: Option<&str>) -> Result<Page, Fault>;

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
