//! Whose a stack is: what another tool, another project or an older kiln deployed is not changed by mistake.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use serde_json::json;

use crate::support::world::{World, check, named, until};

/// A bucket with somebody's data, deployed under a name by another tool.
fn foreign(world: &World, stack: &str) {
    let template = json!({ "Resources": { "Data": { "Type": "AWS::S3::Bucket" }, "Orders": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": { "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }] },
    } } });
    world.call("cloudformation", "create_stack", &json!({ "StackName": stack, "TemplateBody": template.to_string() }));
    until("the foreign stack is made", || world.kiln(&["status", "--stack", stack]).output.contains("CREATE_COMPLETE"));
}

fn destroy(world: &World, more: &[&str]) -> crate::support::Said {
    world.kiln(&[&["destroy", "--yes", "--poll", "50ms"], more].concat())
}

#[test]
fn a_stack_of_another_tool_is_refused_until_it_is_adopted() {
    let Some(world) = World::new("foreign", "310000000070") else { return };
    world.write(&named("foreign"));
    foreign(&world, "foreign");
    let words = ["the stack `foreign` exists, and nothing says that kiln made it", "pass `--adopt` once"];
    check(&world.deploy(&[]), 6, &words);
    check(&world.deploy(&["--recover"]), 6, &words);
    check(&world.kiln(&["deploy", "--no-execute", "--out", "a.plan"]), 6, &words);
    assert!(!world.folder.join("a.plan").exists());
    assert!(!world.folder.join("kiln.lock").exists(), "nothing is recorded of what is not deployed");
    check(&destroy(&world, &[]), 6, &words);
    check(&destroy(&world, &["--stack", "foreign"]), 6, &words);
    check(&world.kiln(&["status"]), 0, &["CREATE_COMPLETE", "AWS::DynamoDB::Table `Orders`"]);

    // Adopting shows what is lost; afterwards the stack is marked, and nothing is asked any more.
    let said = world.deploy(&["--adopt"]);
    check(&said, 0, &["- remove      bucket `Data`", "loses data: its objects", "loses data: its items", "deployed"]);
    check(&said, 0, &["2 of these changes lose data"]);
    check(&world.deploy(&[]), 0, &["unchanged"]);
    check(&destroy(&world, &[]), 0, &["destroyed"]);
}

/// A change set of somebody that is to make a stack, and has made nothing yet.
fn begun_by_others(world: &World, stack: &str, tags: &[(&str, &str)]) {
    let template = json!({ "Resources": { "Data": { "Type": "AWS::S3::Bucket" } } });
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let request = json!({ "StackName": stack, "ChangeSetName": "theirs", "ChangeSetType": "CREATE",
                          "TemplateBody": template.to_string(), "Tags": tags });
    world.call("cloudformation", "create_change_set", &request);
    until("it is in review", || world.kiln(&["status", "--stack", stack]).output.contains("REVIEW_IN_PROGRESS"));
}

#[test]
fn what_others_have_only_begun_is_theirs() {
    let Some(world) = World::new("begun", "310000000078") else { return };
    let there = || {
        let sets = world.call("cloudformation", "list_change_sets", &json!({ "StackName": "begun" }));
        sets["Summaries"][0]["ChangeSetName"] == "theirs"
    };
    world.write(&named("begun"));
    for (tags, words) in [
        (vec![("kiln:project", "someone-else")], "the stack `begun` belongs to the project `someone-else`"),
        (vec![], "the stack `begun` exists, and nothing says that kiln made it"),
    ] {
        begun_by_others(&world, "begun", &tags);
        check(&world.deploy(&[]), 6, &[words, "--adopt"]);
        check(&world.kiln(&["deploy", "--no-execute", "--out", "a.plan"]), 6, &[words]);
        check(&destroy(&world, &[]), 6, &[words, "--adopt"]);
        assert!(there(), "their change set stays");
        check(&destroy(&world, &["--adopt"]), 0, &["destroyed"]);
    }
    // What kiln itself has begun goes on without a question.
    check(&world.kiln(&["deploy", "--no-execute", "--out", "a.plan"]), 0, &[]);
    check(&world.kiln(&["status"]), 0, &["REVIEW_IN_PROGRESS"]);
    check(&world.deploy(&[]), 0, &["deployed"]);
}

#[test]
fn marks_that_do_not_agree_are_no_mark() {
    let Some(world) = World::new("doubt", "310000000079") else { return };
    world.write(&named("doubt"));
    let template = |metadata: serde_json::Value| json!({ "Metadata": metadata, "Resources": { "Data": { "Type": "AWS::S3::Bucket" } } });
    for (stack, metadata, words) in [
        (
            "both",
            json!({ "Kiln": { "Project": "other" } }),
            "names the project `doubt`, and its template names `other`",
        ),
        ("tagged", json!({}), "has the tag of the project `doubt`, but nothing in its template says that kiln made it"),
    ] {
        let tags = json!([{ "Key": "kiln:project", "Value": "doubt" }]);
        let body = template(metadata).to_string();
        world.call(
            "cloudformation",
            "create_stack",
            &json!({ "StackName": stack, "TemplateBody": body, "Tags": tags }),
        );
        until("it is made", || world.kiln(&["status", "--stack", stack]).output.contains("CREATE_COMPLETE"));
        check(&world.deploy(&["--stack", stack]), 6, &[words, "--adopt"]);
        check(&destroy(&world, &["--stack", stack]), 6, &[words, "--adopt"]);
        check(&world.deploy(&["--stack", stack, "--adopt"]), 0, &["loses data: its objects", "deployed"]);
        check(&world.deploy(&["--stack", stack]), 0, &["unchanged"]);
        // Names of components are unique in an account.
        check(&destroy(&world, &["--stack", stack]), 0, &["destroyed"]);
    }
}

#[test]
fn a_comparison_with_a_foreign_stack_says_what_is_lost() {
    let Some(world) = World::new("seen", "310000000080") else { return };
    world.write(&named("seen"));
    foreign(&world, "seen");
    let said = world.kiln(&["diff", "--deployed"]);
    check(&said, 0, &["- remove       bucket `Data`", "loses data: its objects", "loses data: its items"]);
    assert!(!said.output.contains("`Data` of the project"), "{}", said.output);
}

#[test]
fn a_stack_of_another_project_is_refused_by_name() {
    let Some(world) = World::new("other", "310000000071") else { return };
    world.write(&named("db"));
    check(&world.deploy(&["--stack", "shared"]), 0, &["deployed"]);
    let made = world.made();
    world.write(&named("other"));
    let words = ["the stack `shared` belongs to the project `db`", "--adopt"];
    check(&world.deploy(&["--stack", "shared"]), 6, &words);
    check(&destroy(&world, &["--stack", "shared"]), 6, &words);
    check(&world.kiln(&["prune", "--stack", "shared", "--yes"]), 6, &words);
    check(&world.kiln(&["build", "--stack", "shared"]), 6, &words);
    assert_eq!(world.made(), made);
    // Tags of others stay, and the mark is one of them.
    let tags = || {
        let stacks = world.call("cloudformation", "describe_stacks", &json!({ "StackName": "shared" }));
        stacks["Stacks"][0]["Tags"].to_string()
    };
    assert!(
        tags().contains(r#"{"Key":"kiln:project","Value":"db"}"#) || tags().contains("\"kiln:project\""),
        "{}",
        tags()
    );
    // From a folder without a spec, a stack that is named needs a mark, whichever it is.
    fs::remove_file(world.folder.join("kiln.toml")).unwrap();
    check(&destroy(&world, &["--stack", "shared"]), 0, &["destroyed"]);
}

#[test]
fn a_template_of_kiln_that_another_tool_deployed_has_an_owner() {
    let Some(world) = World::new("template", "310000000072") else { return };
    world.write(&named("template"));
    check(&world.kiln(&["synth"]), 0, &["wrote template.yaml"]);
    let body = fs::read_to_string(world.folder.join("template.yaml")).unwrap();
    assert!(body.contains("Metadata:\n  Kiln:\n    Project: template\n"), "{body}");
    let tags = json!([{ "Key": "team", "Value": "images" }]);
    let with = |body: &str| json!({ "StackName": "template", "TemplateBody": body, "Tags": tags, "Capabilities": ["CAPABILITY_IAM"] });
    world.call("cloudformation", "create_stack", &with(&body));
    until("it is made", || world.kiln(&["status"]).output.contains("CREATE_COMPLETE"));
    world.write(&named("template").replace("install nginx", "install nginx-core"));
    check(&world.deploy(&[]), 0, &["deployed (UPDATE_COMPLETE)"]);
    let stacks = world.call("cloudformation", "describe_stacks", &json!({ "StackName": "template" }));
    let tags = stacks["Stacks"][0]["Tags"].to_string();
    assert!(tags.contains("images") && tags.contains("kiln:project"), "{tags}");
}

#[test]
fn a_stack_of_an_older_kiln_is_adopted_once() {
    let Some(world) = World::new("older", "310000000073") else { return };
    world.write(&named("older"));
    check(&world.kiln(&["synth"]), 0, &["wrote template.yaml"]);
    // An older kiln wrote no mark.
    let body = fs::read_to_string(world.folder.join("template.yaml")).unwrap();
    let (before, mark) = body.split_once("Metadata:\n").unwrap();
    let rest: Vec<&str> = mark.lines().skip_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    let body = format!("{before}{}\n", rest.join("\n"));
    assert!(!body.contains("Kiln:"), "{body}");
    let with = json!({ "StackName": "older", "TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"] });
    world.call("cloudformation", "create_stack", &with);
    until("it is made", || world.kiln(&["status"]).output.contains("CREATE_COMPLETE"));
    check(&world.deploy(&[]), 6, &["if an older kiln made it for this project, pass `--adopt` once"]);
    let said = world.deploy(&["--adopt"]);
    check(&said, 0, &["deployed (UPDATE_COMPLETE)"]);
    assert!(!said.everything().contains("replace"), "a mark replaces nothing: {}", said.everything());
    check(&world.deploy(&[]), 0, &["unchanged"]);
    check(&destroy(&world, &[]), 0, &["destroyed"]);
}

#[cfg(unix)]
#[test]
fn destroying_asks_for_the_name_of_the_project() {
    use std::io::Write as _;

    use crate::support::pty::on_terminal;
    let Some(world) = World::new("typed", "310000000074") else { return };
    world.write(&named("typed"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let answer = |text: &str| {
        let mut terminal = on_terminal(&mut world.command(&["destroy", "--poll", "50ms"]), 120);
        terminal.keys.write_all(text.as_bytes()).unwrap();
        let shown = terminal.end();
        (shown.status, shown.lines.join("\n"))
    };
    for wrong in ["y\n", "yes\n", "\n", "web\n", "\u{4}"] {
        let (status, all) = answer(wrong);
        assert_eq!(status, Some(11), "{wrong:?}: {all}");
        assert!(all.contains("type the project's name, `typed`:") && all.contains("nothing was destroyed"), "{all}");
    }
    check(&world.kiln(&["status"]), 0, &["CREATE_COMPLETE"]);
    let (status, all) = answer("typed\n");
    assert!(status == Some(0) && all.contains("destroyed"), "{all}");
}

/// What a failed creation has left is deleted only once that is confirmed, and never for a review.
#[cfg(unix)]
#[test]
fn nothing_is_deleted_before_it_is_confirmed() {
    use std::io::Write as _;

    use crate::support::pty::on_terminal;
    let Some(world) = World::new("consent", "310000000075") else { return };
    world.write(&named("consent"));
    world.script(
        &json!({ "cfn": [{ "stack": "consent", "logical_id": "WebRecipe", "action": "create", "message": "no" }] }),
    );
    check(&world.deploy(&[]), 5, &["ROLLBACK_COMPLETE"]);
    let id = || {
        let stacks = world.call("cloudformation", "describe_stacks", &json!({ "StackName": "consent" }));
        stacks["Stacks"][0]["StackId"].as_str().unwrap().to_owned()
    };
    let before = id();
    let said = world.kiln(&["deploy", "--no-execute", "--out", "a.plan"]);
    check(&said, 6, &["recipe of pipeline `web` 1.0.0", "must be deleted first (ROLLBACK_COMPLETE)", "`kiln destroy`"]);
    let mut terminal = on_terminal(&mut world.command(&["deploy"]), 120);
    terminal.keys.write_all(b"n\n").unwrap();
    let shown = terminal.end();
    assert_eq!(shown.status, Some(11), "{}", shown.lines.join("\n"));
    assert_eq!(id(), before, "the stack is still the same");
    check(&world.kiln(&["status"]), 0, &["ROLLBACK_COMPLETE"]);
    check(&world.deploy(&["--recover", "--no-execute"]), 2, &["cannot be used with"]);
    let mut terminal = on_terminal(&mut world.command(&["deploy", "--poll", "50ms"]), 120);
    terminal.keys.write_all(b"y\n").unwrap();
    let shown = terminal.end();
    assert_eq!(shown.status, Some(0), "{}", shown.lines.join("\n"));
    assert_ne!(id(), before);
}

#[cfg(unix)]
#[test]
fn a_stack_that_changes_while_its_destruction_is_confirmed_stays() {
    use std::io::Write as _;

    use crate::support::pty::on_terminal;
    let Some(world) = World::new("moved", "310000000076") else { return };
    world.write(&named("moved"));
    check(&world.deploy(&[]), 0, &["deployed"]);
    let mut terminal = on_terminal(&mut world.command(&["destroy", "--poll", "50ms"]), 120);
    terminal.wait_for("type the project's name");
    world.write(&named("moved").replace("install nginx", "install nginx-core"));
    check(&world.deploy(&[]), 0, &["deployed (UPDATE_COMPLETE)"]);
    terminal.keys.write_all(b"moved\n").unwrap();
    let shown = terminal.end();
    let all = shown.lines.join("\n");
    assert_eq!(shown.status, Some(6), "{all}");
    assert!(all.contains("the stack `moved` changed while this was reviewed"), "{all}");
    check(&world.kiln(&["status"]), 0, &["UPDATE_COMPLETE"]);
}

#[test]
fn terraform_destroys_only_what_kiln_planned() {
    use crate::support::terraform::{cache, installed, mirror, provider};
    if !installed() {
        return;
    }
    let Some(world) = World::new("tfowner", "310000000077") else { return };
    let aws = json!({ "provider": { "aws": provider(&world.endpoint, world.account) } });
    fs::write(world.folder.join("provider.tf.json"), aws.to_string()).unwrap();
    let spec = |name: &str| {
        let spec = named(name).replace("\n\n[component", "\ntarget = \"terraform\"\n\n[component");
        // Without a log bucket: the provider waits a minute for its lifecycle rules.
        format!("{spec}infrastructure.logs = false\n\n[backend.local]\npath = \"own.tfstate\"\n")
    };
    let kiln = |arguments: &[&str]| {
        let mut kiln = world.command(arguments);
        match mirror() {
            Some(mirror) => kiln.env("TF_CLI_ARGS_init", format!("-plugin-dir={}", mirror.display())),
            None => kiln.env("TF_PLUGIN_CACHE_DIR", cache()),
        };
        crate::support::run(&mut kiln)
    };
    // What other files of the folder declare is made with the rest …
    let theirs = "resource \"aws_sns_topic\" \"theirs\" {\n  name = \"theirs\"\n}\n";
    fs::write(world.folder.join("theirs.tf"), theirs).unwrap();
    world.write(&spec("tfowner"));
    let said = kiln(&["deploy", "--yes"]);
    check(&said, 0, &["topic `aws_sns_topic.theirs`", "deployed"]);
    assert!(!said.output.contains("kiln_project"), "the mark is no output for users: {}", said.output);
    let made = world.made();
    // … and not destroyed with it, nor replaced.
    let words = ["`aws_sns_topic.theirs`, which kiln did not plan", "--adopt"];
    check(&kiln(&["destroy", "--yes"]), 6, &words);
    fs::write(world.folder.join("theirs.tf"), theirs.replace("name = \"theirs\"", "name = \"another\"")).unwrap();
    check(&kiln(&["deploy", "--yes"]), 6, &words);
    fs::write(world.folder.join("theirs.tf"), theirs).unwrap();
    // Another project does not take the state over.
    world.write(&spec("other"));
    let words = ["Terraform's state belongs to the project `tfowner`"];
    check(&kiln(&["deploy", "--yes"]), 6, &words);
    check(&kiln(&["destroy", "--yes"]), 6, &words);
    // A state without a mark, as an older kiln or others have made it, loses nothing.
    let file = world.folder.join("own.tfstate");
    let mut state: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    state["outputs"].as_object_mut().unwrap().remove("kiln_project").expect("the mark is in the state");
    fs::write(&file, state.to_string()).unwrap();
    world.write(&spec("tfowner"));
    let words = ["nothing says that Terraform's state is this project's", "pass `--adopt` once"];
    check(&kiln(&["destroy", "--yes"]), 6, &words);
    assert_eq!(world.made(), made);
    assert!(!world.folder.join(".kiln.tfplan").exists(), "no plan is left");
    // A deployment that deletes nothing marks it.
    check(&kiln(&["deploy", "--yes"]), 0, &["deployed"]);
    fs::remove_file(world.folder.join("theirs.tf")).unwrap();
    // What no file declares any more goes with the next deployment, if kiln has such a type.
    check(&kiln(&["destroy", "--yes"]), 0, &["destroyed", "nothing remains"]);
    assert_eq!(world.made(), [""; 0]);
}
