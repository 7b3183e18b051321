//! What somebody before a terminal sees of a deployment.

use std::io::Write as _;

use serde_json::json;

use super::SPEC;
use crate::support::pty::on_terminal;
use crate::support::world::{World, slow};

#[test]
fn what_is_under_way_is_drawn_within_the_terminal_and_goes_away() {
    for (columns, account, name) in [(80, "310000000030", "narrow"), (200, "310000000031", "wide")] {
        let Some(world) = slow(name, account, 1500) else { return };
        // Words that are wider than the narrow terminal.
        let long = "w".repeat(64);
        let spec = SPEC.replace("name = \"web\"", &format!("name = \"{name}\""));
        world.write(&spec.replace("[pipeline.web]", &format!("[pipeline.{long}]")));
        let delay = |id: String| json!({ "stack": name, "logical_id": id, "action": "create", "delay_ms": 1500 });
        world.script(&json!({ "cfn": [delay(format!("W{}Recipe", &long[1..]))] }));
        let mut terminal = on_terminal(&mut world.command(&["deploy", "--poll", "50ms"]), columns);
        terminal.keys.write_all(b"y\n").unwrap();
        let shown = terminal.end();
        let all = shown.lines.join("\n");
        assert_eq!(shown.status, Some(0), "{all}");
        assert!(all.contains("deploy `") && all.contains("deployed (CREATE_COMPLETE)"), "{all}");
        // It was drawn, with a spinner that turned and a time that ran …
        let frames: Vec<&str> = shown.bytes.split("\x1b[J").collect();
        let spinning = |picture: &str| frames.iter().any(|frame| frame.contains(picture));
        assert!(spinning("⠋") && spinning("⠼") && spinning(" 0:01  creating"), "{}", shown.bytes);
        // … never over the edge, where it would wrap and could not be taken away …
        for line in shown.bytes.lines().filter(|line| line.contains("⠼")) {
            let drawn = line.rsplit("\x1b[J").next().unwrap().trim_end();
            assert!(drawn.chars().count() < columns.into(), "{drawn}");
        }
        // … and nothing of it is left, while all lines are.
        assert!(!all.contains(['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']), "{all}");
        assert_eq!(all.matches("created         pipeline").count(), 1, "{all}");
    }
}

#[test]
fn no_is_an_answer() {
    let Some(world) = World::new("no", "310000000032") else { return };
    for answer in ["n\n", "\n", "\u{4}"] {
        let mut terminal = on_terminal(&mut world.command(&["deploy"]), 80);
        terminal.keys.write_all(answer.as_bytes()).unwrap();
        let shown = terminal.end();
        let all = shown.lines.join("\n");
        assert_eq!(shown.status, Some(11), "{all}");
        assert!(all.contains("not confirmed"), "{all}");
        // The shell of a stack that only the change set needed is gone too.
        assert_eq!(world.kiln(&["status"]).status, Some(9));
    }
}
