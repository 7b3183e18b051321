//! `kiln deploy` and its kin against a double of AWS, with faults on the way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(unix)]
#[cfg(unix)]
mod files;
mod killed;
mod owners;
mod reasons;
mod refusals;
mod rights;
mod states;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod text;
#[cfg(unix)]
mod tofu;

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::awsim::Awsim;
#[cfg(unix)]
use crate::support::world::signal;
use crate::support::world::{MADE, SPEC, World, broken, check, ended, named, slow, started, until};
use crate::support::{isolated, run, workspace};

#[test]
fn a_stack_is_made_left_alone_changed_and_destroyed() {
    let Some(world) = World::new("life", "310000000001") else { return };
    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(0), "{messages:#?}");
    assert_eq!(ended(&messages)["outcome"], "deployed");
    let events: Vec<&Value> = messages.iter().filter(|message| message["type"] == "event").collect();
    let ids: std::collections::BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len(), "an event is told once");
    let times: Vec<&str> = events.iter().map(|event| event["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "events are told in their order");
    let recipe = events.iter().find(|event| event["resource"] == "WebRecipe").unwrap();
    assert_eq!(
        (&recipe["what"], &recipe["place"]),
        (&json!("recipe of pipeline `web` 1.0.0"), &json!("kiln.toml:6:11"))
    );

    let (code, messages) = world.messages(&[]);
    assert_eq!((code, &ended(&messages)["outcome"]), (Some(0), &json!("unchanged")));

    check(&world.kiln(&["synth"]), 0, &["wrote template.yaml"]);
    world.write(&SPEC.replace("install nginx", "install nginx-core"));
    let (code, messages) = world.messages(&[]);
    assert_eq!((code, &ended(&messages)["outcome"]), (Some(0), &json!("deployed")), "{messages:#?}");
    // The template that lies beside the lock is of the same versions.
    check(&world.kiln(&["synth", "--check"]), 0, &[]);
    let review = messages.iter().find(|message| message["type"] == "review").unwrap();
    let component = review["items"].as_array().unwrap().iter().find(|item| item["id"] == "NginxComponent").unwrap();
    assert_eq!((&component["action"], &component["from_version"]), (&json!("new-version"), &json!("1.0.0")));
    assert_eq!(component["what"], "component `nginx` 1.0.1");

    check(&world.kiln(&["status"]), 0, &["UPDATE_COMPLETE", "component `nginx` 1.0.1"]);
    check(&world.kiln(&["watch", "--poll", "50ms"]), 0, &["updated", "1.0.1"]);
    check(&world.kiln(&["destroy"]), 11, &["nobody to ask"]);
    let said = world.kiln(&["destroy", "--yes", "--poll", "50ms"]);
    check(&said, 0, &["destroyed", "left behind:\n  - bucket `LogBucket` of the project\n"]);
    assert!(!said.output.contains("arn:"), "what is gone is not told: {}", said.output);
    check(&world.kiln(&["status"]), 9, &["there is no stack `web`", "`kiln deploy` makes it"]);
    check(&world.kiln(&["destroy", "--yes"]), 0, &["nothing to destroy"]);
}

#[test]
fn the_first_real_failure_is_told_with_its_place_and_the_stack_can_be_deployed_again() {
    let Some(world) = World::new("failure", "310000000002") else { return };
    world.write(&SPEC.replace("\"web\"", "\"cause\""));
    world.script(&json!({ "cfn": [{
        "stack": "cause", "type": "AWS::ImageBuilder::ImageRecipe", "action": "create", "code": "InvalidRequest",
        "message": "The value supplied for parameter 'parentImage' is not valid. (Service: Imagebuilder, Status Code: 400)",
    }] }));
    let said = world.deploy(&[]);
    check(
        &said,
        5,
        &[
            "failed and rolled back (ROLLBACK_COMPLETE)",
            "cause: recipe of pipeline `web` 1.0.0: The value supplied for parameter 'parentImage' is not valid",
            "--> kiln.toml:6:11",
            "help: the base image must exist in this Region",
        ],
    );
    assert!(!said.everything().contains("Status Code"), "the message is unpacked: {}", said.everything());
    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(0), "{messages:#?}");
    assert!(
        messages.iter().any(|message| message["text"].as_str().is_some_and(|text| text.contains("is deleted first")))
    );
}

#[test]
fn a_failed_update_goes_back() {
    let Some(world) = World::new("update", "310000000003") else { return };
    world.write(&SPEC.replace("\"web\"", "\"back\""));
    check(&world.deploy(&[]), 0, &["deployed"]);
    world.script(
        &json!({ "cfn": [{ "stack": "back", "logical_id": "NginxComponent", "action": "create", "message": "no" }] }),
    );
    world.write(&SPEC.replace("\"web\"", "\"back\"").replace("install nginx", "install nginx-core"));
    check(&world.deploy(&[]), 5, &["UPDATE_ROLLBACK_COMPLETE", "cause: component `nginx` 1.0.1: no", "kiln.toml:3:12"]);
    check(&world.deploy(&[]), 0, &["deployed (UPDATE_COMPLETE)"]);
}

#[test]
fn a_plan_is_executed_once_and_only_as_it_was_reviewed() {
    let Some(world) = World::new("plan", "310000000004") else { return };
    let planned = || check(&world.kiln(&["deploy", "--no-execute", "--out", "web.plan"]), 0, &["wrote web.plan"]);
    let execute = || world.kiln(&["deploy", "--plan", "web.plan", "--poll", "50ms"]);
    planned();
    let file = world.folder.join("web.plan");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"creates\": true", "\"creates\": false")).unwrap();
    check(&execute(), 10, &["it was changed after it was written"]);
    fs::write(&file, "{}").unwrap();
    check(&execute(), 10, &["it is no plan file"]);
    fs::write(&file, text).unwrap();
    world.write(&SPEC.replace("name = \"web\"", "name = \"other\""));
    check(&execute(), 10, &["it is for the project `web`"]);
    world.write(&SPEC.replace("install nginx", "install nginx-core"));
    check(&execute(), 10, &["the spec or a parameter has changed"]);
    world.write(SPEC);
    check(&execute(), 0, &["deployed"]);
    check(&execute(), 10, &["it was executed already"]);

    world.write(&SPEC.replace("install nginx", "install nginx-core"));
    planned();
    world.write(&SPEC.replace("install nginx", "install nginx-mod"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    world.write(&SPEC.replace("install nginx", "install nginx-core"));
    let said = execute();
    assert_eq!(said.status, Some(10), "{}", said.everything());
}

#[test]
fn without_credentials_or_a_region_nothing_is_tried() {
    let Some(world) = World::new("login", "310000000005") else { return };
    let ask = |remove: &[&str]| {
        let mut kiln = world.command(&["deploy", "--yes"]);
        remove.iter().for_each(|name| {
            kiln.env_remove(name);
        });
        run(&mut kiln)
    };
    check(&ask(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]), 8, &["there are no AWS credentials", "--profile"]);
    check(&ask(&["AWS_REGION"]), 8, &["no AWS Region is chosen", "--region"]);
    check(&world.kiln(&["deploy"]), 11, &["nobody to ask", "--yes"]);
    world.write(&SPEC.replace("amazon-linux-2023", "amazon-linux-2032"));
    check(&world.deploy(&[]), 1, &["amazon-linux-2032"]);
}

#[test]
fn parameters_are_asked_for_and_kept() {
    let Some(world) = World::new("parameters", "310000000006") else { return };
    let network = "{ subnet = { parameter = \"subnet\" }, security-groups = [\"sg-0123456789abcdef0\"] }";
    world.write(&format!("{SPEC}infrastructure.network = {network}\n\n[parameter.subnet]\ntype = \"subnet-id\"\n"));
    check(&world.deploy(&[]), 2, &["the parameter `subnet`", "must be given", "--parameter subnet=VALUE"]);
    check(&world.deploy(&["--parameter", "subnat=x"]), 2, &["did you mean `subnet`?"]);
    check(&world.deploy(&["--parameter", "subnet=subnet-0123456789abcdef0"]), 0, &["deployed"]);
    check(&world.deploy(&[]), 0, &["unchanged"]);
}

#[test]
fn faults_of_a_moment_change_nothing() {
    let Some((world, faults)) = broken("faults", "310000000010") else { return };
    let call = |operation: &str, what: &Value| {
        let mut rule = json!({ "service": "cloudformation", "operation": operation, "times": 2 });
        rule.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        rule
    };
    let lost = json!({ "times": 1, "response": { "abort_bytes": 0 } });
    let throttled = json!({ "error": { "code": "Throttling", "status": 400, "message": "Rate exceeded" } });
    let failing = json!({ "error": { "code": "InternalFailure", "status": 500 } });
    let cut = json!({ "times": 1, "response": { "truncate_frac": 0.5 } });
    let cases = [
        ("throttled", vec![call("DescribeStacks", &throttled), call("CreateChangeSet", &throttled)]),
        ("failing", vec![call("DescribeStackEvents", &failing), call("DescribeChangeSet", &failing)]),
        (
            "reset",
            vec![
                call("DescribeStackEvents", &json!({ "reset": true })),
                call("ExecuteChangeSet", &json!({ "reset": true })),
            ],
        ),
        ("lost", vec![call("CreateChangeSet", &lost), call("ExecuteChangeSet", &lost)]),
        (
            "cut",
            vec![
                call("DescribeStackEvents", &cut),
                call("DescribeStacks", &cut),
                call("CreateChangeSet", &cut),
                call("ExecuteChangeSet", &cut),
            ],
        ),
    ];
    for (name, rules) in cases {
        // Every case makes a stack of its own in an account that then is empty again.
        world.write(&SPEC.replace("name = \"web\"", &format!("name = \"{name}\"")));
        faults.rules(&json!(rules));
        let before = faults.fired();
        let (code, messages) = world.messages(&[]);
        assert_eq!(code, Some(0), "{name}: {messages:#?}");
        assert_eq!(ended(&messages)["outcome"], "deployed", "{name}");
        assert!(faults.fired() > before, "{name}: something was broken");
        faults.rules(&json!([]));
        assert_eq!(world.made().len(), MADE, "{name}: {:?}", world.made());
        check(&world.kiln(&["destroy", "--yes", "--poll", "50ms"]), 0, &["destroyed"]);
        assert_eq!(world.made(), [""; 0], "{name}");
    }
}

#[test]
fn expired_credentials_leave_it_running_and_watch_goes_on() {
    let Some((world, faults)) = broken("expired", "310000000011") else { return };
    world.write(&SPEC.replace("name = \"web\"", "name = \"expired\""));
    world.script(
        &json!({ "cfn": [{ "stack": "expired", "logical_id": "WebPipeline", "action": "create", "delay_ms": 1500 }] }),
    );
    faults.rules(&json!([{ "service": "cloudformation", "operation": "DescribeStackEvents", "sequence": { "pass": 2, "fail": 1 },
                           "error": { "code": "ExpiredToken", "status": 403, "message": "The security token is expired" } }]));
    let said = world.deploy(&[]);
    check(&said, 7, &["the AWS credentials have expired", "goes on", "kiln watch --stack expired"]);
    faults.rules(&json!([]));
    check(
        &world.kiln(&["watch", "--poll", "50ms"]),
        0,
        &["creating", "created         pipeline `web`", "done (CREATE_COMPLETE)"],
    );
}

#[test]
fn a_last_question_without_an_answer_is_no_failure() {
    let Some((world, faults)) = broken("last", "310000000012") else { return };
    world.write(&SPEC.replace("name = \"web\"", "name = \"last\""));
    world.script(
        &json!({ "cfn": [{ "stack": "last", "logical_id": "WebRecipe", "action": "create", "delay_ms": 1500 }] }),
    );
    let child = started(&mut world.command(&["deploy", "--yes", "--poll", "50ms"]));
    until("the stack is being made", || world.kiln(&["status"]).output.contains("CREATE_IN_PROGRESS"));
    faults.rules(&json!([{ "service": "cloudformation", "operation": "DescribeStacks",
                           "error": { "code": "AccessDenied", "status": 403, "message": "no" } }]));
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("deployed (CREATE_COMPLETE)"), "{said}");
}

#[test]
fn a_missing_right_is_named() {
    let Some((world, faults)) = broken("denied", "310000000013") else { return };
    let message =
        "User: arn:aws:iam::1:user/ci is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:x";
    faults.rules(&json!([{ "service": "cloudformation", "operation": "CreateChangeSet",
                           "error": { "code": "AccessDenied", "status": 403, "message": message } }]));
    check(&world.deploy(&[]), 8, &["may not do cloudformation:CreateChangeSet on arn:x", "kiln policy"]);
}

#[test]
fn a_second_run_of_the_same_follows_and_another_is_refused() {
    let Some(world) = slow("busy", "310000000014", 2500) else { return };
    check(&world.deploy(&["--no-wait"]), 0, &["begun"]);
    check(&world.kiln(&["status"]), 7, &["CREATE_IN_PROGRESS"]);
    world.write(&SPEC.replace("name = \"web\"", "name = \"busy\"").replace("install nginx", "install nginx-core"));
    check(&world.deploy(&[]), 6, &["another deployment of the stack `busy` is under way", "kiln watch --stack busy"]);
    world.write(&SPEC.replace("name = \"web\"", "name = \"busy\""));
    check(&world.deploy(&["--timeout", "100ms"]), 7, &["the time is up"]);
    check(&world.deploy(&[]), 0, &["begun by an earlier run", "deployed (CREATE_COMPLETE)"]);
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_it_running() {
    for (name, account, words) in [("-INT", "310000000015", "interrupted"), ("-TERM", "310000000016", "terminated")] {
        let Some(world) = slow(if name == "-INT" { "int" } else { "term" }, account, 2000) else { return };
        let child = started(&mut world.command(&["deploy", "--yes", "--poll", "50ms"]));
        until("the stack is being made", || world.kiln(&["status"]).output.contains("CREATE_IN_PROGRESS"));
        std::thread::sleep(Duration::from_millis(150));
        signal(&child, name);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        // The deployment may end before a second signal could have come.
        assert!(matches!(done.status.code(), Some(130 | 0)), "{said}");
        assert!(said.contains(words) && said.contains("kiln watch --stack"), "{said}");
        check(&world.kiln(&["watch", "--poll", "50ms"]), 0, &["done (CREATE_COMPLETE)"]);
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_cancels_an_update() {
    let Some(world) = World::new("cancel", "310000000017") else { return };
    let spec = SPEC.replace("name = \"web\"", "name = \"cancel\"");
    world.write(&spec);
    check(&world.deploy(&[]), 0, &["deployed"]);
    world.script(&json!({ "cfn": [{ "stack": "cancel", "logical_id": "NginxComponent", "action": "create", "delay_ms": 2500 }] }));
    world.write(&spec.replace("install nginx", "install nginx-core"));
    let child = started(&mut world.command(&["deploy", "--yes", "--poll", "50ms"]));
    until("the stack is being changed", || world.kiln(&["status"]).output.contains("UPDATE_IN_PROGRESS"));
    std::thread::sleep(Duration::from_millis(150));
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(5), "{said}");
    assert!(
        said.contains("cancelled: the update is rolled back") && said.contains("UPDATE_ROLLBACK_COMPLETE"),
        "{said}"
    );
}

#[test]
fn killed_at_any_moment_and_run_again_it_ends_in_the_same_place() {
    let Some(world) = World::new("killed", "310000000018") else { return };
    // Random points, the same in every run: before the change set, after it, and while the stack is made.
    let chance = |seed: u64| seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) % 620;
    for round in 0..8_u64 {
        world.write(&named(&format!("killed-{round}")));
        let mut child = started(&mut world.command(&["deploy", "--yes", "--poll", "50ms"]));
        std::thread::sleep(Duration::from_millis(20 + chance(round)));
        let _ = child.kill();
        let _ = child.wait();
        let (code, messages) = world.messages(&[]);
        assert_eq!(code, Some(0), "round {round}: {messages:#?}");
        assert_eq!(world.made().len(), MADE, "round {round}: {:?}", world.made());
        // An update is no different.
        world.write(&named(&format!("killed-{round}")).replace("install nginx", "install nginx-core"));
        let mut child = started(&mut world.command(&["deploy", "--yes", "--poll", "50ms"]));
        std::thread::sleep(Duration::from_millis(20 + chance(round + 100)));
        let _ = child.kill();
        let _ = child.wait();
        let (code, messages) = world.messages(&[]);
        assert_eq!(code, Some(0), "round {round}: {messages:#?}");
        assert!(world.made().iter().any(|arn| arn.ends_with("nginx/1.0.1/1")), "round {round}: {:?}", world.made());
        assert_eq!(world.made().len(), MADE, "round {round}: {:?}", world.made());
        check(&world.kiln(&["destroy", "--yes", "--poll", "50ms"]), 0, &["destroyed"]);
    }
}

#[test]
fn a_rollback_that_failed_is_continued() {
    let Some(world) = World::new("recover", "310000000019") else { return };
    let spec = SPEC.replace("name = \"web\"", "name = \"recover\"");
    world.write(&format!("{spec}description = \"one\"\n"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    // The instances change, then the pipeline's change fails, then the instances' change back fails.
    let outcome = |id: &str, message: &str| json!({ "stack": "recover", "logical_id": id, "action": "update", "message": message });
    world.script(&json!({ "cfn": [outcome("WebInfrastructure", ""), outcome("WebInfrastructure", "no"), outcome("WebPipeline", "no")] }));
    world.write(&format!("{spec}description = \"two\"\ninstance-types = [\"m7g.large\"]\n"));
    let said = world.deploy(&[]);
    check(&said, 6, &["needs a hand (UPDATE_ROLLBACK_FAILED)", "kiln deploy --recover"]);
    check(&world.deploy(&[]), 6, &["rolling back the last update", "--recover"]);
    check(&world.deploy(&["--recover"]), 0, &["going on with the rollback", "deployed (UPDATE_COMPLETE)"]);
}

#[test]
fn several_stacks_have_their_names_before_their_lines() {
    let Some(world) = World::new("several", "310000000020") else { return };
    for name in ["one", "two", "three"] {
        fs::create_dir_all(world.folder.join(name)).unwrap();
        fs::write(
            world.folder.join(name).join("kiln.toml"),
            SPEC.replace("name = \"web\"", &format!("name = \"{name}\""))
                .replace("[pipeline.web]", &format!("[pipeline.{name}]"))
                .replace("component.nginx", &format!("component.{name}"))
                .replace("[\"nginx\"]", &format!("[\"{name}\"]")),
        )
        .unwrap();
    }
    fs::remove_file(world.folder.join("kiln.toml")).unwrap();
    world.script(
        &json!({ "cfn": [{ "stack": "two", "logical_id": "TwoRecipe", "action": "create", "message": "no" }] }),
    );
    let said = world.deploy(&[".", "--concurrency", "2"]);
    check(
        &said,
        5,
        &[
            "one   | ",
            "two   | cause: recipe of pipeline `two`",
            "two/kiln.toml:",
            "2 of 3 stacks are as their specs say",
        ],
    );
    check(&world.deploy(&["."]), 0, &["3 of 3 stacks"]);
}

#[test]
fn long_templates_go_through_a_bucket() {
    let Some(world) = World::new("long", "310000000021") else { return };
    let names: Vec<String> = (0..6).map(|n| format!("c{n}")).collect();
    let long = |name: &String| format!("[component.{name}]\nbuild = [\"# {}\"]\n", "long ".repeat(2400));
    let components: String = names.iter().map(long).collect();
    let used = format!("{names:?}");
    world.write(&format!(
        "name = \"long\"\n{components}[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = {used}\n"
    ));
    check(&world.deploy(&[]), 2, &["takes more than 51200 only through S3", "--create-bucket"]);
    check(&world.deploy(&["--bucket", "no-such-bucket"]), 9, &["there is no bucket `no-such-bucket`"]);
    check(&world.deploy(&["--create-bucket"]), 0, &["deployed"]);
    check(&world.deploy(&["--bucket", "kiln-310000000021-us-east-1"]), 0, &["unchanged"]);
}

#[test]
fn a_user_with_just_the_printed_rights_deploys_updates_and_destroys() {
    let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "5"]) else { return };
    let user = |folder: &std::path::Path, stack: &str| {
        let policy =
            run(Command::new(env!("CARGO_BIN_EXE_kiln")).current_dir(folder).args(["policy", "--stack", stack]));
        let file = folder.join("policy.json");
        fs::write(&file, policy.well().expect("a policy")).unwrap();
        let keys =
            crate::support::must(awsim.ask("user.py", "test", &[std::path::Path::new(stack), &file]), "a user is made");
        let keys: Value = serde_json::from_str(&keys).unwrap();
        (keys["id"].as_str().unwrap().to_owned(), keys["secret"].as_str().unwrap().to_owned())
    };
    let folder = workspace("deploy-policy");
    fs::write(folder.join("kiln.toml"), SPEC).unwrap();
    let (id, secret) = user(&folder, "web");
    let kiln = |arguments: &[&str]| {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        isolated(&mut kiln);
        kiln.current_dir(&folder).args(arguments).stdin(Stdio::null());
        kiln.env("AWS_ENDPOINT_URL", &awsim.endpoint).env("AWS_REGION", "us-east-1");
        run(kiln.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret))
    };
    check(&kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    fs::write(folder.join("kiln.toml"), SPEC.replace("install nginx", "install nginx-core")).unwrap();
    check(&kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    check(&kiln(&["deploy", "--yes", "--stack", "other"]), 8, &["may not do cloudformation:"]);
    check(&kiln(&["destroy", "--yes", "--poll", "50ms"]), 0, &["destroyed"]);
}

/// It takes longest by far: with this name it begins first, and the others run beside it.
#[test]
fn a_configuration_of_terraform_is_made_changed_and_destroyed() {
    if !crate::support::terraform::installed() {
        return;
    }
    let Some(world) = World::new("terraform", "310000000022") else { return };
    let provider =
        json!({ "provider": { "aws": crate::support::terraform::provider(&world.endpoint, world.account) } });
    fs::write(world.folder.join("provider.tf.json"), provider.to_string()).unwrap();
    fs::write(
        world.folder.join("main.tf.json"),
        json!({ "terraform": crate::support::terraform::requirements() }).to_string(),
    )
    .unwrap();
    if crate::support::terraform::init(&world.folder).is_none() {
        return;
    }
    fs::remove_file(world.folder.join("main.tf.json")).unwrap();
    let spec = SPEC.replace("\n\n[component", "\ntarget = \"terraform\"\n\n[component").replace("\"web\"", "\"tf\"");
    // Without a log bucket: the provider waits a minute for its lifecycle rules.
    let spec = format!("{spec}infrastructure.logs = false\n\n[backend.local]\npath = \"state/tf.tfstate\"\n");
    // A document that is too long to be inline goes through a bucket.
    let bucket: &std::path::Path = "example-documents-22".as_ref();
    crate::support::must(world.awsim.ask("bucket.py", world.account, &[bucket]), "a bucket is made");
    fs::write(world.folder.join("long.yaml"), crate::support::document(200)).unwrap();
    let spec = spec.replace("target =", "documents = \"example-documents-22\"\ntarget =");
    let spec =
        format!("{}\n[component.long]\nsource = \"long.yaml\"\n", spec.replace("[\"nginx\"]", "[\"nginx\", \"long\"]"));
    world.write(&spec);
    let kiln = |arguments: &[&str]| {
        let mut kiln = world.command(arguments);
        match crate::support::terraform::mirror() {
            Some(mirror) => kiln.env("TF_CLI_ARGS_init", format!("-plugin-dir={}", mirror.display())),
            None => kiln.env("TF_PLUGIN_CACHE_DIR", crate::support::terraform::cache()),
        };
        run(&mut kiln)
    };
    let said = kiln(&["deploy", "--yes", "--format", "ndjson"]);
    assert_eq!(said.status, Some(0), "{}", said.everything());
    let messages: Vec<Value> = said.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(ended(&messages)["outcome"], "deployed");
    let recipe = messages.iter().find(|message| message["resource_type"] == "aws_imagebuilder_image_recipe").unwrap();
    assert_eq!(
        (&recipe["what"], &recipe["place"]),
        (&json!("recipe of pipeline `web` 1.0.0"), &json!("kiln.toml:8:11"))
    );
    let mut attached = messages.iter().filter(|message| message["resource_type"] == "aws_iam_role_policy_attachment");
    let is_named = |what: &Value| what.as_str().is_some_and(|what| what.starts_with("policy attachment of "));
    assert!(attached.all(|message| is_named(&message["what"])), "{messages:#?}");
    assert!(world.folder.join("state/tf.tfstate").is_file(), "the state is where the spec says");
    let objects = crate::support::must(world.awsim.ask("bucket.py", world.account, &[bucket]), "the bucket is listed");
    assert!(objects.starts_with("kiln/") && objects.lines().count() == 1, "one document is uploaded: {objects}");
    check(&kiln(&["status"]), 0, &["resources in Terraform's state", "recipe 1.0.0; nothing was built yet"]);
    check(&kiln(&["build", "--poll", "50ms"]), 0, &["built after", "ami-"]);
    check(&kiln(&["status", "--format", "json"]), 0, &["\"state\":\"AVAILABLE\"", "\"wanted_version\":\"1.0.0\""]);
    // Who has images cannot destroy what they are made of.
    let image = format!("arn:aws:imagebuilder:us-east-1:{}:image/tf-web/1.0.0/1", world.account);
    check(&kiln(&["images"]), 0, &["web  1.0.0/1  available"]);
    world.call("imagebuilder", "delete_image", &json!({ "imageBuildVersionArn": image }));

    crate::support::must(world.awsim.ask("drift.py", world.account, &["trust".as_ref()]), "a role is changed by hand");
    world.write(&spec.replace("install nginx", "install nginx-core"));
    let said = kiln(&["diff", "--deployed", "--fail-on", "drift"]);
    let change = ["↑ new version  component `nginx` 1.0.0 → 1.0.1  (kiln.toml:5)", "Data: lines 11", "nginx-core"];
    check(&said, 14, &change);
    check(&said, 14, &["! modified     role `LifecycleRole` of the project", "assume_role_policy: expected sha256:"]);
    let filled = ["tags: ", "Description: ", "ResourceSelection"];
    assert!(!filled.iter().any(|it| said.output.contains(it)), "what the provider fills in is told: {}", said.output);
    let deployed = kiln(&["deploy", "--yes"]);
    check(
        &deployed,
        0,
        &[
            "↑ new version component `nginx` 1.0.1 (was 1.0.0)",
            "created         component `nginx` 1.0.1",
            "deleted         component `nginx` 1.0.0",
            "deployed",
        ],
    );
    world.script(&json!({ "api": [{ "operation": "CreateComponent", "error": "ServiceQuotaExceededException", "message": "too many" }] }));
    world.write(&spec.replace("install nginx", "install nginx-mod"));
    check(&kiln(&["deploy", "--yes"]), 6, &["cause: component `nginx` 1.0.2", "kiln.toml:5:12", "quota"]);
    check(&kiln(&["destroy", "--yes"]), 0, &["destroyed"]);
    assert_eq!(world.made(), [""; 0]);
    check(&kiln(&["deploy", "--yes", "--terraform", "no-such-program"]), 2, &["cannot be run", "--terraform"]);
}
