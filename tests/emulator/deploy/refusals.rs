//! What cannot be done is refused in words that help, and nothing secret is ever written down.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::support::run;
use crate::support::world::{World, check, named};

#[test]
fn a_stack_or_region_that_is_not_there_is_named() {
    let Some(world) = World::new("where", "310000000050") else { return };
    world.write(&named("where"));
    let region = ["--region", "eu-central-1"];
    check(&world.deploy(&[]), 0, &["deployed"]);
    for command in ["status", "watch"] {
        let unknown = world.kiln(&[command, "--stack", "nowhere"]);
        check(&unknown, 9, &["there is no stack `nowhere` in us-east-1", "--stack", "--region"]);
        let elsewhere = world.kiln(&[&[command], region.as_slice()].concat());
        check(&elsewhere, 9, &["there is no stack `where` in eu-central-1"]);
    }
    let said = world.kiln(&[&["destroy", "--yes"], region.as_slice()].concat());
    check(&said, 0, &["there is no stack `where` in eu-central-1: nothing to destroy"]);
    // A Region that is none has no address: nothing is asked of anybody.
    let mut kiln = world.command(&["status", "--region", "eu-west-99"]);
    kiln.env_remove("AWS_ENDPOINT_URL");
    let said = run(&mut kiln);
    check(&said, 9, &["eu-west-99"]);
}

#[test]
fn a_template_that_the_service_refuses_is_told_in_its_words() {
    let Some(world) = World::new("refused", "310000000051") else { return };
    let raw = "\n[raw.cloudformation.Topic]\nType = \"AWS::SNS::Topic\"\nProperties = { DisplayName = { Ref = \"Nothing\" } }\n";
    world.write(&format!("{}{raw}", named("refused")));
    let said = world.deploy(&[]);
    check(&said, 9, &["AWS refuses", "Nothing"]);
    // The shell of the stack does not stay.
    check(&world.kiln(&["status"]), 9, &["there is no stack `refused`"]);
}

#[test]
fn a_bucket_that_is_missing_or_elsewhere_is_named() {
    let Some(world) = World::new("bucket", "310000000052") else { return };
    let with = json!({ "Bucket": "far-away", "CreateBucketConfiguration": { "LocationConstraint": "eu-west-1" } });
    world.call("s3", "create_bucket", &with);
    let long: String =
        (0..5).map(|n| format!("[component.c{n}]\nbuild = [\"# {}\"]\n", "long ".repeat(2700))).collect();
    let used: Vec<String> = (0..5).map(|n| format!("c{n}")).collect();
    let pipeline = format!("[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = {used:?}\n");
    world.write(&format!("name = \"bucket\"\n{long}{pipeline}"));
    check(
        &world.deploy(&["--bucket", "far-away"]),
        9,
        &["the bucket `far-away` is in eu-west-1", "us-east-1", "same Region"],
    );
    check(&world.deploy(&["--bucket", "not-there"]), 9, &["there is no bucket `not-there`", "--create-bucket"]);
}

#[test]
fn a_plan_goes_only_where_it_was_made_for() {
    let Some(world) = World::new("plans", "310000000053") else { return };
    world.write(&named("plans"));
    check(&world.kiln(&["deploy", "--no-execute", "--out", "a.plan"]), 0, &["wrote a.plan"]);
    let execute = |more: &[&str]| world.kiln(&[&["deploy", "--plan", "a.plan", "--poll", "50ms"], more].concat());
    check(&execute(&["--region", "eu-west-1"]), 10, &["it is for us-east-1 in account 310000000053", "--no-execute"]);
    check(&execute(&["--stack", "other"]), 10, &["it is for another stack"]);
    let mut other = world.command(&["deploy", "--plan", "a.plan"]);
    check(&run(other.env("AWS_ACCESS_KEY_ID", "310000000054")), 10, &["in account 310000000053"]);
    // Any letter that is changed is noticed, whichever it is.
    let text = fs::read(world.folder.join("a.plan")).unwrap();
    for at in (2..text.len()).step_by(97) {
        let mut changed = text.clone();
        changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
        fs::write(world.folder.join("a.plan"), changed).unwrap();
        let said = execute(&[]);
        assert_eq!(said.status, Some(10), "byte {at}: {}", said.everything());
    }
    fs::write(world.folder.join("a.plan"), text).unwrap();
    check(&execute(&[]), 0, &["deployed"]);
}

#[test]
fn a_reader_that_went_away_does_not_stop_a_deployment() {
    let Some(world) = World::new("deaf", "310000000055") else { return };
    world.write(&named("deaf"));
    let mut kiln = world.command(&["deploy", "--yes", "--poll", "50ms", "--format", "ndjson"]);
    let mut child = kiln.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    check(&world.kiln(&["status"]), 0, &["CREATE_COMPLETE"]);
}

#[test]
fn credentials_and_secret_parameters_are_written_nowhere() {
    let Some(world) = World::new("secrets", "310000000056") else { return };
    let (secret, token, value) = ("SecretKeyThatNobodySees", "TokenThatNobodySees", "subnet-0badc0ffee0ddf00d");
    let network =
        "infrastructure.network = { subnet = { parameter = \"place\" }, security-groups = [\"sg-0123456789abcdef0\"] }";
    let spec = |command: &str| {
        let spec = named("secrets").replace("install nginx", command);
        format!("{spec}{network}\n\n[parameter.place]\ntype = \"subnet-id\"\n")
    };
    world.write(&spec("install nginx"));
    let mut said = String::new();
    let mut kiln = |arguments: &[&str], code: i32| {
        let mut kiln = world.command(arguments);
        kiln.env("AWS_SECRET_ACCESS_KEY", secret).env("AWS_SESSION_TOKEN", token).env("RUST_LOG", "trace");
        let told = run(&mut kiln);
        assert_eq!(told.status, Some(code), "{}", told.everything());
        said.push_str(&told.everything());
    };
    let given = ["--parameter", &format!("place={value}")];
    kiln(&[&["deploy", "--no-execute", "--out", "a.plan"], given.as_slice()].concat(), 0);
    kiln(&[&["deploy", "--plan", "a.plan", "--format", "ndjson"], given.as_slice()].concat(), 0);
    kiln(&["status"], 0);
    kiln(&["deploy", "--yes"], 0);
    world.write(&spec("install caddy"));
    kiln(&["deploy", "--yes", "--poll", "50ms"], 0);
    kiln(&["diff"], 0);
    kiln(&["destroy", "--yes", "--poll", "50ms"], 0);
    kiln(&["deploy", "--yes", "--bucket", "x", "--parameter", "plaec=typo-that-stays"], 2);
    let written = files(&world.folder);
    assert!(
        written.iter().any(|(name, _)| name.ends_with("a.plan"))
            && written.iter().any(|(name, _)| name.ends_with("kiln.lock"))
    );
    for hidden in [secret, token, value, "typo-that-stays"] {
        assert!(!said.contains(hidden), "`{hidden}` in:\n{said}");
        for (name, text) in &written {
            assert!(!text.contains(hidden), "`{hidden}` in {name}");
        }
    }
}

/// All files below a folder, with what stands in them.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found
                .push((path.display().to_string(), String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned())),
        }
    }
    found
}
