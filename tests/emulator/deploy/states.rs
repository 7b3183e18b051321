//! Stacks in the states that a deployment does not end in by itself, nested stacks, and long histories.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::world::{MADE, World, check, ended, named};

#[test]
fn a_protected_stack_is_not_destroyed() {
    let Some(world) = World::new("protected", "310000000040") else { return };
    world.write(&named("protected"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let protect = |is_on| {
        let with = json!({ "StackName": "protected", "EnableTerminationProtection": is_on });
        world.call("cloudformation", "update_termination_protection", &with);
    };
    protect(true);
    let destroy = || world.kiln(&["destroy", "--yes", "--poll", "50ms"]);
    check(&destroy(), 6, &["the termination protection of the stack `protected` is on", "help: switch it off"]);
    assert_eq!(world.made().len(), MADE);
    // It does not stand in the way of a change.
    world.write(&named("protected").replace("install nginx", "install nginx-core"));
    check(&world.deploy(&[]), 0, &["deployed (UPDATE_COMPLETE)"]);
    protect(false);
    check(&destroy(), 0, &["destroyed"]);

    // What a failed creation has left is not deleted either while it is protected.
    world.script(
        &json!({ "cfn": [{ "stack": "protected", "logical_id": "WebRecipe", "action": "create", "message": "no" }] }),
    );
    check(&world.deploy(&[]), 5, &["ROLLBACK_COMPLETE"]);
    protect(true);
    check(&world.deploy(&[]), 6, &["what a failed creation has left", "termination protection is on"]);
    protect(false);
    check(&world.deploy(&[]), 0, &["is deleted first", "deployed (CREATE_COMPLETE)"]);
}

/// The double keeps a stack's policy without applying it, so what the policy makes of an update is scripted.
#[test]
fn what_a_stack_policy_denies_is_told_as_that() {
    let Some(world) = World::new("policed", "310000000041") else { return };
    world.write(&named("policed"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let policy = json!({ "Statement": [{ "Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "LogicalResourceId/WebPipeline" }] });
    let with = json!({ "StackName": "policed", "StackPolicyBody": policy.to_string() });
    world.call("cloudformation", "set_stack_policy", &with);
    let message =
        "Action denied by stack policy: Statement [#1] denies [Update:*] for resource [LogicalResourceId/WebPipeline]";
    world.script(
        &json!({ "cfn": [{ "stack": "policed", "logical_id": "WebPipeline", "action": "update", "message": message }] }),
    );
    world.write(&named("policed").replace("install nginx", "install nginx-core"));
    let said = world.deploy(&[]);
    check(&said, 5, &["UPDATE_ROLLBACK_COMPLETE", "cause: pipeline `web`", "Action denied by stack policy"]);
    check(&said, 5, &["--> kiln.toml:6:11", "help: the stack's policy protects this resource"]);
}

#[test]
fn a_deletion_that_fails_is_told_and_goes_on_without_what_cannot_be_deleted() {
    let Some(world) = World::new("stays", "310000000042") else { return };
    world.write(&named("stays"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let destroy = |more: &[&str]| world.kiln(&[&["destroy", "--yes", "--poll", "50ms"], more].concat());
    check(&destroy(&["--retain", "NginxComponent"]), 2, &["--retain is for a deletion that has failed"]);
    world.script(&json!({ "cfn": [{ "stack": "stays", "logical_id": "NginxComponent", "action": "delete", "times": 2,
                                    "message": "the component is locked" }] }));
    let said = destroy(&[]);
    check(&said, 6, &["needs a hand (DELETE_FAILED)", "cause: component `nginx` 1.0.0: the component is locked"]);
    check(&said, 6, &["--> kiln.toml:3:12", "`kiln destroy --stack stays` tries again; --retain ID"]);
    check(&world.kiln(&["status"]), 6, &["DELETE_FAILED", "component `nginx` 1.0.0"]);
    check(&world.deploy(&[]), 6, &["needs a person (DELETE_FAILED)", "kiln destroy --retain ID"]);
    check(&destroy(&[]), 6, &["DELETE_FAILED"]);
    check(&destroy(&["--retain", "NginxComponnet"]), 9, &["AWS refuses", "NginxComponnet"]);
    check(&destroy(&["--retain", "NginxComponent"]), 0, &["destroyed (DELETE_COMPLETE)"]);
    let left = world.made();
    assert!(left.iter().all(|arn| arn.contains(":component/stays-nginx/1.0.0/")) && !left.is_empty(), "{left:?}");
}

#[test]
fn a_resource_that_a_rollback_cannot_change_back_is_skipped() {
    let Some(world) = World::new("skipped", "310000000043") else { return };
    world.write(&format!("{}description = \"one\"\n", named("skipped")));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let outcome = |id: &str, message: &str| json!({ "stack": "skipped", "logical_id": id, "action": "update", "message": message });
    // The change back fails, and does so again when the rollback is continued.
    world.script(&json!({ "cfn": [outcome("WebInfrastructure", ""), outcome("WebInfrastructure", "no"),
                                  outcome("WebInfrastructure", "no"), outcome("WebPipeline", "no")] }));
    world.write(&format!("{}description = \"two\"\ninstance-types = [\"m7g.large\"]\n", named("skipped")));
    check(&world.deploy(&[]), 6, &["needs a hand (UPDATE_ROLLBACK_FAILED)", "--skip ID"]);
    check(&world.deploy(&["--recover"]), 6, &["the stack `skipped` could not be rolled back"]);
    check(
        &world.deploy(&["--recover", "--skip", "Nothing"]),
        9,
        &["AWS refuses cloudformation:ContinueUpdateRollback"],
    );
    check(&world.deploy(&["--recover", "--skip", "WebInfrastructure"]), 0, &["skipped", "deployed (UPDATE_COMPLETE)"]);
}

/// A stack within the stack, from a template in a bucket.
fn nesting(world: &World, template: &Value) -> String {
    world.call("s3", "create_bucket", &json!({ "Bucket": "templates" }));
    world.call(
        "s3",
        "put_object",
        &json!({ "Bucket": "templates", "Key": "inner.json", "Body": template.to_string() }),
    );
    let inner =
        "[raw.cloudformation.Inner]\nType = \"AWS::CloudFormation::Stack\"\n[raw.cloudformation.Inner.Properties]\n";
    format!("{}\n{inner}TemplateURL = \"https://templates.s3.amazonaws.com/inner.json\"\n", named("nested"))
}

/// The double does not say which stack failed, so that its failure is the cause is shown by `src/deploy/follow/tests.rs`.
#[test]
fn events_of_nested_stacks_are_told() {
    let Some(world) = World::new("nested", "310000000044") else { return };
    let component = json!({ "Type": "AWS::ImageBuilder::Component", "Properties": {
        "Name": "inner", "Version": "1.0.0", "Platform": "Linux",
        "Data": "schemaVersion: 1.0\nphases: [{name: build, steps: [{name: a, action: ExecuteBash, inputs: {commands: [a]}}]}]",
    } });
    let template = json!({ "Resources": { "Topic": { "Type": "AWS::SNS::Topic" }, "InnerComponent": component } });
    world.write(&nesting(&world, &template));
    world.script(
        &json!({ "cfn": [{ "logical_id": "InnerComponent", "action": "create", "message": "the disk is full" }] }),
    );
    let said = world.deploy(&[]);
    check(&said, 5, &["ROLLBACK_COMPLETE", "cause: AWS::CloudFormation::Stack `Inner`: the disk is full"]);

    let (code, messages) = world.messages(&[]);
    assert_eq!(code, Some(0), "{messages:#?}");
    let events: Vec<&Value> = messages.iter().filter(|message| message["type"] == "event").collect();
    let told = |id: &str| {
        events.iter().filter(|event| event["resource"] == id && event["status"] == "CREATE_COMPLETE").count()
    };
    assert_eq!((told("Topic"), told("InnerComponent"), told("Inner")), (1, 1, 1), "{events:#?}");
    let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len(), "an event is told once");
}

#[test]
fn long_histories_are_read_over_all_pages() {
    let Some(world) = World::new("pages", "310000000045") else { return };
    let mut spec = named("pages");
    for topic in 0..130 {
        let _ = write!(spec, "\n[raw.cloudformation.Topic{topic}]\nType = \"AWS::SNS::Topic\"\n");
        let _ = writeln!(spec, "Properties = {{ DisplayName = \"{topic}\" }}");
    }
    world.write(&spec);
    check(&world.deploy(&["--no-wait"]), 0, &["begun"]);
    // From the beginning, over several pages, while it grows and after its end.
    for _ in 0..2 {
        let said = world.kiln(&["watch", "--poll", "50ms", "--format", "ndjson"]);
        assert_eq!(said.status, Some(0), "{}", said.everything());
        let messages: Vec<Value> = said.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(ended(&messages)["status"], "CREATE_COMPLETE");
        let created: Vec<&str> = messages
            .iter()
            .filter(|message| message["status"] == "CREATE_COMPLETE" && message["resource_type"] == "AWS::SNS::Topic")
            .map(|message| message["resource"].as_str().unwrap())
            .collect();
        let different: BTreeSet<&&str> = created.iter().collect();
        assert_eq!((created.len(), different.len()), (130, 130));
    }
}

#[test]
fn one_spec_goes_to_several_regions_and_accounts() {
    let Some(world) = World::new("places", "310000000046") else { return };
    world.write(&named("places"));
    let profile =
        |name: &str, key: &str| format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = test\n");
    let keys = world.folder.join("credentials");
    std::fs::write(&keys, profile("a", "310000000046") + &profile("b", "310000000047")).unwrap();
    let places = ["--region", "eu-west-1,us-east-1", "--profile", "a,b"];
    let deploy = || {
        let mut kiln = world.command(&[&["deploy", "--yes", "--poll", "50ms"], places.as_slice()].concat());
        // A profile that is named comes before keys in the environment, as in the AWS CLI.
        crate::support::run(kiln.env("AWS_SHARED_CREDENTIALS_FILE", &keys).env("AWS_ACCESS_KEY_ID", "310000000099"))
    };
    let said = deploy();
    check(&said, 0, &["4 of 4 stacks are as their specs say"]);
    for account in ["310000000046", "310000000047"] {
        check(&said, 0, &[&format!("places@{account}/eu-west-1 | "), &format!("places@{account}/us-east-1 | ")]);
    }
    assert_eq!(world.made().len(), 2 * MADE, "both Regions of the account");
    // An update, because roles of one name in two Regions are one and the same to the double, and a rollback takes it away.
    world.script(
        &json!({ "cfn": [{ "stack": "places", "logical_id": "NginxComponent", "action": "create", "message": "no" }] }),
    );
    world.write(&named("places").replace("install nginx", "install nginx-core"));
    check(&deploy(), 5, &["3 of 4 stacks are as their specs say", "cause: component `nginx` 1.0.1: no"]);
    check(&deploy(), 0, &["unchanged", "deployed (UPDATE_COMPLETE)", "4 of 4 stacks"]);
}
