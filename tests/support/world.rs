//! A spec in a folder, an account of the double, and the binary between the two.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;

use super::awsim::{Awsim, awsim};
use super::faults::http;
use super::{Said, isolated, run, workspace};

/// A component and a pipeline.
pub(crate) const SPEC: &str = "name = \"web\"\n\n[component.nginx]\nbuild = [\"dnf -y install nginx\"]\n\n\
                    [pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"nginx\"]\n";

/// A spec in a folder of its own, and an account of its own to deploy it to.
pub(crate) struct World {
    pub(crate) awsim: Arc<Awsim>,
    pub(crate) folder: PathBuf,
    pub(crate) endpoint: String,
    pub(crate) account: &'static str,
}

impl World {
    /// `None` where the double is not installed.
    pub(crate) fn new(test: &str, account: &'static str) -> Option<Self> {
        let awsim = awsim()?;
        let folder = workspace(&format!("deploy-{test}"));
        fs::write(folder.join("kiln.toml"), SPEC).unwrap();
        Some(Self { endpoint: awsim.endpoint.clone(), awsim, folder, account })
    }

    /// Another spec.
    pub(crate) fn write(&self, text: &str) {
        fs::write(self.folder.join("kiln.toml"), text).unwrap();
    }

    /// The binary in this account.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        isolated(&mut kiln);
        kiln.current_dir(&self.folder)
            .args(arguments)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", self.account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1")
            .stdin(Stdio::null());
        kiln
    }

    /// Runs the binary.
    pub(crate) fn kiln(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(arguments))
    }

    /// Deploys without a question, in small steps.
    pub(crate) fn deploy(&self, more: &[&str]) -> Said {
        self.kiln(&[&["deploy", "--yes", "--poll", "50ms"], more].concat())
    }

    /// The messages of a deployment that is told to programs.
    pub(crate) fn messages(&self, more: &[&str]) -> (Option<i32>, Vec<Value>) {
        let said = self.deploy(&[&["--format", "ndjson"], more].concat());
        let lines = said.output.lines().map(|line| serde_json::from_str(line).expect("a line is JSON"));
        (said.status, lines.collect())
    }

    /// Scripts what the next handlers do.
    pub(crate) fn script(&self, plan: &Value) {
        http(&self.awsim.endpoint, "POST", "/_awsim/plan", Some(&plan.to_string()));
    }

    /// Calls of this account's components and recipes that made something.
    pub(crate) fn made(&self) -> Vec<String> {
        let state = http(&self.awsim.endpoint, "GET", "/_awsim/state", None);
        let state: Value = serde_json::from_str(&state).unwrap();
        let mut found = Vec::new();
        arns(&state, &format!(":{}:", self.account), &mut found);
        found.sort();
        found.dedup();
        found
    }
}

/// All ARNs of an account that are keys somewhere in a value.
fn arns(value: &Value, account: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key.starts_with("arn:") && key.contains(account) {
                    found.push(key.clone());
                }
                arns(value, account, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| arns(value, account, found)),
        _ => {}
    }
}

/// The last message of a deployment.
pub(crate) fn ended(messages: &[Value]) -> &Value {
    messages.iter().rfind(|message| message["type"] == "ended").expect("the end is told")
}

/// Ended with this code, or all that was said.
pub(crate) fn check(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.status, Some(code), "{}", said.everything());
    for word in words {
        assert!(said.everything().contains(word), "no `{word}` in:\n{}", said.everything());
    }
}
