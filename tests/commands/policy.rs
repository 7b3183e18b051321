//! `kiln policy`: what it allows is limited to the project, and to roles with the boundary that the spec has.

use std::process::{Command, Output};

use serde_json::Value;

fn kiln(story: &str, arguments: &[&str]) -> Output {
    let spec = format!("{}/examples/{story}/kiln.toml", env!("CARGO_MANIFEST_DIR"));
    let place = ["--account", "123456789012", "--region", "eu-west-1"];
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    kiln.args(["policy", &spec]).args(place).args(arguments).output().expect("kiln runs")
}

/// The statements of the policy of an example.
fn statements(story: &str, arguments: &[&str]) -> Vec<Value> {
    let output = kiln(story, arguments);
    assert!(output.status.success(), "{output:?}");
    let policy: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    policy["Statement"].as_array().expect("statements").clone()
}

fn list(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// The statements that allow an action.
fn allowing<'a>(statements: &'a [Value], action: &str) -> Vec<&'a Value> {
    let found: Vec<&Value> = statements.iter().filter(|it| list(&it["Action"]).contains(&action)).collect();
    assert!(!found.is_empty(), "{action} is not allowed");
    found
}

/// The roles that may be handed to a service.
fn passed(statements: &[Value], service: &str) -> Vec<String> {
    let is_to = |it: &&&Value| it["Condition"]["StringEquals"]["iam:PassedToService"] == service;
    let found = allowing(statements, "iam:PassRole");
    found.iter().filter(is_to).flat_map(|it| list(&it["Resource"])).map(str::to_owned).collect()
}

#[test]
fn examples_may_do_what_their_resources_need() {
    for (story, actions) in [
        ("events", &["events:PutRule", "events:PutTargets", "logs:PutResourcePolicy"][..]),
        ("layers", &["events:PutRule"]),
        ("workflows", &["imagebuilder:CreateWorkflow", "imagebuilder:GetWorkflow"]),
        ("hand-over", &["kms:CreateKey", "kms:CreateAlias"]),
        ("every-key", &["kms:CreateKey", "events:PutRule", "ec2:CreateVpcEndpoint"]),
    ] {
        for target in ["cloudformation", "terraform"] {
            let statements = statements(story, &["--target", target]);
            actions.iter().for_each(|action| drop(allowing(&statements, action)));
            // A role is handed over to a service that is named, and is a role of the project.
            for statement in allowing(&statements, "iam:PassRole") {
                assert!(statement["Condition"]["StringEquals"]["iam:PassedToService"].is_string(), "{statement}");
                let roles = list(&statement["Resource"]);
                assert!(roles.iter().all(|role| !role.ends_with("role/*")), "{story}: {statement}");
            }
        }
    }
    let events = statements("events", &[]);
    assert_eq!(passed(&events, "events.amazonaws.com").len(), 6);
    let layers = statements("layers", &[]);
    assert_eq!(passed(&layers, "events.amazonaws.com"), ["arn:aws:iam::123456789012:role/layers-CascadeRole-*"]);
    let workflows = passed(&statements("workflows", &[]), "imagebuilder.amazonaws.com");
    assert!(workflows.iter().any(|role| role.contains("ExecutionRole")), "{workflows:?}");
}

#[test]
fn roles_are_in_the_path_and_have_the_boundary_that_the_spec_says() {
    let boundary = "arn:aws:iam::123456789012:policy/image-builds";
    for target in ["cloudformation", "terraform"] {
        let statements = statements("every-key", &["--target", target]);
        for action in ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"]
        {
            for statement in allowing(&statements, action) {
                assert_eq!(statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"], boundary, "{statement}");
                for role in list(&statement["Resource"]) {
                    assert!(role.starts_with("arn:aws:iam::123456789012:role/images/every-key-"), "{role}");
                }
            }
        }
        for statement in allowing(&statements, "iam:AttachRolePolicy") {
            let policies = list(&statement["Condition"]["ArnLike"]["iam:PolicyARN"]);
            assert!(!policies.is_empty() && policies.iter().all(|it| it.starts_with("arn:aws:iam::aws:policy/")));
        }
        let all = statements.iter().flat_map(|it| list(&it["Action"]));
        assert!(
            all.clone().all(|action| action != "iam:DeleteRolePermissionsBoundary"),
            "a role can lose its boundary"
        );
        assert!(all.clone().all(|action| !action.contains('*')), "an action is a wildcard");
    }
    // Without a boundary in the spec, none is asked for.
    let statements = statements("layers", &[]);
    assert!(allowing(&statements, "iam:CreateRole").iter().all(|it| it["Condition"].is_null()));
}

#[test]
fn long_names_of_stacks_are_shortened_as_cloudformation_does() {
    let stack = "a-very-long-name-of-a-stack-that-leaves-no-room-for-anything";
    let statements = statements("layers", &["--stack", stack]);
    let roles: Vec<&str> =
        allowing(&statements, "iam:CreateRole").iter().flat_map(|it| list(&it["Resource"])).collect();
    assert_eq!(roles, ["arn:aws:iam::123456789012:role/a-very-long-name-of-a-st*"]);
    // A topic's name has room for all of it.
    let stack = kiln("private-network", &["--stack", stack]);
    assert!(stack.status.success());
}

#[test]
fn what_the_spec_writes_out_itself_is_in_the_policy_or_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = "name = \"web\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n\
                [raw.cloudformation.Jobs]\nType = \"AWS::SQS::Queue\"\n\
                [raw.cloudformation.Alarms]\nType = \"AWS::SNS::Topic\"\n";
    let path = folder.path().join("kiln.toml");
    std::fs::write(&path, spec).expect("a spec");
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    let output = kiln.arg("policy").arg(&path).output().expect("kiln runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("the permissions of `AWS::SQS::Queue`") && !errors.contains("permissions of `AWS::SNS"),
        "{errors}"
    );
    let policy = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && policy.contains("sns:CreateTopic") && policy.contains(":web-Alarms-*"),
        "{policy}"
    );
}

#[test]
fn a_policy_that_iam_does_not_take_is_said_to_be_too_long() {
    let output = kiln("every-key", &[]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("characters; the inline policies of a role take 10240"), "{errors}");
    assert!(!String::from_utf8_lossy(&kiln("golden-ami", &[]).stderr).contains("characters"));
}
