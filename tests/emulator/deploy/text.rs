//! What a neighbor in the account wrote into events and names: people see it, and nothing obeys it.

use std::fs::File;

use serde_json::json;

use crate::support::pty::on_terminal;
use crate::support::world::{SPEC, World, check, named};

#[test]
fn the_reason_of_an_event_is_only_text() {
    let Some(world) = World::new("text", "320000000063") else { return };
    world.write(&named("evtext"));
    let reason = "no\u{9b}2J\u{202e}x\u{2028}y\u{7f}\u{200b}\r\ndeployed after 0:01";
    let plan =
        json!({ "cfn": [{ "stack": "evtext", "logical_id": "WebRecipe", "action": "create", "message": reason }] });
    world.script(&plan);
    let said = world.deploy(&[]);
    check(&said, 5, &[r"no\u{9b}2J\u{202e}x\u{2028}y\u{7f}\u{200b}"]);
    for text in [&said.output, &said.errors] {
        assert_eq!(kiln::source::hidden(text).count(), 0, "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("deployed")), "{text}");
    }
    world.script(&plan);
    let shown = on_terminal(&mut world.command(&["deploy", "--yes", "--poll", "50ms"]), 160).end();
    assert!(!shown.bytes.contains(['\u{9b}', '\u{202e}', '\u{2028}', '\u{7f}', '\u{200b}']), "{:?}", shown.bytes);
    // A program gets the reason itself.
    world.script(&plan);
    let (_, messages) = world.messages(&[]);
    let reasons = messages.iter().filter_map(|it| it["reason"].as_str());
    assert!(reasons.into_iter().any(|it| it.contains("\u{9b}2J\u{202e}x")), "{messages:#?}");
}

#[test]
fn a_deployment_that_cannot_be_told_ends_with_an_error() {
    let Some(world) = World::new("text-full", "320000000064") else { return };
    world.write(&SPEC.replace("\"web\"", "\"evfull\""));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = world.command(&["deploy", "--yes", "--poll", "50ms", "--format", "ndjson"]);
    let output = command.stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("cannot write to standard output"), "{said}");
    // The deployment itself went on to its end.
    check(&world.kiln(&["status"]), 0, &["CREATE_COMPLETE"]);
    check(&world.deploy(&[]), 0, &["unchanged"]);
}
