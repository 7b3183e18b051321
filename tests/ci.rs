//! The templates for CI are YAML, and call kiln with what it has.

#![cfg(all(feature = "cli", feature = "deploy"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use kiln::document::yaml;

#[test]
fn templates_for_ci_call_commands_that_there_are() {
    for (file, least) in [("github.yml", 5), ("gitlab.yml", 5)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/ci").join(file);
        let text = fs::read_to_string(path).unwrap();
        assert!(yaml::parse(&text).root.is_some(), "{file} is no YAML");
        let mut calls = 0;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let Some(call) = ["run: kiln ", "- kiln "].iter().find_map(|start| line.strip_prefix(start)) else {
                continue;
            };
            let call = call.split(" > ").next().unwrap();
            // Arguments before the last one are parsed, and the command does nothing but print its help.
            let kiln = Command::new(env!("CARGO_BIN_EXE_kiln")).args(call.split(' ')).arg("--help").output().unwrap();
            assert!(kiln.status.success(), "{file}: kiln {call}: {}", String::from_utf8_lossy(&kiln.stderr));
            calls += 1;
        }
        assert!(calls >= least, "{file}: {calls}");
    }
}
