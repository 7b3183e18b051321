//! What a service does wrong costs a bounded time and a bounded memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::fake::{Answer, fake};
use crate::support::{Said, isolated, run, workspace};

const SPEC: &str =
    "name = \"web\"\n\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n";

const STACK: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/web/1";

/// The call that a body asks for.
fn action(body: &str) -> &str {
    body.split('&').find_map(|part| part.strip_prefix("Action=")).unwrap_or_default()
}

/// A document of the query protocol.
fn document(action: &str, result: &str) -> Answer {
    Answer::Text(format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"))
}

/// What a service that is all right says of the stack `web`, which is this project's.
fn sound(body: &str) -> Answer {
    let action = action(body);
    let result = match action {
        "GetCallerIdentity" => {
            "<Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account>".to_owned()
        }
        "DescribeStacks" => format!(
            "<Stacks><member><StackId>{STACK}</StackId><StackName>web</StackName><StackStatus>UPDATE_IN_PROGRESS</StackStatus>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime><Tags><member><Key>kiln:project</Key><Value>web</Value>\
             </member></Tags></member></Stacks>"
        ),
        "GetTemplate" => "<TemplateBody>Resources: {}</TemplateBody>".to_owned(),
        _ => String::new(),
    };
    document(action, &result)
}

/// Runs kiln in a folder with a spec, against a service.
fn kiln(test: &str, endpoint: &str, arguments: &[&str]) -> (Said, Duration) {
    let folder = workspace(&format!("limits-{test}"));
    fs::write(folder.join("kiln.toml"), SPEC).unwrap();
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    isolated(&mut kiln);
    kiln.current_dir(&folder).args(arguments).stdin(std::process::Stdio::null());
    kiln.env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "us-east-1");
    kiln.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let began = Instant::now();
    (run(&mut kiln), began.elapsed())
}

fn check((said, _): &(Said, Duration), code: i32, words: &[&str]) {
    assert_eq!(said.status, Some(code), "{}", said.everything());
    for word in words {
        assert!(said.everything().contains(word), "no `{word}` in:\n{}", said.everything());
    }
}

/// Ends soon after its time is up, however slow the machine is.
fn in_time(done: &(Said, Duration), words: &[&str]) {
    check(done, 7, words);
    assert!(done.1 < Duration::from_secs(20), "{:?}", done.1);
}

#[test]
fn a_page_that_comes_twice_is_refused() {
    let endpoint = fake(|body| match action(body) {
        action @ ("ListStackResources" | "DescribeStackEvents") => document(action, "<NextToken>again</NextToken>"),
        _ => sound(body),
    });
    let words = ["AWS refuses cloudformation:ListStackResources: the service gave the same page twice"];
    check(&kiln("twice-status", &endpoint, &["status"]), 9, &words);
    check(&kiln("twice-destroy", &endpoint, &["destroy", "--yes"]), 9, &words);
    let words = ["the service gave the same page twice", "kiln watch --stack web"];
    check(&kiln("twice-watch", &endpoint, &["watch"]), 7, &words);
}

#[test]
fn an_answer_without_an_end_is_refused() {
    for call in ["DescribeStacks", "ListStackResources", "GetCallerIdentity"] {
        let endpoint = fake(move |body| if action(body) == call { Answer::Endless } else { sound(body) });
        check(&kiln(&format!("long-{call}"), &endpoint, &["status"]), 9, &["the answer has more than 16 MiB"]);
    }
}

#[test]
fn a_service_that_says_nothing_costs_no_more_than_the_time_given() {
    for (call, arguments) in [
        ("GetCallerIdentity", &["deploy", "--yes"][..]),
        ("DescribeStacks", &["deploy", "--yes"]),
        ("DescribeStacks", &["watch"]),
        ("GetCallerIdentity", &["build"]),
        ("GetTemplate", &["destroy", "--yes"]),
    ] {
        let endpoint = fake(move |body| if action(body) == call { Answer::Silence } else { sound(body) });
        let arguments = [arguments, &["--timeout", "1s"]].concat();
        in_time(
            &kiln(&format!("silent-{call}-{}", arguments[0]), &endpoint, &arguments),
            &["the time is up: nothing was"],
        );
    }
}

#[test]
fn pages_without_an_end_cost_no_more_than_the_time_given() {
    let count = AtomicUsize::new(0);
    let endpoint = fake(move |body| match action(body) {
        action @ ("ListStackResources" | "DescribeStackEvents") => {
            document(action, &format!("<NextToken>{}</NextToken>", count.fetch_add(1, Ordering::Relaxed)))
        }
        _ => sound(body),
    });
    in_time(&kiln("pages-destroy", &endpoint, &["destroy", "--yes", "--timeout", "2s"]), &["nothing was destroyed"]);
    in_time(
        &kiln("pages-watch", &endpoint, &["watch", "--timeout", "2s"]),
        &["the time is up", "kiln watch --stack web"],
    );
}

#[test]
fn a_chain_of_nested_stacks_costs_no_more_than_the_time_given() {
    let count = AtomicUsize::new(2);
    let endpoint = fake(move |body| match action(body) {
        action @ "DescribeStackEvents" => {
            // Whatever stack is asked for has another one in it.
            let inner = count.fetch_add(1, Ordering::Relaxed);
            let event = format!(
                "<StackEvents><member><StackId>{STACK}</StackId><EventId>{inner}</EventId><StackName>web</StackName>\
                 <LogicalResourceId>Inner</LogicalResourceId><PhysicalResourceId>arn:aws:cloudformation:us-east-1:123456789012:stack/\
                 inner/{inner}</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType><Timestamp>2026-01-01T00:00:00Z\
                 </Timestamp><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus></member></StackEvents>"
            );
            document(action, &event)
        }
        _ => sound(body),
    });
    in_time(&kiln("nested", &endpoint, &["watch", "--timeout", "2s"]), &["the time is up"]);
}
