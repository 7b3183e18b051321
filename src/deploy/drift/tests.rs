//! What the double does not give: detections that take their time or fail, and drift of Image Builder's types.

use std::cell::{Cell, RefCell};
use std::task::{Context, Poll, Waker};

use serde_json::json;

use super::*;
use crate::deploy::ResourceStatus;

/// A service that answers as it was told.
struct Scripted {
    detections: RefCell<Vec<Detection>>,
    found: Vec<Drifted>,
}

impl Inspector for Scripted {
    async fn detect_drift(&self, _: &str) -> Result<String, Fault> {
        Ok("detection".to_owned())
    }

    async fn detection(&self, _: &str) -> Result<Detection, Fault> {
        Ok(self.detections.borrow_mut().pop().unwrap_or(Detection::Running))
    }

    async fn drifts(&self, _: &str) -> Result<Vec<Drifted>, Fault> {
        Ok(self.found.clone())
    }

    async fn document(&self, _: &str, _: &str) -> Result<Held, Fault> {
        Ok(Held::Nothing)
    }
}

/// Time that passes only while somebody waits.
#[derive(Default)]
struct Paused(Cell<Duration>);

impl Clock for Paused {
    fn elapsed(&self) -> Duration {
        self.0.get()
    }

    async fn sleep(&self, time: Duration) {
        self.0.set(self.0.get() + time);
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

/// Nothing here waits for anything real.
fn now<T>(work: impl Future<Output = T>) -> T {
    match std::pin::pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("something waits"),
    }
}

fn drifted(id: &str, status: &str, differences: &[(&str, &str, &str)]) -> Drifted {
    let own = |text: &str| Some(text.to_owned());
    Drifted {
        logical_id: id.to_owned(),
        physical_id: None,
        resource_type: "AWS::ImageBuilder::ImageRecipe".to_owned(),
        status: status.to_owned(),
        differences: differences.iter().map(|(path, old, new)| ((*path).to_owned(), own(old), own(new))).collect(),
    }
}

#[test]
fn a_detection_is_waited_for_and_a_failed_one_tells_what_it_found() {
    let found = vec![drifted("WebRecipe", "MODIFIED", &[("/Description", "a", "b")])];
    for last in [Detection::Done, Detection::Failed("no right".to_owned())] {
        let detections = vec![last, Detection::Running, Detection::Running];
        let (service, clock) = (Scripted { detections: detections.into(), found: found.clone() }, Paused::default());
        assert_eq!(now(detect(&service, &clock, "web")).as_ref(), Ok(&found));
        assert_eq!(clock.elapsed(), FIRST_LOOK * 3);
    }
    let (service, clock) = (Scripted { detections: Vec::new().into(), found }, Paused::default());
    let fault = now(detect(&service, &clock, "web")).err().map(|fault| fault.kind);
    assert_eq!(fault, Some(FaultKind::Unavailable));
}

#[test]
fn what_a_wildcard_stands_for_is_no_drift() {
    let arn = "arn:aws:imagebuilder:us-east-1:aws:component/update-linux";
    let same = drifted(
        "A",
        "MODIFIED",
        &[
            ("/Version", "1.0.x", "1.0.4"),
            ("/Components/0/ComponentArn", &format!("{arn}/x.x.x"), &format!("{arn}/1.0.2/1")),
        ],
    );
    let other = drifted("B", "MODIFIED", &[("/Version", "1.0.x", "1.0.4"), ("/Tags/0/Value", "\"a\"", "\"b\"")]);
    let resource = |id: &str| StackResource {
        logical_id: id.to_owned(),
        physical_id: None,
        resource_type: "AWS::ImageBuilder::ImageRecipe".to_owned(),
        status: ResourceStatus::new("CREATE_COMPLETE"),
    };
    let gone = drifted("C", "DELETED", &[]);
    let drifts = told(&[same, other, gone], &["A", "B", "C", "D"].map(resource), &Subjects::default());
    let words: Vec<String> = drifts.resources.iter().flat_map(|it| &it.properties).map(Difference::words).collect();
    assert_eq!(words, ["Tags[0].Value: expected a, actual b"]);
    let states: Vec<&str> = drifts.resources.iter().map(Drift::word).collect();
    assert_eq!(states, ["modified", "deleted"]);
    assert_eq!(drifts.unchecked, ["recipe `D`"]);
}

#[test]
fn terraforms_drift_is_told_in_the_same_words() {
    let plan = json!({ "resource_drift": [
        { "address": "aws_s3_bucket.logs", "type": "aws_s3_bucket",
          "change": { "actions": ["update"], "before": { "tags": { "a": "b" }, "id": "x" }, "after": { "tags": {}, "id": "x" } } },
        { "address": "aws_sns_topic.builds", "type": "aws_sns_topic",
          "change": { "actions": ["delete"], "before": { "id": "x" }, "after": null } },
        { "address": "aws_iam_role.web", "type": "aws_iam_role", "change": { "actions": ["update"],
          "before": { "tags": null, "path": "/", "managed_policy_arns": [] },
          "after": { "tags": {}, "path": "/", "managed_policy_arns": ["a"] } } },
    ], "configuration": { "root_module": { "resources": [
        { "address": "aws_iam_role.web", "expressions": { "path": {}, "tags": {} } },
    ] } } });
    let drifts = of_terraform(&plan, &Subjects::default());
    let [bucket, topic] = drifts.resources.as_slice() else { panic!("{drifts:#?}") };
    assert_eq!(bucket.properties[0].words(), "tags: expected {\"a\":\"b\"}, actual {}");
    assert_eq!((topic.word(), topic.properties.len()), ("deleted", 0));
}
