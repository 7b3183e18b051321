//! What the tests of deployments share: a project, an account of its own, and waiting.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::awsim::{Awsim, awsim};
use super::faults::{Faults, http};
use super::{Said, isolated, must, run, workspace};

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
    pub(crate) fn new(test: &str, account: &'static str) -> Option<Self> {
        let awsim = awsim()?;
        let folder = workspace(&format!("deploy-{test}"));
        fs::write(folder.join("kiln.toml"), SPEC).unwrap();
        Some(Self { endpoint: awsim.endpoint.clone(), awsim, folder, account })
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(self.folder.join("kiln.toml"), text).unwrap();
    }

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

    /// Makes a call as somebody else in this account.
    pub(crate) fn call(&self, service: &str, operation: &str, with: &Value) -> Value {
        let file = self.folder.join("call.json");
        fs::write(&file, json!({ "service": service, "operation": operation, "with": with }).to_string()).unwrap();
        let said = must(self.awsim.ask("call.py", self.account, &[&file]), operation);
        serde_json::from_str(&said).unwrap()
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
pub(crate) fn arns(value: &Value, account: &str, found: &mut Vec<String>) {
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

pub(crate) fn ended(messages: &[Value]) -> &Value {
    messages.iter().rfind(|message| message["type"] == "ended").expect("the end is told")
}

/// The spec of these tests, as another project.
pub(crate) fn named(name: &str) -> String {
    SPEC.replace("name = \"web\"", &format!("name = \"{name}\""))
}

/// Ended with this code, or all that was said.
pub(crate) fn check(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.status, Some(code), "{}", said.everything());
    for word in words {
        assert!(said.everything().contains(word), "no `{word}` in:\n{}", said.everything());
    }
}

/// A world whose calls go through a proxy that breaks some of them.
pub(crate) fn broken(test: &str, account: &'static str) -> Option<(World, Faults)> {
    let mut world = World::new(test, account)?;
    let faults = Faults::before(&world.awsim.endpoint)?;
    world.endpoint.clone_from(&faults.endpoint);
    Some((world, faults))
}

/// What exists after a good deployment of the spec of these tests.
pub(crate) const MADE: usize = 6;

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn started(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[cfg(unix)]
pub(crate) fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// A world whose pipeline takes its time.
pub(crate) fn slow(test: &str, account: &'static str, milliseconds: u64) -> Option<World> {
    let world = World::new(test, account)?;
    world.write(&SPEC.replace("name = \"web\"", &format!("name = \"{test}\"")));
    let delay = json!({ "stack": test, "logical_id": "WebRecipe", "action": "create", "delay_ms": milliseconds });
    world.script(&json!({ "cfn": [delay] }));
    Some(world)
}
