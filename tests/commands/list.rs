//! What the binary lists: what a spec can name, its own commands, and what answers the words of other tools.

use std::process::{Command, Output};

fn kiln(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kiln")).args(arguments).output().expect("kiln runs")
}

fn stdout(arguments: &[&str]) -> String {
    let output = kiln(arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(arguments: &[&str]) -> String {
    let output = kiln(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn lists_are_filtered_by_platform_and_architecture() {
    let all = stdout(&["list", "bases"]);
    let arm = stdout(&["list", "bases", "--platform", "linux", "--arch", "arm64"]);
    assert!(arm.lines().count() > 5 && arm.lines().count() < all.lines().count(), "{arm}");
    assert!(arm.lines().all(|line| line.contains(" linux ") && line.contains(" arm64 ")), "{arm}");
    assert!(all.contains("windows-server-2022 ") && !arm.contains("windows-server"), "{all}");
    let windows = stdout(&["list", "components", "--platform", "windows"]);
    assert!(windows.contains("aws:update-windows ") && !windows.contains("aws:update-linux"), "{windows}");
}

#[test]
fn every_base_and_component_of_a_list_is_taken_by_a_spec() {
    let folder = tempfile::tempdir().expect("a folder");
    for (what, platform, other) in
        [("bases", None, "aws:update-linux"), ("components", Some("linux"), "ubuntu-24.04/arm64")]
    {
        let mut arguments = vec!["list", what, "--format", "json"];
        arguments.extend(platform.map(|platform| ["--platform", platform]).into_iter().flatten());
        for line in stdout(&arguments).lines() {
            let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let name = entry["name"].as_str().expect("a name");
            let (base, component) = if what == "bases" { (name, other) } else { (other, name) };
            // Another platform or macOS's hosts are other findings; the name itself must be a known one.
            let spec = format!("name = \"x\"\n[pipeline.x]\nbase = \"{base}\"\ncomponents = [\"{component}\"]\n");
            let path = folder.path().join("kiln.toml");
            std::fs::write(&path, spec).expect("a spec");
            let checked = kiln(&["check", "--format", "json", path.to_str().expect("UTF-8")]);
            let found = String::from_utf8(checked.stdout).expect("UTF-8");
            for line in found.lines() {
                let finding: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let message = finding["message"].as_str().expect("a message");
                assert!(!message.contains("no base") && !message.contains("no component"), "{name}: {message}");
                assert_ne!(finding["code"], "KILN-R004", "{name}: {message}");
            }
        }
    }
}

#[test]
fn a_filter_without_effect_is_refused() {
    assert!(refused(&["list", "regions", "--platform", "linux"]).contains("`--platform` has no effect on regions"));
    assert!(refused(&["list", "components", "--arch", "arm64"]).contains("`--arch` has no effect on components"));
}

#[test]
fn words_of_other_tools_name_the_command_here() {
    for (word, answer) in [
        ("plan", "kiln diff --deployed"),
        ("validate", "kiln check"),
        ("lint", "kiln check"),
        ("fmt", "kiln check --fix"),
        ("ls", "kiln list"),
        ("apply", "kiln deploy"),
    ] {
        let shown = refused(&[word]);
        assert!(shown.starts_with(&format!("error: there is no command `{word}`\n")), "{shown}");
        assert!(shown.contains(answer), "{shown}");
    }
    // Any other word is answered as before.
    assert!(refused(&["chekc"]).contains("check"));
}

#[test]
fn an_unknown_template_is_answered_with_those_that_there_are() {
    let shown = refused(&["init", "my-images"]);
    for name in ["`minimal`", "`ubuntu`", "`windows`", "`hardened`", "`cross-account`", "`al2023-web`"] {
        assert!(shown.contains(name), "{shown}");
    }
}
