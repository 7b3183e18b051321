//! Why CloudFormation refuses something: what its validation and the account's hooks say is told, whatever becomes of
//! the change set.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::awsim::Awsim;
use crate::support::faults::http;
use crate::support::world::{SPEC, World, check, ended, named};
use crate::support::{Said, isolated, must, run, workspace};

const COMPONENT: &str = "cause: component `nginx` 1.0.0";
const RECIPE: &str = "cause: recipe of pipeline `web` 1.0.0";

fn of_type<'a>(messages: &'a [Value], of: &str) -> Vec<&'a Value> {
    messages.iter().filter(|message| message["type"] == of).collect()
}

/// A property that the service does not know, and a name that is taken.
fn two_failures(stack: &str) -> Value {
    json!({ "validation": [
        { "stack": stack, "logical_id": "NginxComponent", "name": "PROPERTY_VALIDATION",
          "path": "/Resources/NginxComponent/Properties/Data", "message": "Unsupported property: Foo" },
        { "stack": stack, "logical_id": "WebRecipe",
          "message": "Resource of type 'AWS::ImageBuilder::ImageRecipe' with identifier 'web' already exists." },
    ] })
}

#[test]
fn all_that_validation_refuses_is_told_before_the_stack_is_removed() {
    let Some(world) = World::new("early", "310000000080") else { return };
    world.write(&named("early"));
    world.script(&two_failures("early"));
    let said = world.deploy(&[]);
    let place = ["  --> kiln.toml:3:12", "  --> kiln.toml:6:11"];
    check(&said, 9, &[&format!("{COMPONENT}: Unsupported property: Foo\n{}\n", place[0])]);
    check(
        &said,
        9,
        &["  found by CloudFormation's validation PROPERTY_VALIDATION at /Resources/NginxComponent/Properties"],
    );
    check(&said, 9, &[RECIPE, place[1], "with identifier 'web' already exists\n", "help: ", "kiln.lock"]);
    check(&said, 9, &["AWS refuses to deploy the stack `early`: 2 things in its template are refused, see above"]);
    assert!(!said.everything().contains("DescribeEvents"), "{}", said.everything());
    check(&world.kiln(&["status"]), 9, &["there is no stack `early`"]);

    world.script(&two_failures("early"));
    let (code, messages) = world.messages(&[]);
    assert_eq!((code, &ended(&messages)["outcome"]), (Some(9), &json!("failed")), "{messages:#?}");
    let [first, second] = of_type(&messages, "failure")[..] else { panic!("{messages:#?}") };
    assert_eq!(
        (&first["resource"], &first["others"], &first["hook"]),
        (&json!("NginxComponent"), &json!(1), &Value::Null)
    );
    assert_eq!((&first["validation"], &first["place"]), (&json!("PROPERTY_VALIDATION"), &json!("kiln.toml:3:12")));
    assert_eq!(first["path"], "/Resources/NginxComponent/Properties/Data");
    assert_eq!((&second["resource"], &second["place"]), (&json!("WebRecipe"), &json!("kiln.toml:6:11")));

    check(&world.deploy(&[]), 0, &["deployed (CREATE_COMPLETE)"]);
}

#[test]
fn an_update_that_validation_refuses_leaves_the_stack_alone() {
    let Some(world) = World::new("late", "310000000081") else { return };
    world.write(&named("late"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let refused = json!({ "stack": "late", "logical_id": "NginxComponent", "message": "no \u{202e}\n::error::twice" });
    world.script(&json!({ "validation": [refused] }));
    world.write(&named("late").replace("install nginx", "install nginx-core"));
    let said = world.deploy(&[]);
    check(
        &said,
        9,
        &["cause: component `nginx` 1.0.1: no ", "--> kiln.toml:3:12", "1 thing in its template is refused"],
    );
    // Whoever wrote the reason writes no lines, and nothing that a terminal or a runner obeys.
    let all = said.everything();
    assert!(!all.contains('\u{202e}') && !all.lines().any(|line| line.starts_with("::")), "{all:?}");
    check(&world.kiln(&["status"]), 0, &["CREATE_COMPLETE"]);
    check(&world.deploy(&[]), 0, &["deployed (UPDATE_COMPLETE)"]);
}

#[test]
fn warnings_are_part_of_the_review_and_stop_nothing() {
    let Some(world) = World::new("warned", "310000000082") else { return };
    world.write(&named("warned"));
    let script = || {
        let warning = json!({ "stack": "warned", "logical_id": "LogBucket", "name": "BUCKET_EMPTINESS_VALIDATION",
                              "mode": "WARN", "message": "The bucket is not empty." });
        let skipped =
            json!({ "stack": "warned", "logical_id": "WebRecipe", "status": "SKIPPED", "message": "not looked at" });
        let hook = json!({ "stack": "warned", "target": "CHANGE_SET", "type": "Acme::Guard::Fridays",
                           "failure_mode": "WARN", "reason": "It is Friday." });
        world.script(&json!({ "validation": [warning, skipped], "hooks": [hook] }));
    };
    script();
    let said = world.kiln(&["deploy", "--no-execute", "--out", "a.plan"]);
    check(&said, 0, &["warning: bucket `LogBucket` of the project: The bucket is not empty\n", "wrote a.plan"]);
    check(&said, 0, &["warning: stack `warned`: It is Friday\n  found by the hook Acme::Guard::Fridays\n"]);
    assert!(!said.everything().contains("not looked at"), "{}", said.everything());
    check(&world.kiln(&["deploy", "--plan", "a.plan", "--poll", "50ms"]), 0, &["deployed"]);

    script();
    world.write(&named("warned").replace("install nginx", "install nginx-core"));
    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(0), "{messages:#?}");
    let warnings = &of_type(&messages, "review")[0]["warnings"];
    let told = |at: usize, key: &str| warnings[at][key].as_str();
    assert_eq!((told(0, "resource"), told(0, "validation")), (Some("LogBucket"), Some("BUCKET_EMPTINESS_VALIDATION")));
    assert_eq!((told(1, "hook"), told(1, "message")), (Some("Acme::Guard::Fridays"), Some("It is Friday")));
}

#[test]
fn the_reason_of_a_hook_is_the_cause() {
    let Some(world) = World::new("hooked", "310000000083") else { return };
    world.write(&named("hooked"));
    let hook = |logical_id: &str, more: Value| {
        let mut hook = json!({ "stack": "hooked", "type": "Acme::Guard::Tags", "logical_id": logical_id });
        hook.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook
    };
    let reason = "An owner must be named, unless one already exists.";
    let warns = hook("NginxComponent", json!({ "failure_mode": "WARN", "reason": "No cost centre." }));
    world.script(&json!({ "hooks": [warns, hook("WebRecipe", json!({ "reason": reason }))] }));
    let said = world.deploy(&[]);
    check(&said, 5, &[&format!("{RECIPE}: {}\n  --> kiln.toml:6:11\n", reason.trim_end_matches('.'))]);
    check(&said, 5, &["hook warns of   component `nginx` 1.0.0: No cost centre", "hook refuses    recipe of pipeline"]);
    check(&said, 5, &["  found by the hook Acme::Guard::Tags\n  help: the hook `Acme::Guard::Tags` decides this"]);
    assert!(!said.everything().contains("kiln.lock"), "the hint is of another cause: {}", said.everything());

    world.script(&json!({ "hooks": [hook("WebRecipe", json!({ "reason": reason }))] }));
    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(5), "{messages:#?}");
    let [failure] = of_type(&messages, "failure")[..] else { panic!("{messages:#?}") };
    assert_eq!(
        (&failure["hook"], &failure["message"]),
        (&json!("Acme::Guard::Tags"), &json!(reason.trim_end_matches('.')))
    );
    let refuses = |event: &&&Value| event["hook"]["is_failure"] == true;
    let event = of_type(&messages, "event").iter().find(refuses).copied().expect("the hook's event is told").clone();
    assert_eq!((&event["hook"]["reason"], &event["resource"]), (&json!(reason), &json!("WebRecipe")));

    // Of the change set as a whole.
    world.script(&json!({ "hooks": [{ "stack": "hooked", "target": "CHANGE_SET", "type": "Acme::Guard::Fridays",
                                      "reason": "Not on Fridays" }] }));
    check(
        &world.deploy(&[]),
        9,
        &["cause: stack `hooked`: Not on Fridays\n  found by the hook Acme::Guard::Fridays\n"],
    );

    check(&world.deploy(&[]), 0, &["deployed"]);
    world.script(&json!({ "hooks": [hook("WebRecipe", json!({ "action": "delete", "reason": "It is in use." }))] }));
    check(&world.kiln(&["destroy", "--yes", "--poll", "50ms"]), 6, &["DELETE_FAILED", RECIPE, ": It is in use\n"]);
}

#[test]
fn several_hooks_of_one_resource_are_all_told() {
    let Some(world) = World::new("several", "310000000084") else { return };
    world.write(&named("several"));
    let hook =
        |of: &str, reason: &str| json!({ "stack": "several", "logical_id": "WebRecipe", "type": of, "reason": reason });
    world.script(&json!({ "hooks": [hook("Acme::Guard::Tags", "no owner"), hook("Acme::Guard::Names", "no name")] }));
    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(5), "{messages:#?}");
    let failures = of_type(&messages, "failure");
    let told: Vec<_> = failures.iter().map(|it| (&it["hook"], &it["message"], &it["others"])).collect();
    let one = json!(1);
    let expected = [("Acme::Guard::Tags", "no owner"), ("Acme::Guard::Names", "no name")];
    let expected = expected.map(|(hook, reason)| (json!(hook), json!(reason)));
    assert_eq!(told, expected.each_ref().map(|(hook, reason)| (hook, reason, &one)));
}

/// A user that has a policy of the spec, as `kiln policy` prints it or without some of its actions.
fn user(awsim: &Awsim, name: &str, without: &str) -> impl Fn(&[&str]) -> Said {
    let folder = workspace(&format!("deploy-reasons-{name}"));
    fs::write(folder.join("kiln.toml"), SPEC).unwrap();
    let policy = run(Command::new(env!("CARGO_BIN_EXE_kiln")).current_dir(&folder).args(["policy", "--stack", name]));
    let policy = policy.well().expect("a policy");
    assert!(policy.contains("cloudformation:DescribeEvents"), "{policy}");
    let file = folder.join("policy.json");
    fs::write(&file, policy.replace(without, "cloudformation:NoSuchAction")).unwrap();
    let keys = must(awsim.ask("user.py", "test", &[name.as_ref(), &file]), "a user is made");
    let keys: Value = serde_json::from_str(&keys).unwrap();
    let endpoint = awsim.endpoint.clone();
    let name = name.to_owned();
    move |arguments: &[&str]| {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        isolated(&mut kiln);
        kiln.current_dir(&folder).args(arguments).args(["--stack", &name]).stdin(Stdio::null());
        kiln.env("AWS_ENDPOINT_URL", &endpoint).env("AWS_REGION", "us-east-1");
        kiln.env("AWS_ACCESS_KEY_ID", keys["id"].as_str().unwrap());
        run(kiln.env("AWS_SECRET_ACCESS_KEY", keys["secret"].as_str().unwrap()))
    }
}

#[test]
fn a_missing_permission_is_a_notice_and_the_policy_has_it() {
    let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "1"]) else { return };
    let script = |of: &Value| drop(http(&awsim.endpoint, "POST", "/_awsim/plan", Some(&of.to_string())));
    let refused =
        |stack: &str| json!({ "validation": [{ "stack": stack, "logical_id": "WebRecipe", "message": "taken" }] });
    let hook = |stack: &str| json!({ "hooks": [{ "stack": stack, "logical_id": "WebRecipe", "reason": "no owner" }] });
    let deploy = ["deploy", "--yes", "--poll", "50ms"];

    let with = user(&awsim, "allowed", "cloudformation:NoSuchAction");
    script(&refused("allowed"));
    check(&with(&deploy), 9, &[&format!("{RECIPE}: taken")]);
    script(&hook("allowed"));
    let said = with(&deploy);
    check(&said, 5, &[&format!("{RECIPE}: no owner")]);
    assert!(!said.everything().contains("not known"), "{}", said.everything());
    let _ = with(&["destroy", "--yes", "--poll", "50ms"]);

    let without = user(&awsim, "denied", "cloudformation:DescribeEvents");
    script(&refused("denied"));
    let notice = "is not known in full: these credentials may not do cloudformation:DescribeEvents";
    let said = without(&deploy);
    check(&said, 9, &["AWS refuses to deploy the stack `denied`: The following hook(s)/validation failed", notice]);
    check(&said, 9, &["`kiln policy` prints"]);
    // The events of a stack have the reasons of hooks as well.
    script(&hook("denied"));
    check(&without(&deploy), 5, &[&format!("{RECIPE}: no owner"), notice]);
    check(&without(&deploy), 0, &["deployed", notice]);
}
