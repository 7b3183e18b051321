//! Following an operation of a stack, from its beginning to its end.

use std::time::Duration;

use super::reasons::{self, Reasons};
use super::{Clock, Event, Fault, FaultKind, Operation, Pages, Phase, Service, Stack, StackStatus, Tail};

/// How an operation is followed.
///
/// ```
/// use std::time::Duration;
///
/// use kiln::deploy::follow::{Ending, Options, follow};
/// use kiln::deploy::{Clock, Operation, Service};
///
/// async fn watch(service: &impl Service, clock: &impl Clock, stack_id: &str) -> Ending {
///     let limit = Some(Duration::from_secs(30 * 60));
///     let options = Options { interval: Duration::from_secs(2), limit };
///     follow(service, clock, (stack_id, Operation::Latest), options, &mut |_| {}).await
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The longest time between two looks.
    pub interval: Duration,
    /// How long to wait for the end; without limit otherwise.
    pub limit: Option<Duration>,
}

/// How following ends.
///
/// ```
/// use kiln::deploy::follow::Ending;
///
/// /// Nothing, while nobody knows.
/// fn is_good(ending: &Ending) -> Option<bool> {
///     match ending {
///         Ending::Ended(ended) => Some(ended.reasons.causes.is_empty()),
///         Ending::Limit | Ending::Lost(_) => None,
///     }
/// }
/// assert_eq!(is_good(&Ending::Limit), None);
/// ```
#[derive(Debug)]
pub enum Ending {
    /// The operation has ended.
    Ended(Box<Ended>),
    /// The limit was reached; the operation goes on.
    Limit,
    /// The service could not be asked any more; for all that is known the operation goes on.
    Lost(Fault),
}

/// An operation that has ended.
///
/// ```
/// use kiln::deploy::follow::Ended;
///
/// fn words(ended: &Ended) -> String {
///     let (stack, count) = (&ended.stack, ended.events.len());
///     match ended.reasons.causes.first() {
///         Some(cause) => format!("{}: {}", cause.event.logical_id, cause.message),
///         None => format!("{} is {} after {count} events", stack.name, stack.status.word()),
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Ended {
    /// The stack as it is now.
    pub stack: Stack,
    /// Everything that happened, in order.
    pub events: Vec<Event>,
    /// Why it failed, if it did.
    pub reasons: Reasons,
}

/// A service that cannot be reached for so long is given up.
const PATIENCE: Duration = Duration::from_secs(900);

/// The shares of the interval between which chance spreads the waits. With what the last calls take, the end is known
/// within one interval.
const SPREAD: (f64, f64) = (0.7, 0.9);

/// After so many looks without news the stack itself is asked, should its last event never come.
const QUIET_LOOKS: u32 = 6;

/// An account has 2,000 stacks in a Region (AWS CloudFormation quotas, "Stacks").
const MOST_NESTED: usize = 2000;

/// What is read of each stack.
const EVENTS: &str = "cloudformation:DescribeStackEvents";

/// Follows an operation of the stack with this ARN. `tell` gets every event once, in order.
pub async fn follow(
    service: &impl Service,
    clock: &impl Clock,
    (stack_id, operation): (&str, Operation<'_>),
    options: Options,
    tell: &mut impl FnMut(&Event),
) -> Ending {
    let began = clock.elapsed();
    let mut follower = Follower { service, stack_id, tails: Vec::new(), untold: Vec::new(), events: Vec::new() };
    let mut lost_since: Option<Duration> = None;
    let mut quiet = 0;
    loop {
        match follower.look(operation, tell).await {
            Ok(news) => {
                lost_since = None;
                quiet = if news > 0 { 0 } else { quiet + 1 };
                let has_ended =
                    follower.events.iter().any(|event| event.stack_id == stack_id && event.ends_operation());
                if (has_ended || quiet >= QUIET_LOOKS)
                    && let Some(stack) = follower.finish(has_ended, operation, tell).await
                {
                    return Ending::Ended(Box::new(follower.ended(stack).await));
                }
                if quiet >= QUIET_LOOKS {
                    quiet = 0;
                }
            }
            Err(fault) if !fault.is_passing() => return Ending::Lost(fault),
            Err(fault) => {
                let since = *lost_since.get_or_insert(clock.elapsed());
                if clock.elapsed().saturating_sub(since) > PATIENCE {
                    return Ending::Lost(fault);
                }
            }
        }
        let wait = options.interval.mul_f64(SPREAD.0 + (SPREAD.1 - SPREAD.0) * clock.jitter());
        let waited = clock.elapsed().saturating_sub(began);
        match options.limit {
            Some(limit) if waited >= limit => return Ending::Limit,
            Some(limit) => clock.sleep(wait.min(limit - waited)).await,
            None => clock.sleep(wait).await,
        }
    }
}

/// The stack that is followed, and the nested ones that it makes or changes.
struct Follower<'a, S> {
    service: &'a S,
    stack_id: &'a str,
    /// By the ARN of the stack. The first is the followed one.
    tails: Vec<(String, Tail)>,
    /// What was read and not told yet: it stays here if a call fails on the way.
    untold: Vec<Event>,
    /// Everything that was told.
    events: Vec<Event>,
}

impl<S: Service> Follower<'_, S> {
    /// Reads what is new and tells it; gives how much that was.
    async fn look(&mut self, operation: Operation<'_>, tell: &mut impl FnMut(&Event)) -> Result<usize, Fault> {
        if self.tails.is_empty() {
            let (tail, new) = self.begin(self.stack_id, operation).await?;
            self.tails.push((self.stack_id.to_owned(), tail));
            self.untold.extend(new);
        } else {
            for index in 0..self.tails.len() {
                let pages = self.newer(index).await?;
                self.untold.extend(self.tails[index].1.absorb(pages));
            }
        }
        self.look_into_nested().await?;
        let mut new = std::mem::take(&mut self.untold);
        // Several stacks in the order in which things happened.
        new.sort_by_key(|event| event.at);
        new.iter().for_each(tell);
        let count = new.len();
        self.events.extend(new);
        Ok(count)
    }

    /// Reads nested stacks that appeared now, and those in them, from the beginning of their operations.
    async fn look_into_nested(&mut self) -> Result<(), Fault> {
        let Some(began) = self.events.first().or(self.untold.first()).map(|event| event.at) else { return Ok(()) };
        let mut next = 0;
        while let Some(event) = self.untold.get(next) {
            let id = event.nested_stack().filter(|id| self.tails.iter().all(|(known, _)| known != id));
            if let Some(id) = id.map(str::to_owned) {
                if self.tails.len() > MOST_NESTED {
                    let message = format!("the stack has more than {MOST_NESTED} nested stacks");
                    return Err(Fault { kind: FaultKind::Refused, action: EVENTS.to_owned(), message });
                }
                let (tail, mut new) = self.begin(&id, Operation::Latest).await?;
                // A nested stack that has not begun yet still shows what happened to it before.
                new.retain(|event| event.at >= began);
                self.tails.push((id, tail));
                self.untold.extend(new);
            }
            next += 1;
        }
        Ok(())
    }

    /// Reads a stack's events back to the beginning of its operation.
    async fn begin(&self, id: &str, operation: Operation<'_>) -> Result<(Tail, Vec<Event>), Fault> {
        let mut events: Vec<Event> = Vec::new();
        let mut page = None;
        let mut pages = Pages::new(EVENTS);
        let count = loop {
            let read = self.service.events(id, page.as_deref()).await?;
            events.extend(read.events);
            match (operation.count(&events), pages.next(read.next.as_deref())?) {
                (Some(count), _) => break count,
                (None, None) => break events.len(),
                (None, next) => page = next,
            }
        };
        let before = events.get(count).map(|event| event.id.clone());
        events.truncate(count);
        let mut tail = Tail::after(before);
        let new = tail.absorb(events);
        Ok((tail, new))
    }

    /// The pages of a stack's events, newest first, back to what was told.
    async fn newer(&self, index: usize) -> Result<Vec<Event>, Fault> {
        let (id, tail) = &self.tails[index];
        let mut events = Vec::new();
        let mut page = None;
        let mut pages = Pages::new(EVENTS);
        loop {
            let read = self.service.events(id, page.as_deref()).await?;
            let is_enough = tail.reaches(&read.events);
            events.extend(read.events);
            page = pages.next(read.next.as_deref())?;
            if is_enough || page.is_none() {
                return Ok(events);
            }
        }
    }

    /// The stack, if it has come to its end. A last look fetches what came in between; that it fails changes nothing.
    async fn finish(
        &mut self,
        has_ended: bool,
        operation: Operation<'_>,
        tell: &mut impl FnMut(&Event),
    ) -> Option<Stack> {
        let asked = self.service.stack(self.stack_id).await;
        let stack = match asked {
            Ok(Some(stack)) if stack.status.is_final() => stack,
            Ok(Some(_)) => return None,
            // The events have told the end: a question that cannot be answered does not make it unknown.
            Ok(None) | Err(_) if has_ended => self.as_told()?,
            Ok(None) | Err(_) => return None,
        };
        let _ = self.look(operation, tell).await;
        Some(stack)
    }

    /// The stack as its last event shows it.
    fn as_told(&self) -> Option<Stack> {
        let last = self.events.iter().rfind(|event| event.stack_id == self.stack_id && event.ends_operation())?;
        Some(Stack {
            id: self.stack_id.to_owned(),
            name: last.logical_id.clone(),
            status: StackStatus::new(last.status.word()),
            reason: last.reason.clone(),
            outputs: Vec::new(),
            parameters: Vec::new(),
            tags: Vec::new(),
            is_protected: false,
            changed: String::new(),
        })
    }

    async fn ended(self, stack: Stack) -> Ended {
        let reasons = match stack.status.phase() {
            Phase::Done | Phase::Gone => Reasons::default(),
            _ => reasons::of_operation(self.service, &self.events).await,
        };
        Ended { stack, events: self.events, reasons }
    }
}

#[cfg(test)]
mod tests;
