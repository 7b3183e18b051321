//! `kiln build` and its kin against a double of AWS that walks builds through their states.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod images;
mod races;
mod remains;
mod scans;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod text;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::awsim::{Awsim, awsim};
use crate::support::faults::{Faults, http};
use crate::support::{Said, isolated, run, workspace};

/// A spec in a folder of its own that is deployed to an account of its own. Its project, pipeline and component have the
/// test's name: what is scripted holds for all accounts.
struct World {
    awsim: Arc<Awsim>,
    folder: PathBuf,
    endpoint: String,
    account: &'static str,
    name: &'static str,
}

fn spec(name: &str) -> String {
    format!(
        "name = \"{name}\"\n\n[component.{name}]\nbuild = [\n  \"echo one\",\n  \"dnf -y install nginx\",\n]\n\n\
         [pipeline.{name}]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"{name}\"]\n"
    )
}

impl World {
    fn new(name: &'static str, account: &'static str) -> Option<Self> {
        Self::of(name, account, &spec(name))
    }

    /// A world with another spec, deployed.
    fn of(name: &'static str, account: &'static str, spec: &str) -> Option<Self> {
        Self::with(name, account, &[("kiln.toml", spec)])
    }

    fn with(name: &'static str, account: &'static str, files: &[(&str, &str)]) -> Option<Self> {
        let awsim = awsim()?;
        let folder = workspace(&format!("build-{name}"));
        for (file, text) in files {
            fs::write(folder.join(file), text).unwrap();
        }
        let world = Self { endpoint: awsim.endpoint.clone(), awsim, folder, account, name };
        check(&world.kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
        Some(world)
    }

    fn command(&self, arguments: &[&str]) -> Command {
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

    fn kiln(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(arguments))
    }

    fn build(&self, more: &[&str]) -> Said {
        self.kiln(&[&["build", "--poll", "40ms"], more].concat())
    }

    fn messages(&self, more: &[&str]) -> (Option<i32>, Vec<Value>) {
        let said = self.build(&[&["--format", "ndjson"], more].concat());
        let lines = said.output.lines().map(|line| serde_json::from_str(line).expect("a line is JSON"));
        (said.status, lines.collect())
    }

    /// Scripts the next build of this world's pipeline.
    fn script(&self, plan: &Value) {
        let mut plan = plan.clone();
        plan["recipe"] = json!(self.name);
        http(&self.awsim.endpoint, "POST", "/_awsim/plan", Some(&json!({ "builds": [plan] }).to_string()));
    }

    /// Makes one call to this account, and gives its answer.
    fn call(&self, service: &str, operation: &str, with: &Value) -> Value {
        self.call_in("us-east-1", service, operation, with)
    }

    fn call_in(&self, region: &str, service: &str, operation: &str, with: &Value) -> Value {
        let file = self.folder.join("call.json");
        let call = json!({ "region": region, "service": service, "operation": operation, "with": with });
        fs::write(&file, call.to_string()).unwrap();
        serde_json::from_str(&crate::support::must(self.awsim.ask("call.py", self.account, &[&file]), operation))
            .unwrap()
    }

    fn component(&self) -> String {
        format!("arn:aws:imagebuilder:us-east-1:{}:component/{}/1.0.0/1", self.account, self.name)
    }
}

/// Ended with this code, or all that was said.
fn check(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.status, Some(code), "{}", said.everything());
    for word in words {
        assert!(said.everything().contains(word), "no `{word}` in:\n{}", said.everything());
    }
}

fn of_type<'a>(messages: &'a [Value], kind: &str) -> Vec<&'a Value> {
    messages.iter().filter(|message| message["type"] == kind).collect()
}

fn started(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn an_image_is_built_and_what_came_out_is_told() {
    let Some(world) = World::new("bsuccess", "320000000001") else { return };
    let (code, messages) = world.messages(&["--outputs-file", "out/images.json"]);
    assert_eq!(code, Some(0), "{messages:#?}");
    let states: Vec<&str> = of_type(&messages, "state").iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states.last(), Some(&"AVAILABLE"));
    let steps = of_type(&messages, "step");
    assert!(steps.iter().any(|it| it["step"] == "ApplyBuildComponents" && it["status"] == "COMPLETED"), "{steps:#?}");
    assert!(steps.iter().all(|it| it["status"] != "COMPLETED" || it["ended"].is_string()));
    let lines: Vec<&str> = of_type(&messages, "log").iter().map(|it| it["line"].as_str().unwrap()).collect();
    assert_eq!(lines.iter().filter(|line| **line == "Info Step Build1").count(), 1, "{lines:#?}");
    let ended = of_type(&messages, "ended")[0];
    assert_eq!((&ended["outcome"], &ended["output"]["version"]), (&json!("built"), &json!("1.0.0/1")));
    let ami = ended["output"]["amis"][0]["id"].as_str().unwrap();
    let file: Value = serde_json::from_slice(&fs::read(world.folder.join("out/images.json")).unwrap()).unwrap();
    assert_eq!((&file["v"], &file["builds"][0]["amis"][0]["id"]), (&json!(1), &json!(ami)));

    check(&world.build(&["--if-changed"]), 0, &["unchanged: 1.0.0/1 is of the current recipe 1.0.0", ami]);
    let said = world.build(&[]);
    check(
        &said,
        0,
        &["image of pipeline `bsuccess`", "done            build-image / LaunchBuildInstance", "built after"],
    );
    assert!(said.output.starts_with("bsuccess 1.0.0/2\nami  us-east-1  320000000001  ami-"), "{}", said.output);
}

#[test]
fn a_failing_component_is_told_first_with_its_place() {
    let Some(world) = World::new("bfail", "320000000002") else { return };
    let document = format!("Info Document {}", world.component());
    let log = [document.as_str(), "Info Phase build", "Info Step Build2", "Error \u{1b}[31mno package nginx\u{1b}[0m"];
    world.script(&json!({ "fail_at": "ApplyBuildComponents", "reason": "exit status 1", "log": log }));
    let said = world.build(&[]);
    let words = [
        "cause: component `bfail` 1.0.0, phase `build`, step `Build2`, in build-image / ApplyBuildComponents",
        "exit status 1",
        "--> kiln.toml:6:3",
        "| Error no package nginx",
        "help: a command of this step ended with an error",
        "the whole log: group /aws/imagebuilder/bfail, stream 1.0.0/1",
        "failed after",
    ];
    check(&said, 12, &words);
    assert!(!said.everything().contains('\u{1b}'), "no command of a log reaches the terminal");
}

#[test]
fn a_build_fails_in_each_phase_with_the_services_reason() {
    let Some(world) = World::new("bphase", "320000000003") else { return };
    for (at, reason, hint) in [
        ("PENDING", "You have reached a quota", "Service Quotas"),
        ("CREATING", "Not authorized to perform: iam:PassRole", "permission"),
        ("LaunchBuildInstance", "verifying the SSM Agent availability on the target instance(s)", "ssmmessages"),
        ("TESTING", "Step timed out", "timeoutSeconds"),
        ("DISTRIBUTING", "cp: No space left on device", "the disk is full"),
    ] {
        world.script(&json!({ "fail_at": at, "reason": reason }));
        let said = world.build(&[]);
        check(&said, 12, &[reason, hint, "the whole log"]);
    }
}

#[test]
fn a_document_of_its_own_is_the_place() {
    let text = "name: x\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: First\n        action: \
                ExecuteBash\n        inputs:\n          commands: [\"true\"]\n  - name: validate\n    steps:\n      - name: \
                Look\n        action: ExecuteBash\n        inputs:\n          commands: [\"nginx -t\"]\n";
    let spec = "name = \"bfile\"\n\n[component.bfile]\nsource = \"nginx.yml\"\n\n[pipeline.bfile]\nbase = \
                \"amazon-linux-2023/arm64\"\ncomponents = [\"bfile\"]\n";
    let Some(world) = World::with("bfile", "320000000004", &[("nginx.yml", text), ("kiln.toml", spec)]) else { return };
    let document = format!("Info Document {}", world.component());
    let log = [document.as_str(), "Info Phase validate", "Info Step Look", "Error exit status 1"];
    world.script(&json!({ "fail_at": "ApplyBuildComponents", "reason": "exit status 1", "log": log }));
    check(&world.build(&[]), 12, &["phase `validate`, step `Look`", "--> nginx.yml:12:9"]);
}

#[test]
fn time_runs_out_and_watch_goes_on() {
    let Some(world) = World::new("bslow", "320000000005") else { return };
    let said = world.build(&["--timeout", "300ms"]);
    check(&said, 7, &["the time is up, and the build goes on", "kiln watch arn:aws:imagebuilder:"]);
    let image = format!("arn:aws:imagebuilder:us-east-1:{}:image/bslow/1.0.0/1", world.account);
    check(&world.kiln(&["watch", &image, "--poll", "40ms"]), 0, &["Info Step Build2", "built after", "ami-"]);
    let missing = image.replace("1.0.0/1", "1.0.0/9");
    check(&world.kiln(&["watch", &missing]), 9, &["there is no image"]);
    check(&world.kiln(&["watch", "arn:aws:s3:::bucket"]), 2, &["is not the ARN of a build"]);
}

#[cfg(unix)]
#[test]
fn one_signal_leaves_it_running_and_a_second_cancels_it() {
    let Some(world) = World::new("bcancel", "320000000006") else { return };
    world.script(&json!({ "hang_at": "BUILDING" }));
    let child = started(&mut world.command(&["build", "--poll", "40ms"]));
    std::thread::sleep(Duration::from_millis(1200));
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(12), "{said}");
    assert!(said.contains("interrupted: the build goes on") && said.contains("cancelled after"), "{said}");

    world.script(&json!({ "slow": { "BUILDING": 4500 } }));
    let child = started(&mut world.command(&["build", "--poll", "40ms"]));
    std::thread::sleep(Duration::from_millis(1000));
    signal(&child, "-TERM");
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(130), "{said}");
    assert!(said.contains("terminated: the build goes on"), "{said}");
}

#[test]
fn five_builds_at_once_have_their_names_before_their_lines() {
    let names = ["bfa", "bfb", "bfc", "bfd", "bfe"];
    let mut spec = String::from("name = \"bfive\"\n");
    for name in names {
        spec.push_str(&format!(
            "\n[pipeline.{name}]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n"
        ));
    }
    let Some(world) = World::of("bfive", "320000000007", &spec) else { return };
    check(&world.build(&[]), 2, &["the spec has 5 pipelines: bfa, bfb, bfc, bfd, bfe", "--all"]);
    let plan = json!({ "builds": [{ "pipeline": "bfive-bfc", "fail_at": "TESTING", "reason": "broken" }] });
    http(&world.awsim.endpoint, "POST", "/_awsim/plan", Some(&plan.to_string()));
    let said = world.build(&["--all"]);
    check(&said, 12, &["bfc | cause: broken", "bfe | built after"]);
    assert_eq!(said.everything().matches("built after").count(), 4, "{}", said.everything());
    check(&world.build(&["bfa", "bfb"]), 0, &["bfa 1.0.0/2", "bfb 1.0.0/2"]);
}

#[test]
fn a_log_of_500_pages_comes_whole_once_and_in_order() {
    let Some(world) = World::new("bpages", "320000000008") else { return };
    let lines: Vec<String> = (0..25_000).map(|number| format!("line {number}")).collect();
    world.script(&json!({ "fail_at": "ApplyBuildComponents", "reason": "exit status 1", "log": lines }));
    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(12));
    let told: Vec<String> =
        of_type(&messages, "log").iter().map(|it| it["line"].as_str().unwrap().to_owned()).collect();
    let told: Vec<&String> = told.iter().filter(|line| line.starts_with("line ")).collect();
    assert_eq!(told.len(), lines.len());
    assert!(told.into_iter().eq(lines.iter()), "each line is told once, in its order");
}

#[test]
fn faults_of_a_moment_lose_and_double_nothing() {
    let Some(mut world) = World::new("bfaults", "320000000009") else { return };
    let Some(faults) = Faults::before(&world.awsim.endpoint) else { return };
    world.endpoint.clone_from(&faults.endpoint);
    let throttled = json!({ "code": "ThrottlingException", "status": 400, "message": "Rate exceeded" });
    let rule = |service: &str, operation: &str, what: Value| {
        let mut rule = json!({ "service": service, "operation": operation, "times": 2 });
        rule.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        rule
    };
    for rules in [
        vec![
            rule("logs", "GetLogEvents", json!({ "error": throttled })),
            rule("imagebuilder", "GetImage", json!({ "error": throttled })),
        ],
        vec![
            rule("logs", "GetLogEvents", json!({ "reset": true })),
            rule("imagebuilder", "GetImage", json!({ "reset": true })),
        ],
        vec![rule("logs", "GetLogEvents", json!({ "response": { "truncate_frac": 0.5 } }))],
        vec![rule(
            "imagebuilder",
            "StartImagePipelineExecution",
            json!({ "times": 1, "response": { "abort_bytes": 0 } }),
        )],
    ] {
        faults.rules(&json!(rules));
        let before = faults.fired();
        let (code, messages) = world.messages(&[]);
        assert_eq!(code, Some(0), "{rules:?}: {messages:#?}");
        assert!(faults.fired() > before, "{rules:?}: something was broken");
        let lines = of_type(&messages, "log");
        for wanted in ["Info Step Build1", "Info Step Build2"] {
            assert_eq!(lines.iter().filter(|it| it["line"] == wanted).count(), 1, "{rules:?}: {wanted}");
        }
    }
    faults.rules(&json!([]));
    // A start whose answer was lost is no second build.
    let (_, messages) = world.messages(&[]);
    assert_eq!(of_type(&messages, "started")[0]["version"], "1.0.0/5");
}

#[test]
fn what_cannot_be_built_is_told_with_what_to_do() {
    let Some(mut world) = World::new("bbad", "320000000010") else { return };
    check(&world.build(&["bbat"]), 2, &["the spec has no pipeline `bbat`", "did you mean `bbad`?"]);
    check(&world.build(&["--stack", "other"]), 9, &["there is no stack `other`", "kiln deploy"]);
    fs::write(world.folder.join("kiln.toml"), spec("bbad").replace("[pipeline.bbad]", "[pipeline.later]")).unwrap();
    check(&world.build(&[]), 9, &["the pipeline `later` is not deployed", "kiln deploy"]);
    fs::write(world.folder.join("kiln.toml"), spec("bbad").replace("install nginx", "install nginx-core")).unwrap();
    check(
        &world.build(&["--no-wait"]),
        0,
        &["the spec's recipe is 1.0.1, and 1.0.0 is deployed", "begun; `kiln watch"],
    );
    fs::write(
        world.folder.join("kiln.toml"),
        format!("{}enabled = false\nschedule = \"rate(7 days)\"\n", spec("bbad")),
    )
    .unwrap();
    check(&world.kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    check(&world.build(&[]), 0, &["is disabled: it does not run by its schedule", "built after"]);
    let Some(faults) = Faults::before(&world.awsim.endpoint) else { return };
    world.endpoint.clone_from(&faults.endpoint);
    let denied = |service: &str, operation: &str| {
        let message = format!(
            "User: arn:aws:iam::1:user/ci is not authorized to perform: {service}:{operation} on resource: arn:x"
        );
        json!([{ "service": service, "operation": operation,
                 "error": { "code": "AccessDeniedException", "status": 403, "message": message } }])
    };
    faults.rules(&denied("imagebuilder", "StartImagePipelineExecution"));
    check(&world.build(&[]), 8, &["may not do imagebuilder:StartImagePipelineExecution on arn:x", "kiln policy"]);
    faults.rules(&denied("logs", "GetLogEvents"));
    check(&world.build(&[]), 0, &["may not read the log", "built after"]);
}

#[test]
fn past_builds_are_listed_and_their_logs_read() {
    let Some(world) = World::new("bpast", "320000000011") else { return };
    check(&world.kiln(&["logs"]), 9, &["has built nothing yet", "kiln build"]);
    check(&world.kiln(&["images"]), 0, &["there are no images yet"]);
    check(&world.kiln(&["status"]), 0, &["recipe 1.0.0; nothing was built yet"]);
    check(&world.build(&[]), 0, &["built after"]);
    world.script(&json!({ "fail_at": "TESTING", "reason": "broken", "log": ["Error of the second build"] }));
    check(&world.build(&[]), 12, &["cause: broken"]);
    let said = world.kiln(&["images"]);
    check(&said, 0, &["us-east-1:ami-"]);
    let lines: Vec<&str> = said.output.lines().collect();
    assert!(lines[0].starts_with("bpast  1.0.0/2  failed     "), "{}", said.output);
    assert!(lines[1].starts_with("bpast  1.0.0/1  available  "), "{}", said.output);
    let images: Value = serde_json::from_str(&world.kiln(&["images", "--format", "json"]).output).unwrap();
    assert_eq!((&images["v"], &images["images"][1]["state"]), (&json!(1), &json!("AVAILABLE")));
    check(&world.kiln(&["logs"]), 0, &["Error of the second build"]);
    let first = world.kiln(&["logs", "bpast", "--build", "1"]);
    check(&first, 0, &["Info Step Build2"]);
    assert!(!first.output.contains("second build"));
    check(&world.kiln(&["logs", "--build", "7"]), 9, &["has no build 1.0.0/7", "there are: 1.0.0/2, 1.0.0/1"]);
    check(&world.kiln(&["status"]), 0, &["recipe 1.0.0; last build 1.0.0/2 failed"]);
    let status: Value = serde_json::from_str(&world.kiln(&["status", "--format", "json"]).output).unwrap();
    assert_eq!(
        (&status["pipelines"][0]["last_build"]["version"], &status["pending"]),
        (&json!("1.0.0/2"), &json!(false))
    );
    fs::write(world.folder.join("kiln.toml"), spec("bpast").replace("install nginx", "install nginx-core")).unwrap();
    let said = world.kiln(&["status"]);
    check(&said, 0, &["recipe 1.0.0 (the spec says 1.0.1: `kiln deploy`)", "the spec has changed since: `kiln diff"]);

    // The next run is told on the clock of whoever asks; a rate is counted by the service.
    let zoned = "schedule = { cron = \"0 4 1 JAN ? 2190\", timezone = \"Europe/Rome\" }\n";
    for (schedule, words) in [
        (zoned, "; runs next on Fri 2190-01-01 12:00 JST"),
        ("schedule = \"rate(7 days)\"\n", "; runs every 7 days"),
        ("schedule = \"rate(7 days)\"\nenabled = false\n", "; disabled"),
    ] {
        fs::write(world.folder.join("kiln.toml"), format!("{}{schedule}", spec("bpast"))).unwrap();
        check(&world.kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
        check(&run(world.command(&["status"]).env("TZ", "Asia/Tokyo")), 0, &[words]);
    }
    let policy = "schedule = { rate = \"rate(7 days)\", disable-after-failures = 2 }\n";
    fs::write(world.folder.join("kiln.toml"), format!("{}{policy}", spec("bpast"))).unwrap();
    check(&world.kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    let said = json!({ "name": world.name, "status": "DISABLED", "consecutiveFailures": 2 });
    http(&world.awsim.endpoint, "POST", "/_kiln/pipelines", Some(&said.to_string()));
    check(&world.kiln(&["status"]), 0, &["; disabled after 2 failures"]);
}

#[test]
fn a_user_with_just_the_printed_rights_builds() {
    let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "5", "--build-step-ms", "20"]) else { return };
    let folder = workspace("build-policy");
    let text = format!("{}publish = {{ ssm-parameter = \"/imagebuilder/web\" }}\nscan = true\n", spec("web"));
    fs::write(folder.join("kiln.toml"), text).unwrap();
    let policy = run(Command::new(env!("CARGO_BIN_EXE_kiln")).current_dir(&folder).args(["policy", "--images"]));
    let file = folder.join("policy.json");
    fs::write(&file, policy.well().expect("a policy")).unwrap();
    let keys =
        crate::support::must(awsim.ask("user.py", "test", &[std::path::Path::new("web"), &file]), "a user is made");
    let keys: Value = serde_json::from_str(&keys).unwrap();
    let kiln = |arguments: &[&str]| {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        isolated(&mut kiln);
        kiln.current_dir(&folder).args(arguments).stdin(Stdio::null());
        kiln.env("AWS_ENDPOINT_URL", &awsim.endpoint).env("AWS_REGION", "us-east-1");
        kiln.env("AWS_ACCESS_KEY_ID", keys["id"].as_str().unwrap());
        run(kiln.env("AWS_SECRET_ACCESS_KEY", keys["secret"].as_str().unwrap()))
    };
    check(&kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    let said = kiln(&["build", "--poll", "50ms"]);
    check(&said, 0, &["Info Step Build2", "built after"]);
    assert!(!said.everything().contains("may not"), "{}", said.everything());
    assert!(said.everything().contains("the scan found: none"), "{}", said.everything());
    check(&kiln(&["build", "--poll", "50ms", "--if-changed"]), 0, &["unchanged"]);
    let images = kiln(&["images"]);
    check(&images, 0, &["available", "used by parameter /imagebuilder/web"]);
    assert!(!images.everything().contains("not known"), "{}", images.everything());
    check(&kiln(&["logs"]), 0, &["Info Step Build2"]);
    let broken = json!({ "builds": [{ "recipe": "web", "fail_at": "TESTING", "reason": "broken" }] });
    http(&awsim.endpoint, "POST", "/_awsim/plan", Some(&broken.to_string()));
    check(&kiln(&["build", "--poll", "50ms"]), 12, &["broken"]);
    check(&kiln(&["build", "--poll", "50ms"]), 0, &["built after"]);
    check(&kiln(&["promote", "web@1.0.0/1", "--yes"]), 0, &["promoted"]);
    check(&kiln(&["prune", "--yes"]), 0, &["1 image deleted"]);
}
