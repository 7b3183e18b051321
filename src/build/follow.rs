//! Following a build from its beginning to its end.

use std::collections::BTreeMap;
use std::time::Duration;

use super::cause::{self, Cause};
use super::message::Message;
use super::{Builder, Image, Step, Trace, Workflow};
use crate::deploy::follow::Options;
use crate::deploy::{Clock, Fault, FaultKind, moment};

/// How following ends.
///
/// ```
/// use kiln::build::follow::{Ending, follow};
/// use kiln::build::{Builder, Image};
/// use kiln::deploy::Clock;
/// use kiln::deploy::follow::Options;
///
/// async fn watch(arn: &str, service: &impl Builder, clock: &impl Clock) -> Option<Image> {
///     let options = Options { interval: std::time::Duration::from_secs(2), limit: None };
///     let ending = follow(service, clock, arn, options, &mut |_| {}).await;
///     if let Ending::Ended(ended) = ending { Some(ended.image) } else { None }
/// }
/// ```
#[derive(Debug)]
pub enum Ending {
    /// The build has ended.
    Ended(Box<Ended>),
    /// The limit was reached; the build goes on.
    Limit,
    /// The service could not be asked any more; for all that is known the build goes on.
    Lost(Fault),
}

/// A build that has ended.
///
/// ```
/// use kiln::build::{Image, State, follow::Ended};
///
/// let told = |ended: &Ended| match &ended.cause {
///     Some(cause) => format!("failed: {}", cause.reason),
///     None => format!("{} is {}", ended.image.version, ended.image.state.word()),
/// };
/// let version = "1.0.3/2".to_owned();
/// let image = Image { version, state: State::new("CANCELLED"), ..Image::default() };
/// assert_eq!(told(&Ended { image, cause: None }), "1.0.3/2 is CANCELLED");
/// ```
#[derive(Debug)]
pub struct Ended {
    /// The image as it is now.
    pub image: Image,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
}

/// A service that cannot be reached for so long is given up.
const PATIENCE: Duration = Duration::from_secs(900);

/// A page with fewer lines is taken for the last one there is for now: asking for what comes behind it would double the
/// calls of a build that writes a few lines a second. If it was not the last, the next look goes on there.
const SHORT: usize = 50;

/// Pages of a log that are read in one look, so that states are told in between.
const MOST_PAGES: usize = 50;

/// The log of a finished build may still be on its way for so long.
const LAST_LINES: Duration = Duration::from_secs(5);

/// Follows the build of this image. `tell` gets every line, step and state once.
///
/// Each look reads the log; every second one also the image, or its workflows with the steps of the one that runs, in
/// turn. That is seven calls in four intervals.
pub async fn follow(
    service: &impl Builder,
    clock: &impl Clock,
    arn: &str,
    options: Options,
    tell: &mut impl FnMut(&Message),
) -> Ending {
    let began = clock.elapsed();
    let mut follower = Follower {
        service,
        arn,
        image: Image::default(),
        seen: Vec::new(),
        told: BTreeMap::new(),
        trace: Trace::default(),
        next: None,
        no_log: false,
    };
    let mut lost_since: Option<Duration> = None;
    let mut turn = 0_u32;
    loop {
        match follower.look(turn, tell).await {
            Ok(()) => {
                lost_since = None;
                turn = turn.wrapping_add(1);
                if follower.image.state.is_final() {
                    match follower.finish(clock, options.interval, tell).await {
                        Ok(()) => return Ending::Ended(Box::new(follower.ended())),
                        Err(fault) if !fault.is_passing() => return Ending::Lost(fault),
                        // The end itself is known: what is missing is read in the next look.
                        Err(_) => {}
                    }
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
        let wait = options.interval.mul_f64(0.8 + 0.4 * clock.jitter());
        let waited = clock.elapsed().saturating_sub(began);
        match options.limit {
            Some(limit) if waited >= limit => return Ending::Limit,
            Some(limit) => clock.sleep(wait.min(limit - waited)).await,
            None => clock.sleep(wait).await,
        }
    }
}

struct Follower<'a, B> {
    service: &'a B,
    arn: &'a str,
    image: Image,
    /// The workflows with their steps, as they were seen last.
    seen: Vec<(Workflow, Vec<Step>)>,
    /// The last state that was told of each step.
    told: BTreeMap<String, String>,
    trace: Trace,
    /// Where the log goes on.
    next: Option<String>,
    /// The log may not be read.
    no_log: bool,
}

impl<B: Builder> Follower<'_, B> {
    async fn look(&mut self, turn: u32, tell: &mut impl FnMut(&Message)) -> Result<(), Fault> {
        match turn % 4 {
            0 => self.look_at_image(tell).await?,
            2 => self.look_at_steps(false, tell).await?,
            _ => {}
        }
        self.read_log(false, tell).await.map(drop)
    }

    async fn look_at_image(&mut self, tell: &mut impl FnMut(&Message)) -> Result<(), Fault> {
        let Some(image) = self.service.image(self.arn).await? else {
            return Err(Fault {
                kind: FaultKind::Missing,
                action: "imagebuilder:GetImage".to_owned(),
                message: format!("there is no image {}", self.arn),
            });
        };
        if image.state != self.image.state {
            tell(&Message::State { state: image.state.word().to_owned() });
        }
        self.image = image;
        Ok(())
    }

    /// The steps of workflows that run, or were not read since they ended.
    async fn look_at_steps(&mut self, all: bool, tell: &mut impl FnMut(&Message)) -> Result<(), Fault> {
        for workflow in self.service.workflows(self.arn).await? {
            let known = self.seen.iter().position(|(known, _)| known.id == workflow.id);
            let was_read = known.is_some_and(|at| is_over(&self.seen[at].0.status));
            let steps = if workflow.status == "PENDING" || (was_read && !all) {
                None
            } else {
                Some(self.service.steps(&workflow.id).await?)
            };
            for step in steps.iter().flatten() {
                self.tell_step(&workflow, step, tell);
            }
            match (known, steps) {
                (Some(at), Some(steps)) => self.seen[at] = (workflow, steps),
                (Some(at), None) => self.seen[at].0 = workflow,
                (None, steps) => self.seen.push((workflow, steps.unwrap_or_default())),
            }
        }
        Ok(())
    }

    fn tell_step(&mut self, workflow: &Workflow, step: &Step, tell: &mut impl FnMut(&Message)) {
        if matches!(step.status.as_str(), "PENDING" | "SKIPPED") || self.told.get(&step.id) == Some(&step.status) {
            return;
        }
        self.told.insert(step.id.clone(), step.status.clone());
        tell(&Message::Step {
            workflow: workflow.name.clone(),
            execution: workflow.id.clone(),
            step: step.name.clone(),
            action: step.action.clone(),
            status: step.status.clone(),
            began: step.began.clone(),
            ended: step.ended.clone(),
            message: step.message.clone(),
        });
    }

    /// Reads the log as far as there is one, or until a short page; gives how many lines that were.
    async fn read_log(&mut self, to_end: bool, tell: &mut impl FnMut(&Message)) -> Result<u64, Fault> {
        if self.no_log || self.image.version.is_empty() {
            return Ok(0);
        }
        let (group, stream) = self.image.log();
        let before = self.trace.count();
        for _ in 0..MOST_PAGES {
            let page = match self.service.log(&group, &stream, self.next.as_deref()).await {
                Ok(page) => page,
                Err(Fault { kind: FaultKind::Denied { .. }, .. }) => {
                    let text = format!("these credentials may not read the log {group} {stream} (logs:GetLogEvents)");
                    tell(&Message::Notice { text });
                    self.no_log = true;
                    break;
                }
                Err(fault) => return Err(fault),
            };
            let is_short = !to_end && (1..SHORT).contains(&page.lines.len());
            for line in page.lines {
                self.trace.read(&line.text);
                tell(&Message::Log { at: moment::timestamp(line.at), line: line.text });
            }
            // The token of the last page is its own; a page can be empty though lines follow.
            if page.next.is_none() || page.next == self.next {
                break;
            }
            self.next = page.next;
            if is_short {
                break;
            }
        }
        Ok(self.trace.count() - before)
    }

    /// Reads what came since the last look. Lines arrive some seconds after they were written, so a failed build's log is
    /// read until nothing comes.
    async fn finish(
        &mut self,
        clock: &impl Clock,
        interval: Duration,
        tell: &mut impl FnMut(&Message),
    ) -> Result<(), Fault> {
        let pause = interval.min(LAST_LINES);
        self.read_log(true, tell).await?;
        loop {
            clock.sleep(pause).await;
            if self.read_log(true, tell).await? == 0 {
                break;
            }
        }
        self.look_at_steps(true, tell).await?;
        self.look_at_image(tell).await
    }

    fn ended(self) -> Ended {
        let is_failure = self.image.state.word() == "FAILED";
        let cause = is_failure.then(|| cause::find(&self.image, &self.seen, &self.trace));
        Ended { image: self.image, cause }
    }
}

fn is_over(status: &str) -> bool {
    !matches!(status, "PENDING" | "RUNNING")
}
