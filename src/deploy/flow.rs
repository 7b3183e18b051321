//! From a template to a change set that can be executed.

use std::fmt::Write as _;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::owner::{self, Owner};
use super::reasons::{self, Reasons};
use super::state::{self, Next};
use super::{
    ChangeSet, ChangeSetState, Clock, Fault, FaultKind, Kind, Named, Operation, Phase, Request, Service, Stack,
    StackStatus, Start, follow,
};

/// What is to be deployed.
///
/// ```
/// use kiln::deploy::{Start, flow};
///
/// let [stack, text, nonce] = ["web", "Resources: {}", "7f3a"].map(String::from);
/// let project = stack.clone();
/// let digest = flow::digest([stack.as_str(), text.as_str()]);
/// let (template, parameters) = (Start::Body(text), Vec::new());
/// let (adopt, has_iam) = (false, false);
/// let wanted = flow::Wanted { project, stack, adopt, template, digest, parameters, has_iam, nonce };
/// // A later run that deploys the same finds what this one has begun.
/// let later = flow::Wanted { nonce: "c1d2".to_owned(), ..wanted.clone() };
/// assert_eq!(flow::token_prefix(&later), flow::token_prefix(&wanted));
/// ```
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The project, which the stack is marked with.
    pub project: String,
    /// The stack's name.
    pub stack: String,
    /// Whether a stack is taken over that is not this project's.
    pub adopt: bool,
    /// The template, where the service finds it.
    pub template: Start,
    /// The hash of what is deployed: template, parameters.
    pub digest: String,
    /// The template's parameters: name, given value, and whether there is a default.
    pub parameters: Vec<Parameter>,
    /// Whether the template makes roles.
    pub has_iam: bool,
    /// What tells this run from others that deploy the same: a few random digits.
    pub nonce: String,
}

/// A parameter of the template.
///
/// ```
/// use kiln::deploy::flow::Parameter;
/// use kiln::plan;
///
/// fn given(key: &str, planned: &plan::Parameter, value: Option<String>) -> Parameter {
///     let name = planned.address.cloudformation.clone();
///     Parameter { name, key: key.to_owned(), value, has_default: planned.default.is_some() }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the template.
    pub name: String,
    /// What the user calls it.
    pub key: String,
    /// The value that is given now.
    pub value: Option<String>,
    /// Whether the template has a default.
    pub has_default: bool,
}

/// What there is to do.
///
/// ```
/// use kiln::deploy::flow::{Prepared, Trouble, Wanted, prepare};
/// use kiln::deploy::{Clock, Service};
///
/// async fn is_current(
///     (service, clock): (&impl Service, &impl Clock),
///     wanted: &Wanted,
/// ) -> Result<bool, Trouble> {
///     let prepared = prepare(service, clock, wanted).await?;
///     Ok(matches!(prepared, Prepared::Unchanged(_)))
/// }
/// ```
#[derive(Debug, Clone)]
pub enum Prepared {
    /// Nothing: the stack is as it should be.
    Unchanged(Stack),
    /// This very deployment is under way: it was begun by an earlier run.
    UnderWay(Stack),
    /// A change set that can be executed.
    Ready(Proposal),
    /// What a failed creation has left, which must be deleted before anything can be made: [`replace`] does both.
    Shell(Stack),
}

/// A change set that can be executed.
///
/// ```
/// use kiln::deploy::flow::Proposal;
/// use kiln::deploy::{Fault, Service};
///
/// // Whoever has read the review says yes.
/// async fn accept(service: &impl Service, proposal: &Proposal) -> Result<(), Fault> {
///     let change_set = &proposal.change_set;
///     service.execute(change_set.named(), &change_set.name, false).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The change set.
    pub change_set: ChangeSet,
    /// Whether the stack is made or changed.
    pub kind: Kind,
    /// The newest event before it.
    pub bookmark: Option<String>,
    /// When the stack was last changed, if it exists.
    pub stack_changed: Option<String>,
    /// Whether the stack did not exist at all before the change set.
    pub is_first: bool,
    /// What hooks and validations say of it.
    pub reasons: Reasons,
}

/// Why nothing can be executed.
///
/// ```
/// use kiln::deploy::flow::Trouble;
///
/// fn words(trouble: &Trouble) -> String {
///     match trouble {
///         Trouble::Missing(names) => format!("give values for {}", names.join(", ")),
///         other => format!("{other:?}"),
///     }
/// }
/// assert_eq!(words(&Trouble::Missing(vec!["subnet".to_owned()])), "give values for subnet");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A call failed.
    Fault(Fault),
    /// Another deployment is under way.
    Busy(StackStatus),
    /// A rollback failed and waits to be continued.
    RollbackStuck(StackStatus),
    /// The stack's state needs a person; the text says what to do.
    NeedsHand(StackStatus, &'static str),
    /// The service refused to make a change set, in its words.
    Refused(String),
    /// Hooks or the service's validation have stopped the change set: its own words, and theirs.
    Stopped(String, Box<Reasons>),
    /// Parameters that have no value; what the user calls them.
    Missing(Vec<String>),
    /// An empty shell that may not be deleted.
    Protected,
    /// The stack is not this project's; its owner.
    Foreign(Owner),
    /// The stack changed between review and execution.
    Moved,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// How often the state of a change set, or of a deletion, is asked for.
const LOOK: Duration = Duration::from_millis(700);

/// How long the service may work out a change set.
const MOST_WAITING: Duration = Duration::from_secs(600);

/// The beginning of all tokens of deployments of the same thing to the same stack.
#[must_use]
pub fn token_prefix(wanted: &Wanted) -> String {
    format!("kiln-{}-", wanted.digest.get(..12).unwrap_or(&wanted.digest))
}

/// The hash of texts, in hexadecimal digits.
#[must_use]
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Makes a change set, unless there is nothing to do or the stack is in no state for it. Nothing is deleted.
///
/// # Errors
///
/// What prevents it.
pub async fn prepare(service: &impl Service, clock: &impl Clock, wanted: &Wanted) -> Result<Prepared, Trouble> {
    let stack = service.stack(&wanted.stack).await?;
    if let Some(stack) = stack.as_ref().filter(|_| !wanted.adopt) {
        check_owner(service, stack, &wanted.project).await?;
    }
    let kind = match (state::next(stack.as_ref()), &stack) {
        (Next::Update, _) => Kind::Update,
        (Next::DeleteFirst, Some(shell)) if shell.is_protected => return Err(Trouble::Protected),
        (Next::DeleteFirst, Some(shell)) => {
            // What is missing for its successor is known before it is deleted.
            parameters(wanted, None)?;
            return Ok(Prepared::Shell(shell.clone()));
        }
        (Next::Wait, Some(running)) => {
            return if is_ours(service, running, wanted).await? {
                Ok(Prepared::UnderWay(running.clone()))
            } else {
                Err(Trouble::Busy(running.status.clone()))
            };
        }
        (Next::Recover, Some(stuck)) => return Err(Trouble::RollbackStuck(stuck.status.clone())),
        (Next::Ask(help), Some(stuck)) => return Err(Trouble::NeedsHand(stuck.status.clone(), help)),
        _ => Kind::Create,
    };
    propose(service, clock, wanted, (stack, kind)).await
}

/// Deletes what a failed creation has left, and makes a change set for its successor.
///
/// # Errors
///
/// What prevents it; if the stack is no longer what it was, nothing is deleted.
pub async fn replace(
    service: &impl Service,
    clock: &impl Clock,
    wanted: &Wanted,
    shell: &Stack,
) -> Result<Prepared, Trouble> {
    let now = service.stack(&shell.id).await?;
    if now.is_none_or(|now| now.status != shell.status || now.is_protected) {
        return Err(Trouble::Moved);
    }
    delete_shell(service, clock, shell, &wanted.nonce).await?;
    propose(service, clock, wanted, (None, Kind::Create)).await
}

/// Refuses a stack that is not this project's, also one that has only a change set.
///
/// # Errors
///
/// [`Trouble::Foreign`], or why it is not known.
pub async fn check_owner(service: &impl Service, stack: &Stack, project: &str) -> Result<(), Trouble> {
    if stack.status.phase() == Phase::Gone {
        return Ok(());
    }
    let owner = owner::owner(service, stack).await?;
    if owner.is(Some(project)) { Ok(()) } else { Err(Trouble::Foreign(owner)) }
}

/// Makes a change set and waits until the service has worked it out.
async fn propose(
    service: &impl Service,
    clock: &impl Clock,
    wanted: &Wanted,
    (stack, kind): (Option<Stack>, Kind),
) -> Result<Prepared, Trouble> {
    let existing = stack.as_ref().filter(|_| kind == Kind::Update);
    let parameters = parameters(wanted, existing)?;
    let bookmark = match existing {
        Some(stack) => newest(service, &stack.id).await?,
        None => None,
    };
    let request = Request {
        stack: wanted.stack.clone(),
        name: format!("{}{}", token_prefix(wanted), wanted.nonce),
        kind,
        template: wanted.template.clone(),
        parameters,
        tags: owner::tags(existing.map_or(&[], |stack| stack.tags.as_slice()), &wanted.project),
        has_iam: wanted.has_iam,
    };
    let is_first = stack.as_ref().is_none_or(|stack| stack.status.phase() == Phase::Gone);
    let id = service.create_change_set(&request).await?;
    let change_set = settled(service, clock, Named { stack: &wanted.stack, id: &id }).await?;
    match &change_set.state {
        ChangeSetState::Empty => {
            // An empty change set is of no use to anybody; that it stays is no reason to fail.
            let _ = service.delete_change_set(change_set.named()).await;
            match stack {
                Some(stack) if kind == Kind::Update => Ok(Prepared::Unchanged(stack)),
                _ => Err(Trouble::Refused("the template has nothing to make".to_owned())),
            }
        }
        ChangeSetState::Failed(reason) => {
            let reason = reason.clone();
            // The reasons are gone with what is withdrawn.
            let reasons = reasons::of_change_set(service, &change_set).await;
            withdraw(service, &change_set, is_first).await;
            Err(Trouble::Stopped(reason, Box::new(reasons)))
        }
        _ => {
            let stack_changed = existing.map(|stack| stack.changed.clone());
            let reasons = reasons::of_change_set(service, &change_set).await;
            Ok(Prepared::Ready(Proposal { change_set, kind, bookmark, stack_changed, is_first, reasons }))
        }
    }
}

/// Removes a change set that nobody wants, and the stack that exists only for it. Others' change sets are left alone.
pub async fn withdraw(service: &impl Service, change_set: &ChangeSet, is_first: bool) {
    // What cannot be tidied up is no reason to fail: an unused change set does nothing.
    if service.delete_change_set(change_set.named()).await.is_err() || !is_first {
        return;
    }
    let Ok(Some(stack)) = service.stack(&change_set.stack_id).await else { return };
    if stack.status.phase() == Phase::Review && service.change_sets(&stack.id).await.is_ok_and(|names| names.is_empty())
    {
        let _ = service.delete_stack(&stack.id, &change_set.name, &[]).await;
    }
}

/// The id of a stack's newest event: whatever comes after it belongs to what is begun now.
///
/// # Errors
///
/// If the service does not tell.
pub async fn newest(service: &impl Service, stack_id: &str) -> Result<Option<String>, Fault> {
    Ok(service.events(stack_id, None).await?.events.into_iter().next().map(|event| event.id))
}

/// Whether what is under way was begun by a run of kiln that deploys the same.
async fn is_ours(service: &impl Service, stack: &Stack, wanted: &Wanted) -> Result<bool, Trouble> {
    let page = service.events(&stack.id, None).await?;
    let prefix = token_prefix(wanted);
    let count = Operation::Latest.count(&page.events).unwrap_or(page.events.len());
    Ok(page.events[..count].iter().any(|event| event.token.as_ref().is_some_and(|token| token.starts_with(&prefix))))
}

/// The values to send: given ones, and for the others what the stack has.
fn parameters(wanted: &Wanted, existing: Option<&Stack>) -> Result<Vec<(String, Option<String>)>, Trouble> {
    let mut missing = Vec::new();
    let mut sent = Vec::new();
    for parameter in &wanted.parameters {
        let is_known = existing.is_some_and(|stack| stack.parameters.iter().any(|(name, _)| *name == parameter.name));
        match &parameter.value {
            Some(value) => sent.push((parameter.name.clone(), Some(value.clone()))),
            None if is_known => sent.push((parameter.name.clone(), None)),
            None if parameter.has_default => {}
            None => missing.push(parameter.key.clone()),
        }
    }
    if missing.is_empty() { Ok(sent) } else { Err(Trouble::Missing(missing)) }
}

/// Waits until the service has worked out a change set.
async fn settled(service: &impl Service, clock: &impl Clock, named: Named<'_>) -> Result<ChangeSet, Trouble> {
    let began = clock.elapsed();
    loop {
        match service.change_set(named).await? {
            Some(change_set) if change_set.state != ChangeSetState::Pending => return Ok(change_set),
            Some(_) => {}
            None => return Err(Trouble::Refused("the change set was deleted by somebody else".to_owned())),
        }
        if clock.elapsed().saturating_sub(began) > MOST_WAITING {
            return Err(Trouble::Refused("the service did not work out the change set in ten minutes".to_owned()));
        }
        clock.sleep(LOOK).await;
    }
}

/// Deletes what a failed creation has left, and waits until it is gone.
async fn delete_shell(service: &impl Service, clock: &impl Clock, shell: &Stack, nonce: &str) -> Result<(), Trouble> {
    let bookmark = newest(service, &shell.id).await?;
    service.delete_stack(&shell.id, &format!("kiln-shell-{nonce}"), &[]).await?;
    let options = follow::Options { interval: LOOK, limit: Some(MOST_WAITING) };
    let operation = Operation::After(bookmark.as_deref());
    match follow::follow(service, clock, (&shell.id, operation), options, &mut |_| {}).await {
        follow::Ending::Ended(ended) if ended.stack.status.phase() == Phase::Gone => Ok(()),
        follow::Ending::Ended(ended) => Err(Trouble::NeedsHand(ended.stack.status, "`kiln destroy` says why")),
        follow::Ending::Lost(fault) => Err(Trouble::Fault(fault)),
        follow::Ending::Limit => Err(Trouble::Fault(Fault {
            kind: FaultKind::Unavailable,
            action: "cloudformation:DeleteStack".to_owned(),
            message: "the stack was not deleted in ten minutes".to_owned(),
        })),
    }
}
