//! One stack that is followed to its end.

use std::future::Future;
use std::time::Duration;

use kiln::aws::Session;
use kiln::deploy::follow::{self, Ended, Ending, Options};
use kiln::deploy::{Clock as _, Fault, FaultKind, Message, Operation, Phase, Service as _, Stack, flow};

use super::deadline::Deadline;
use super::interrupt::{Signal, Signals};
use super::view::{Told1, View};
use super::words;
use crate::exit::{Exit, Failure};

/// How one stack's part of a command ended.
#[derive(Debug)]
pub struct Outcome {
    /// In a word.
    pub word: &'static str,
    /// The exit code that it asks for.
    pub exit: Exit,
    /// The stack's state.
    pub status: Option<String>,
    /// What the stack tells its user.
    pub outputs: Vec<kiln::deploy::message::Output>,
    /// How long it took.
    pub time: Duration,
}

impl Outcome {
    /// The last thing that is told.
    pub fn message(&self, calls: u64) -> Message {
        Message::Ended {
            outcome: self.word,
            status: self.status.clone(),
            outputs: self.outputs.clone(),
            exit: self.exit as u8,
            seconds: self.time.as_secs(),
            calls,
        }
    }
}

/// What is followed.
pub struct Followed<'a> {
    /// Where the stack is.
    pub session: &'a Session,
    /// Its ARN and its name.
    pub stack: (&'a str, &'a str),
    /// Where its operation begins.
    pub operation: Operation<'a>,
    /// The longest time between two looks.
    pub poll: Duration,
    /// When the command must have ended.
    pub deadline: Deadline,
    /// Whether a second Ctrl-C may cancel its update: it is this project's.
    pub is_ours: bool,
    /// What it is called when all goes well: `deployed`, `destroyed`.
    pub success: &'static str,
}

/// How often what is under way is drawn anew.
const FRAME: Duration = Duration::from_millis(120);

/// How long a second Ctrl-C may come after the first.
const SECOND_CHANCE: Duration = Duration::from_secs(3);

/// Follows a stack to its end, or until a signal.
pub async fn follow(followed: &Followed<'_>, told: &Told1<'_>, view: &View<'_>, signals: &mut Signals) -> Outcome {
    let Followed { session, stack: (id, name), operation, poll, deadline, .. } = *followed;
    let timer = session.calls().timer();
    let options = Options { interval: poll, limit: deadline.left() };
    let began = timer.elapsed();
    let outcome = |word, exit| Outcome {
        word,
        exit,
        status: None,
        outputs: Vec::new(),
        time: timer.elapsed().saturating_sub(began),
    };
    let notice = |text: String| told.tell(&Message::Notice { text });
    let mut tell = |event: &kiln::deploy::Event| told.event(event);
    let mut following = Box::pin(follow::follow(session, timer, (id, operation), options, &mut tell));
    let again = format!("`kiln watch --stack {name} --region {}` follows it again", session.region);
    let ending = loop {
        let signal = tokio::select! {
            ending = &mut following => break ending,
            signal = signals.next() => signal,
            // A look that does not end, such as one over endless pages, has no more time than a wait.
            () = deadline.passed() => break Ending::Limit,
            () = redraw(view) => continue,
        };
        if signal == Signal::Terminate {
            notice(format!("terminated: the stack's operation goes on; {again}"));
            return outcome("still running", Exit::Interrupted);
        }
        notice(format!(
            "interrupted: the stack's operation goes on; Ctrl-C once more within 3 seconds cancels an update; {again}"
        ));
        let second = tokio::select! {
            ending = &mut following => break ending,
            () = deadline.passed() => break Ending::Limit,
            signal = signals.next() => Some(signal),
            () = tokio::time::sleep(SECOND_CHANCE) => None,
        };
        match second {
            Some(Signal::Interrupt(_)) if !followed.is_ours => {
                notice("the stack is not this project's: its update is not cancelled".to_owned());
                return outcome("still running", Exit::Interrupted);
            }
            Some(Signal::Interrupt(_)) => match session.cancel_update(id).await {
                Ok(()) => notice("cancelled: the update is rolled back".to_owned()),
                Err(fault) => {
                    notice(format!("only an update can be cancelled, and this is none any more: {}", fault.message));
                    return outcome("still running", Exit::Interrupted);
                }
            },
            _ => return outcome("still running", Exit::Interrupted),
        }
    };
    drop(following);
    view.rest();
    let time = timer.elapsed().saturating_sub(began);
    match ending {
        Ending::Ended(ended) => ended_outcome(*ended, followed, told, time),
        Ending::Limit => {
            notice(format!("the time is up, and the stack's operation goes on; {again}"));
            outcome("still running", Exit::StillRunning)
        }
        Ending::Lost(fault) => {
            notice(format!("{}; the stack's operation goes on; {again}", lost(&fault)));
            outcome("still running", Exit::StillRunning)
        }
    }
}

async fn redraw(view: &View<'_>) {
    tokio::time::sleep(FRAME).await;
    view.tick();
}

fn lost(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::Expired => "the AWS credentials have expired".to_owned(),
        _ => words::fault(fault).message,
    }
}

fn ended_outcome(ended: Ended, followed: &Followed<'_>, told: &Told1<'_>, time: Duration) -> Outcome {
    let Ended { stack, reasons, .. } = ended;
    let (word, exit) = match stack.status.phase() {
        Phase::Done | Phase::Gone => (followed.success, Exit::Success),
        Phase::RolledBack | Phase::Empty => ("failed and rolled back", Exit::DeploymentFailed),
        Phase::RollbackStuck | Phase::Stuck | Phase::Running | Phase::Review => ("needs a hand", Exit::NeedsHand),
    };
    told.causes(&reasons);
    if let Some(help) = help(&stack.status, &stack.name).filter(|_| exit == Exit::NeedsHand) {
        told.tell(&Message::Notice { text: help });
    }
    // What a stack that is gone has told of itself is not there any more.
    let is_there = stack.status.phase() == Phase::Done;
    let outputs = if is_there { stack.outputs.into_iter().map(Into::into).collect() } else { Vec::new() };
    Outcome { word, exit, status: Some(stack.status.word().to_owned()), outputs, time }
}

/// What to do about a stack that needs a hand.
fn help(status: &kiln::deploy::StackStatus, name: &str) -> Option<String> {
    Some(match status.word() {
        "UPDATE_ROLLBACK_FAILED" => {
            "repair what it complains about, then `kiln deploy --recover`; --skip ID leaves a resource as it is"
                .to_owned()
        }
        "DELETE_FAILED" => {
            format!(
                "`kiln destroy --stack {name}` tries again; --retain ID leaves a resource alone that cannot be deleted"
            )
        }
        "CREATE_FAILED" | "UPDATE_FAILED" => {
            "nothing was rolled back, as it was asked: look, then repair or destroy it".to_owned()
        }
        "ROLLBACK_FAILED" => format!("`kiln destroy --stack {name}` removes what is left"),
        _ => return None,
    })
}

/// Refuses a stack that is not this project's, unless it is to be adopted.
pub async fn check_owner(session: &Session, stack: &Stack, (project, adopt): (&str, bool)) -> Result<(), Failure> {
    if adopt {
        return Ok(());
    }
    flow::check_owner(session, stack, project).await.map_err(|trouble| words::trouble(&stack.name, &trouble))
}

/// Runs work on several stacks, some at once, and gives the results in the order of the stacks.
pub async fn at_once<T, W: Future<Output = Result<T, Failure>>>(
    works: Vec<W>,
    concurrency: usize,
) -> Vec<Result<T, Failure>> {
    use futures_util::StreamExt as _;
    let works = works.into_iter().enumerate().map(|(index, work)| async move { (index, work.await) });
    let mut done: Vec<_> = futures_util::stream::iter(works).buffer_unordered(concurrency.max(1)).collect().await;
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
