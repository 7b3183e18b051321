//! Two who build at once, and what changes while somebody decides.

use serde_json::{Value, json};

use super::{World, check, started};

impl World {
    /// The versions of all images that are not deleted, newest first.
    fn versions(&self) -> Vec<String> {
        let said = self.kiln(&["images", "--format", "json"]);
        let listed: Value = serde_json::from_str(&said.output).unwrap_or_else(|_| panic!("{}", said.everything()));
        let images = listed["images"].as_array().unwrap();
        let there = images.iter().filter(|image| image["state"] != "DELETED");
        there.map(|image| image["version"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn builds_of_one_change_that_start_in_the_same_moment_are_one_build() {
    let Some(world) = World::new("bonce", "320000000030") else { return };
    world.script(&json!({ "step_ms": 300, "times": 0 }));
    let arguments = ["build", "--if-changed", "--poll", "50ms"];
    let runs: Vec<_> = (0..4).map(|_| started(&mut world.command(&arguments))).collect();
    for run in runs {
        let done = run.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.contains("built after"), "{said}");
    }
    assert_eq!(world.versions(), ["1.0.0/1"]);
    // Without the option, a build is a build.
    check(&world.build(&["--no-wait"]), 0, &["begun"]);
    assert_eq!(world.versions(), ["1.0.0/2", "1.0.0/1"]);
}

#[test]
fn a_build_that_is_running_is_followed() {
    let Some(world) = World::new("bjoin", "320000000031") else { return };
    world.script(&json!({ "step_ms": 400 }));
    check(&world.build(&["--no-wait"]), 0, &["begun"]);
    let said = world.build(&["--if-changed"]);
    check(&said, 0, &["a build of the current recipe is already running: following arn:", "built after", "ami-"]);
    assert_eq!(world.versions(), ["1.0.0/1"]);
    check(&world.build(&["--if-changed"]), 0, &["unchanged: 1.0.0/1"]);
    // That of another recipe is no reason to wait.
    let spec = super::spec("bjoin");
    world.script(&json!({ "step_ms": 400 }));
    check(&world.build(&["--no-wait"]), 0, &["begun"]);
    std::fs::write(world.folder.join("kiln.toml"), spec.replace("install nginx", "install nginx-core")).unwrap();
    check(&world.kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    check(&world.build(&["--if-changed"]), 0, &["bjoin 1.0.1/1"]);
}

#[test]
fn a_failed_build_that_was_deleted_is_built_again() {
    let Some(world) = World::new("bagain", "320000000032") else { return };
    world.script(&json!({ "fail_at": "TESTING", "reason": "broken" }));
    check(&world.build(&["--if-changed"]), 12, &["broken"]);
    // The same question as before gets the same build from the service, which is gone.
    let image = format!("arn:aws:imagebuilder:us-east-1:{}:image/bagain/1.0.0/1", world.account);
    world.call("imagebuilder", "delete_image", &json!({ "imageBuildVersionArn": image }));
    check(&world.build(&["--if-changed"]), 0, &["built after"]);
}

#[cfg(unix)]
#[test]
fn what_comes_into_use_while_pruning_is_confirmed_stays() {
    use std::io::Write as _;

    use crate::support::pty::on_terminal;
    let name = "bconfirm";
    let Some(world) = World::of(name, "320000000033", &super::spec(name)) else {
        return;
    };
    for _ in 0..3 {
        check(&world.build(&[]), 0, &["built after"]);
    }
    let said = world.kiln(&["images", "--format", "json"]);
    let listed: Value = serde_json::from_str(&said.output).unwrap();
    let ami = listed["images"][2]["amis"][0]["id"].as_str().unwrap().to_owned();
    // The stack, and its retention rules with it, is gone: what is left is for `prune`.
    check(
        &world.kiln(&["destroy", "--yes", "--poll", "50ms"]),
        0,
        &["what remains:\n  3 images, with 3 AMIs and 3 snapshots"],
    );
    let role = "arn:aws:iam::320000000033:role/pruner";
    let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
                        "Principal": { "Service": "imagebuilder.amazonaws.com" } }] });
    world.call("iam", "create_role", &json!({ "RoleName": "pruner", "AssumeRolePolicyDocument": trust.to_string() }));
    let mut terminal = on_terminal(&mut world.command(&["prune", "--keep", "1", "--role", role]), 160);
    terminal.wait_for("delete 2 images?");
    let with = json!({ "LaunchTemplateName": name, "LaunchTemplateData": { "ImageId": ami } });
    world.call("ec2", "create_launch_template", &with);
    terminal.keys.write_all(b"y\n").unwrap();
    let shown = terminal.end();
    let all = shown.lines.join("\n");
    assert_eq!(shown.status, Some(0), "{all}");
    assert!(all.contains("1.0.0/1: stays: used by launch template") && all.contains("1 image deleted"), "{all}");
    assert_eq!(world.versions(), ["1.0.0/3", "1.0.0/1"]);
}
