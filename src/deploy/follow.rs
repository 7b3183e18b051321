//! Following an operation of a stack, from its beginning to its end.

use std::time::Duration;

use super::cause::{self, Cause};
use super::{Clock, Event, Fault, Operation, Phase, Service, Stack, StackStatus, Tail};

/// How an operation is followed.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The time between two looks while things happen.
    pub interval: Duration,
    /// How long to wait for the end; without limit otherwise.
    pub limit: Option<Duration>,
}

/// How following ends.
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
#[derive(Debug)]
pub struct Ended {
    /// The stack as it is now.
    pub stack: Stack,
    /// Everything that happened, in order.
    pub events: Vec<Event>,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
}

/// A service that cannot be reached for so long is given up.
const PATIENCE: Duration = Duration::from_secs(900);

/// Where nothing happens, looks become rarer, up to so many times the interval.
const LAZIEST: f64 = 2.5;

/// After so many looks without news the stack itself is asked, should its last event never come.
const QUIET_LOOKS: u32 = 6;

/// Follows an operation of the stack with this ARN. `tell` gets every event once, in order.
pub async fn follow(
    service: &impl Service,
    clock: &impl Clock,
    (stack_id, operation): (&str, Operation<'_>),
    options: Options,
    tell: &mut impl FnMut(&Event),
) -> Ending {
    let began = clock.elapsed();
    let mut follower = Follower { service, stack_id, tails: Vec::new(), events: Vec::new() };
    let mut lost_since: Option<Duration> = None;
    let (mut quiet, mut pace) = (0, 1.0_f64);
    loop {
        match follower.look(operation, tell).await {
            Ok(news) => {
                lost_since = None;
                (quiet, pace) = if news > 0 { (0, 1.0) } else { (quiet + 1, (pace * 1.25).min(LAZIEST)) };
                let has_ended =
                    follower.events.iter().any(|event| event.stack_id == stack_id && event.ends_operation());
                if (has_ended || quiet >= QUIET_LOOKS)
                    && let Some(stack) = follower.finish(has_ended, operation, tell).await
                {
                    return Ending::Ended(Box::new(follower.ended(stack)));
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
                pace = LAZIEST;
            }
        }
        let wait = options.interval.mul_f64(pace * (0.8 + 0.4 * clock.jitter()));
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
    /// Everything that was told.
    events: Vec<Event>,
}

impl<S: Service> Follower<'_, S> {
    /// Reads what is new and tells it; gives how much that was.
    async fn look(&mut self, operation: Operation<'_>, tell: &mut impl FnMut(&Event)) -> Result<usize, Fault> {
        if self.tails.is_empty() {
            let tail = (self.stack_id.to_owned(), Tail::default());
            let (tail, new) = self.begin(tail, operation).await?;
            self.tails.push(tail);
            return Ok(self.told(new, tell));
        }
        let mut new = Vec::new();
        for index in 0..self.tails.len() {
            let pages = self.newer(index).await?;
            new.extend(self.tails[index].1.absorb(pages));
        }
        // Nested stacks that appeared now are read from their operation's beginning.
        let mut unread: Vec<String> = new.iter().filter_map(Event::nested_stack).map(str::to_owned).collect();
        unread.dedup();
        for id in unread {
            if self.tails.iter().all(|(known, _)| *known != id) {
                let (tail, events) = self.begin((id, Tail::default()), Operation::Latest).await?;
                self.tails.push(tail);
                new.extend(events);
            }
        }
        Ok(self.told(new, tell))
    }

    /// Tells events of several stacks in the order in which they happened.
    fn told(&mut self, mut new: Vec<Event>, tell: &mut impl FnMut(&Event)) -> usize {
        new.sort_by_key(|event| event.at);
        new.iter().for_each(tell);
        let count = new.len();
        self.events.extend(new);
        count
    }

    /// Reads a stack's events back to the beginning of its operation.
    async fn begin(
        &self,
        (id, _): (String, Tail),
        operation: Operation<'_>,
    ) -> Result<((String, Tail), Vec<Event>), Fault> {
        let mut events: Vec<Event> = Vec::new();
        let mut page = None;
        let count = loop {
            let read = self.service.events(&id, page.as_deref()).await?;
            events.extend(read.events);
            match (operation.count(&events), read.next) {
                (Some(count), _) => break count,
                (None, None) => break events.len(),
                (None, next) => page = next,
            }
        };
        let before = events.get(count).map(|event| event.id.clone());
        events.truncate(count);
        let mut tail = Tail::after(before);
        let new = tail.absorb(events);
        Ok(((id, tail), new))
    }

    /// The pages of a stack's events, newest first, back to what was told.
    async fn newer(&self, index: usize) -> Result<Vec<Event>, Fault> {
        let (id, tail) = &self.tails[index];
        let mut events = Vec::new();
        let mut page = None;
        loop {
            let read = self.service.events(id, page.as_deref()).await?;
            let is_enough = tail.reaches(&read.events) || read.next.is_none();
            events.extend(read.events);
            if is_enough {
                return Ok(events);
            }
            page = read.next;
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
            is_protected: false,
            changed: String::new(),
        })
    }

    fn ended(self, stack: Stack) -> Ended {
        let is_good = matches!(stack.status.phase(), Phase::Done | Phase::Gone);
        let cause = if is_good { None } else { cause::find(&self.events) };
        Ended { stack, events: self.events, cause }
    }
}
