//! What rests on what the service takes: documents in JSON, files of other tools, fixes, keys and containers, by the binary.

use crate::cli::Workspace;

const JSON: &str = "{\"schemaVersion\": 1, \"phases\": [{\"name\": \"validate\", \"steps\": [{\"name\": \"Look\", \
                    \"action\": \"ExecuteBash\", \"inputs\": {\"commands\": [\"true\"]}}]}]}";

#[test]
fn documents_in_json_are_checked_and_other_tools_are_named() {
    let folder = Workspace::new("verdicts-json");
    folder.write("look.json", JSON);
    let ran = folder.run("check look.json");
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), "1 document checked: no findings\n"));
    for (name, text, tool) in [
        ("main.tf", "resource \"aws_imagebuilder_component\" \"web\" {\n}\n", "a Terraform configuration"),
        ("web.pkr.hcl", "source \"amazon-ebs\" \"web\" {\n}\n", "a Packer template"),
        ("stack.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n", "a CloudFormation template"),
        ("stack.template", "{\"Resources\": {}}", "a CloudFormation template"),
    ] {
        folder.write(name, text);
        let ran = folder.run(&format!("check {name}"));
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.err);
        assert!(ran.out.contains(&format!("`{name}` is {tool}")), "{name}: {}", ran.out);
    }
}

#[test]
fn what_can_be_fixed_is_said_counted_and_written() {
    let folder = Workspace::new("verdicts-fix");
    let text = "name: look\nschemaVersion: 1.0\nphases:\n  - name: validate\n    steps:\n      - name: Look\n        \
                action: ExecuteBash\n        inputs:\n          commands:\n            - [ -f /etc/x ] && echo ok\n";
    folder.write("look.yaml", text);
    let ran = folder.run("check look.yaml");
    assert!(ran.out.contains("= note: `kiln check --fix` fixes this"), "{}", ran.out);
    assert!(ran.err.ends_with("1 document checked: 1 error; `kiln check --fix` fixes 1\n"), "{}", ran.err);
    let ran = folder.run("check --fix --dry-run look.yaml");
    assert_eq!((ran.code, folder.read("look.yaml").as_str()), (Some(1), text));
    let ran = folder.run("check --fix look.yaml");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(folder.read("look.yaml"), text.replace("[ -f /etc/x ] && echo ok", "'[ -f /etc/x ] && echo ok'"));
}

#[test]
fn keys_of_topics_log_groups_and_components_have_statements() {
    let folder = Workspace::new("verdicts-keys");
    let key = |digit: char| {
        let id = digit.to_string().repeat(8);
        format!("\"arn:aws:kms:eu-west-1:111122223333:key/{id}-12ab-34cd-56ef-1234567890ab\"")
    };
    let (component, topic, logs) = (key('1'), key('2'), key('3'));
    folder.write(
        "kiln.toml",
        format!(
            "name = \"app\"\n[component.agent]\nbuild = [\"true\"]\nkms-key = {component}\n\
             [infrastructure.b]\nnotify = {{ email = [\"a@example.com\"], kms-key = {topic} }}\n\
             [pipeline.app]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"agent\"]\ninfrastructure = \"b\"\n\
             log-groups = {{ expire-after = \"90 days\", kms-key = {logs} }}\n"
        ),
    );
    let ran = folder.run("check");
    assert!(ran.err.contains("the policies of 3 KMS keys need statements: `kiln key-policy"), "{}", ran.err);
    let ran = folder.run("key-policy");
    let keys: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let sids = keys.as_array().expect("a list").iter().map(|key| key["statements"][0]["Sid"].as_str().expect("a name"));
    assert_eq!(sids.collect::<Vec<_>>(), ["KeepComponents", "PublishToTopics", "KeepLogs"]);
    assert!(ran.out.contains("logs.eu-west-1.amazonaws.com") && ran.out.contains("AWSServiceRoleForImageBuilder"));
}

#[test]
fn the_architecture_of_a_container_is_in_its_template() {
    let folder = Workspace::new("verdicts-container");
    let template = |architecture: &str| {
        folder.write(
            "kiln.toml",
            format!(
                "name = \"api\"\n[pipeline.api]\nbase = {{ image = \"docker:amazonlinux:2023\", architecture = \
                 \"{architecture}\" }}\ncomponents = [\"aws:update-linux\"]\ncontainer = \"team/api\"\n"
            ),
        );
        folder.run("synth --stdout").out
    };
    let (arm, intel) = (template("arm64"), template("x86_64"));
    assert!(arm.contains("Image: ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"));
    assert!(!intel.contains("optimized-ami"), "{intel}");
}

#[test]
fn an_allowed_error_is_a_warning_that_says_what_may_happen() {
    let folder = Workspace::new("verdicts-allowed");
    let spec =
        "name = \"web\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-windows\"]\n";
    folder.write("kiln.toml", spec);
    assert_eq!(folder.run("synth --stdout").code, Some(1));
    let allow = "[check]\nallow = [{ code = \"KILN-C001\", reason = \"it runs on both\" }]\n";
    folder.write("kiln.toml", format!("{spec}{allow}"));
    let ran = folder.run("synth --stdout");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("warning[KILN-C001]") && ran.err.contains("allowed (it runs on both); "), "{}", ran.err);
    assert!(ran.out.contains("update-windows"), "{}", ran.out);
    // It stays a warning where warnings are denied: someone gave a reason for it.
    assert_eq!(folder.run("check --deny warnings").code, Some(0));
}
