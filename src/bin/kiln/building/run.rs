//! One build that is followed to its end.

use std::time::Duration;

use kiln::aws::Session;
use kiln::build::follow::{self, Ended, Ending};
use kiln::build::message::{Output, Why};
use kiln::build::{Builder as _, Cause, Image, Message, place};
use kiln::deploy::follow::Options;
use kiln::deploy::{Clock as _, FaultKind};

use super::view::Told;
use crate::deploying::deadline::Deadline;
use crate::deploying::interrupt::{Signal, Signals};
use crate::deploying::project::Project;
use crate::deploying::view::View;
use crate::deploying::{place as places, words};
use crate::exit::Exit;

/// How a build's part of a command ended.
pub struct Outcome {
    /// In a word.
    pub word: &'static str,
    /// The exit code that it asks for.
    pub exit: Exit,
    /// What came out, if the image is there.
    pub output: Option<Output>,
    /// How long it was followed.
    pub time: Duration,
}

impl Outcome {
    /// An end without an image.
    pub fn new(word: &'static str, exit: Exit) -> Self {
        Self { word, exit, output: None, time: Duration::ZERO }
    }

    /// The last thing that is told.
    pub fn message(&self, calls: u64) -> Message {
        Message::Ended {
            outcome: self.word,
            exit: self.exit as u8,
            seconds: self.time.as_secs(),
            calls,
            output: self.output.clone(),
        }
    }
}

/// What is followed.
pub struct Followed<'a> {
    /// Where it is.
    pub session: &'a Session,
    /// The image's ARN.
    pub image: &'a str,
    /// The pipeline's name.
    pub name: &'a str,
    /// The spec, if there is one.
    pub project: Option<&'a Project>,
    /// The longest time between two looks.
    pub poll: Duration,
    /// When the command must have ended.
    pub deadline: Deadline,
}

/// How often what is under way is drawn anew.
const FRAME: Duration = Duration::from_millis(120);

/// How long a second Ctrl-C may come after the first.
const SECOND_CHANCE: Duration = Duration::from_secs(3);

/// Follows a build to its end, or until a signal.
pub async fn follow(followed: &Followed<'_>, told: &Told<'_>, view: &View<'_>, signals: &mut Signals) -> Outcome {
    let Followed { session, image, poll, deadline, .. } = *followed;
    let timer = session.calls().timer();
    let options = Options { interval: poll, limit: deadline.left() };
    let began = timer.elapsed();
    let outcome = |word, exit| Outcome { time: timer.elapsed().saturating_sub(began), ..Outcome::new(word, exit) };
    let notice = |text: String| told.tell(&Message::Notice { text });
    let mut tell = |message: &Message| told.tell(message);
    let mut following = Box::pin(follow::follow(session, timer, image, options, &mut tell));
    let again = format!("`kiln watch {image} --region {}` follows it again", session.region);
    let ending = loop {
        let signal = tokio::select! {
            ending = &mut following => break ending,
            signal = signals.next() => signal,
            // A look that does not end, such as one over endless pages, has no more time than a wait.
            () = deadline.passed() => break Ending::Limit,
            () = redraw(view) => continue,
        };
        if signal == Signal::Terminate {
            notice(format!("terminated: the build goes on; {again}"));
            return outcome("still running", Exit::Interrupted);
        }
        notice(format!("interrupted: the build goes on; Ctrl-C once more within 3 seconds cancels it; {again}"));
        let second = tokio::select! {
            ending = &mut following => break ending,
            () = deadline.passed() => break Ending::Limit,
            signal = signals.next() => Some(signal),
            () = tokio::time::sleep(SECOND_CHANCE) => None,
        };
        match second {
            Some(Signal::Interrupt(_)) => {
                match session.cancel(image, &format!("kiln-cancel-{}", places::nonce())).await {
                    Ok(()) => notice("cancelled: the service ends what it has begun".to_owned()),
                    Err(fault) => {
                        notice(format!("the build could not be cancelled: {}", words::fault(&fault).message));
                        return outcome("still running", Exit::Interrupted);
                    }
                }
            }
            _ => return outcome("still running", Exit::Interrupted),
        }
    };
    drop(following);
    view.rest();
    let time = timer.elapsed().saturating_sub(began);
    match ending {
        Ending::Ended(ended) => Outcome { time, ..ended_outcome(*ended, followed, told) },
        Ending::Limit => {
            notice(format!("the time is up, and the build goes on; {again}"));
            outcome("still running", Exit::StillRunning)
        }
        Ending::Lost(fault) if fault.kind == FaultKind::Missing => {
            notice(fault.message);
            outcome("missing", Exit::Refused)
        }
        Ending::Lost(fault) => {
            let failure = words::fault(&fault);
            notice(format!("{}; the build goes on; {again}", failure.message));
            let is_denied = matches!(fault.kind, FaultKind::Denied { .. });
            outcome("still running", if is_denied { Exit::Denied } else { Exit::StillRunning })
        }
    }
}

async fn redraw(view: &View<'_>) {
    tokio::time::sleep(FRAME).await;
    view.tick();
}

fn ended_outcome(ended: Ended, followed: &Followed<'_>, told: &Told<'_>) -> Outcome {
    let Ended { image, cause } = ended;
    if let Some(cause) = &cause {
        told.tell(&Message::Failure(why(cause, &image, followed.project)));
    }
    if image.state.is_cancelled() {
        return Outcome::new("cancelled", Exit::BuildFailed);
    }
    if cause.is_some() {
        return Outcome::new("failed", Exit::BuildFailed);
    }
    let output = output(&image, followed.name);
    Outcome { output: Some(output), ..Outcome::new("built", Exit::Success) }
}

fn why(cause: &Cause, image: &Image, project: Option<&Project>) -> Why {
    let Cause { workflow, step, at, reason, lines, hint } = cause.clone();
    let found = at.as_ref().zip(project).and_then(|(at, project)| {
        let planned = &project.planned;
        place::find(at, (&planned.plan, &project.subjects), (&planned.spec, planned.source.as_ref()))
    });
    let (words, place) = found.unzip();
    let at = at.unwrap_or_default();
    Why {
        workflow,
        step,
        component: words.or(at.component),
        phase: at.phase,
        component_step: at.step,
        place: place.flatten(),
        reason,
        lines,
        hint: hint.map(str::to_owned),
        log: image.log(),
        instance_kept: image.terminates == Some(false),
    }
}

/// What came out of an image.
pub fn output(image: &Image, pipeline: &str) -> Output {
    Output {
        pipeline: pipeline.to_owned(),
        image: image.arn.clone(),
        version: image.version.clone(),
        amis: image.amis.clone(),
        containers: image.containers.clone(),
        parameters: image.parameters.clone(),
        launch_templates: image.templates.clone(),
        findings: None,
    }
}
