//! What no server gives on demand: a service whose stacks live on a timeline, and a clock that does not wait.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::deploy::{ChangeSet, FaultKind, Named, Page, Request, ResourceStatus, StackResource};

const STACK: &str = "arn:aws:cloudformation:us-east-1:1:stack/web/1";
const INNER: &str = "arn:aws:cloudformation:us-east-1:1:stack/web-Inner/2";
const TYPE_OF_STACKS: &str = "AWS::CloudFormation::Stack";

/// A service on which time passes with every call and every wait.
#[derive(Default)]
struct Timeline {
    /// By a stack's ARN: what happens to it, oldest first.
    histories: BTreeMap<&'static str, Vec<Event>>,
    now: Cell<u64>,
    calls: Cell<usize>,
    /// The call that fails, counted from 0, and how.
    fails: Option<(usize, FaultKind)>,
    /// Whether the last event of the followed stack never comes.
    is_end_lost: bool,
}

/// An event after so many milliseconds.
fn event(stack: &str, at: i64, (logical_id, of, physical_id): (&str, &str, &str), status: &str) -> Event {
    Event {
        id: format!("{stack}{at}{logical_id}{status}"),
        stack_id: stack.to_owned(),
        logical_id: logical_id.to_owned(),
        physical_id: Some(physical_id.to_owned()),
        resource_type: of.to_owned(),
        status: ResourceStatus::new(status),
        reason: status.ends_with("FAILED").then(|| format!("{logical_id} failed")),
        at,
        token: None,
        operation: None,
        finding: None,
    }
}

impl Timeline {
    fn happens(&mut self, stack: &'static str, at: i64, status: &str) {
        let name = if stack == STACK { "web" } else { "web-Inner" };
        self.add(stack, event(stack, at, (name, TYPE_OF_STACKS, stack), status));
    }

    fn add(&mut self, stack: &'static str, event: Event) {
        self.histories.entry(stack).or_default().push(event);
    }

    fn called(&self) -> Result<(), Fault> {
        self.now.set(self.now.get() + 7);
        let call = self.calls.replace(self.calls.get() + 1);
        match &self.fails {
            Some((at, kind)) if *at == call => {
                Err(Fault { kind: kind.clone(), action: String::new(), message: String::new() })
            }
            _ => Ok(()),
        }
    }

    /// What has happened by now, newest first.
    fn visible(&self, stack: &str) -> Vec<Event> {
        let now = i64::try_from(self.now.get()).unwrap();
        let all = self.histories.get(stack).into_iter().flatten();
        let shown = all.filter(|event| {
            let is_end = stack == STACK && event.at > 1000 && event.ends_operation();
            event.at <= now && !(is_end && self.is_end_lost)
        });
        shown.rev().cloned().collect()
    }

    /// Follows, and gives what was told and how it ended.
    fn follow(&self, operation: Operation<'_>) -> (Vec<String>, Ending) {
        let told = RefCell::new(Vec::new());
        let mut tell = |event: &Event| told.borrow_mut().push(event.id.clone());
        let options = Options { interval: Duration::from_secs(2), limit: Some(Duration::from_secs(600)) };
        // Nothing here ever waits for something outside.
        let Poll::Ready(ending) = pin!(follow(self, self, (STACK, operation), options, &mut tell))
            .poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("nothing to wait for")
        };
        (told.into_inner(), ending)
    }
}

impl Clock for Timeline {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now.get())
    }

    async fn sleep(&self, time: Duration) {
        self.now.set(self.now.get() + u64::try_from(time.as_millis()).unwrap());
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

impl Service for Timeline {
    async fn stack(&self, _: &str) -> Result<Option<Stack>, Fault> {
        self.called()?;
        let now = i64::try_from(self.now.get()).unwrap();
        let last = self.histories[STACK].iter().rfind(|event| event.at <= now && event.is_of_stack());
        Ok(last.map(|event| Stack {
            id: STACK.to_owned(),
            name: "web".to_owned(),
            status: StackStatus::new(event.status.word()),
            reason: None,
            outputs: Vec::new(),
            parameters: Vec::new(),
            tags: Vec::new(),
            is_protected: false,
            changed: String::new(),
        }))
    }

    /// Pages of three. A page's number counts from the newest event, so that pages shift while events come.
    async fn events(&self, stack: &str, page: Option<&str>) -> Result<Page, Fault> {
        self.called()?;
        let from: usize = page.map_or(0, |page| page.parse().unwrap());
        let events = self.visible(stack);
        let next = (from + 3 < events.len()).then(|| (from + 3).to_string());
        Ok(Page { events: events.into_iter().skip(from).take(3).collect(), next })
    }

    async fn create_change_set(&self, _: &Request) -> Result<String, Fault> {
        unreachable!("following only looks")
    }

    async fn change_set(&self, _: Named<'_>) -> Result<Option<ChangeSet>, Fault> {
        unreachable!("following only looks")
    }

    async fn execute(&self, _: Named<'_>, _: &str, _: bool) -> Result<(), Fault> {
        unreachable!("following only looks")
    }

    async fn delete_change_set(&self, _: Named<'_>) -> Result<(), Fault> {
        unreachable!("following only looks")
    }

    async fn change_sets(&self, _: &str) -> Result<Vec<String>, Fault> {
        unreachable!("following only looks")
    }

    async fn change_set_events(&self, _: &str, _: &str) -> Result<Vec<Event>, Fault> {
        unreachable!("following only looks")
    }

    async fn failed_events(&self, _: &str, _: &str) -> Result<Vec<Event>, Fault> {
        unreachable!("no event of these stacks names its operation")
    }

    async fn template(&self, _: &str) -> Result<String, Fault> {
        unreachable!("following only looks")
    }

    async fn resources(&self, _: &str) -> Result<Vec<StackResource>, Fault> {
        unreachable!("following only looks")
    }

    async fn delete_stack(&self, _: &str, _: &str, _: &[String]) -> Result<(), Fault> {
        unreachable!("following only looks")
    }

    async fn cancel_update(&self, _: &str) -> Result<(), Fault> {
        unreachable!("following only looks")
    }

    async fn continue_rollback(&self, _: &str, _: &str, _: &[String]) -> Result<(), Fault> {
        unreachable!("following only looks")
    }
}

/// A stack that was made with a nested one, and an update of both that fails in the nested one.
fn failing_update() -> Timeline {
    let mut line = Timeline { now: Cell::new(1000), ..Timeline::default() };
    let inner = |at, status| event(STACK, at, ("Inner", TYPE_OF_STACKS, INNER), status);
    let topic = |at, id: &str, status| event(INNER, at, (id, "AWS::SNS::Topic", "arn:topic"), status);
    line.happens(STACK, 10, "CREATE_IN_PROGRESS");
    line.add(STACK, inner(20, "CREATE_COMPLETE"));
    line.happens(STACK, 30, "CREATE_COMPLETE");
    line.happens(INNER, 12, "CREATE_IN_PROGRESS");
    line.add(INNER, topic(14, "Topic", "CREATE_COMPLETE"));
    line.happens(INNER, 16, "CREATE_COMPLETE");

    line.happens(STACK, 1005, "UPDATE_IN_PROGRESS");
    line.add(STACK, inner(1010, "UPDATE_IN_PROGRESS"));
    // The nested stack begins long after its parent has said so.
    line.happens(INNER, 9000, "UPDATE_IN_PROGRESS");
    for (at, id) in [(9100, "A"), (9200, "B"), (9300, "C"), (9400, "D")] {
        line.add(INNER, topic(at, id, "CREATE_COMPLETE"));
    }
    line.add(INNER, topic(12_000, "Topic", "UPDATE_FAILED"));
    line.happens(INNER, 12_500, "UPDATE_ROLLBACK_IN_PROGRESS");
    line.add(STACK, inner(13_000, "UPDATE_FAILED"));
    line.happens(STACK, 13_001, "UPDATE_ROLLBACK_IN_PROGRESS");
    line.happens(INNER, 14_000, "UPDATE_ROLLBACK_COMPLETE");
    line.add(STACK, inner(15_000, "UPDATE_COMPLETE"));
    line.happens(STACK, 20_000, "UPDATE_ROLLBACK_COMPLETE");
    line
}

/// What is to be told of the update: all of it, once, in its order.
fn of_the_update(line: &Timeline) -> Vec<String> {
    let mut events: Vec<&Event> = line.histories.values().flatten().filter(|event| event.at > 1000).collect();
    events.sort_by_key(|event| event.at);
    events.into_iter().map(|event| event.id.clone()).collect()
}

fn bookmark(line: &Timeline) -> String {
    line.histories[STACK][2].id.clone()
}

#[test]
fn a_nested_stack_is_told_from_its_own_beginning_and_its_failure_is_the_cause() {
    let line = failing_update();
    let before = bookmark(&line);
    let (told, ending) = line.follow(Operation::After(Some(&before)));
    assert_eq!(told, of_the_update(&line));
    let Ending::Ended(ended) = ending else { panic!("{ending:?}") };
    assert_eq!(ended.reasons.causes[0].event.logical_id, "Topic");
    // From the last event to the end: less than the two seconds between looks.
    assert!(line.now.get() < 22_000, "{}", line.now.get());
}

#[test]
fn whoever_comes_late_is_told_the_same() {
    for now in [8_000, 12_200, 14_500, 30_000] {
        let line = failing_update();
        line.now.set(now);
        let (mut told, ending) = line.follow(Operation::Latest);
        assert!(matches!(ending, Ending::Ended(_)), "{ending:?}");
        told.sort();
        let mut expected = of_the_update(&line);
        expected.sort();
        assert_eq!(told, expected, "from {now} on");
    }
}

#[test]
fn whichever_call_fails_everything_is_told_once() {
    let calls = {
        let line = failing_update();
        line.follow(Operation::Latest);
        line.calls.get()
    };
    assert!(calls > 20, "{calls}");
    for call in 0..calls {
        let mut line = failing_update();
        line.fails = Some((call, FaultKind::Unavailable));
        let before = bookmark(&line);
        let (mut told, ending) = line.follow(Operation::After(Some(&before)));
        assert!(matches!(ending, Ending::Ended(_)), "call {call}: {ending:?}");
        told.sort();
        let mut expected = of_the_update(&line);
        expected.sort();
        assert_eq!(told, expected, "call {call}");
    }
}

#[test]
fn expired_credentials_end_it_at_once_wherever_they_do() {
    let mut line = failing_update();
    line.fails = Some((6, FaultKind::Expired));
    let before = bookmark(&line);
    let (_, ending) = line.follow(Operation::After(Some(&before)));
    assert!(matches!(&ending, Ending::Lost(fault) if fault.kind == FaultKind::Expired), "{ending:?}");
}

#[test]
fn a_last_event_that_never_comes_is_not_waited_for() {
    let mut line = failing_update();
    line.is_end_lost = true;
    let before = bookmark(&line);
    let (told, ending) = line.follow(Operation::After(Some(&before)));
    let Ending::Ended(ended) = ending else { panic!("{ending:?}") };
    assert_eq!(ended.stack.status.word(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(told.len() + 1, of_the_update(&line).len());
    assert!(line.now.get() < 40_000, "{}", line.now.get());
}
