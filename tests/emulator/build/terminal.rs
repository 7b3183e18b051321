//! What somebody before a terminal sees of a build.

use serde_json::json;

use super::{World, spec};
use crate::support::picture::{is_current, window};
use crate::support::pty::on_terminal;

#[test]
fn a_build_is_shown_on_a_narrow_and_on_a_wide_terminal() {
    for (columns, account, name) in [(80, "320000000019", "bnarrow"), (200, "320000000020", "bwide")] {
        let Some(world) = World::of(name, account, &spec(name)) else { return };
        let shown = on_terminal(&mut world.command(&["build", "--poll", "40ms"]), columns).end();
        let all = shown.lines.join("\n");
        assert_eq!(shown.status, Some(0), "{all}");
        // Lines are there once and whole, also where they wrap, and what was drawn while it ran is gone.
        let joined: String =
            shown.lines.iter().map(|line| format!("{line:columns$}", columns = columns.into())).collect();
        for wanted in [
            "done            build-image / ApplyBuildComponents (ExecuteComponents)",
            "Info Step Build2",
            "built after",
        ] {
            assert_eq!(joined.matches(wanted).count(), 1, "{wanted}:\n{all}");
        }
        assert!(!all.contains(['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']), "{all}");
        let ami = shown.lines.iter().position(|line| line.starts_with("ami  us-east-1"));
        assert!(ami.is_some(), "{all}");
    }
}

/// What the documentation shows of a build: a command of the spec fails on the instance.
#[test]
fn the_picture_of_a_build_is_current() {
    const COLUMNS: u16 = 140;
    let (name, account) = ("web", "320000000023");
    let text = "name = \"web\"\n\n[component.firewall]\nbuild = [\n  \"dnf -y install firewalld\",\n  \
                \"firewall-cmd --permanent --add-service=htp\",\n]\n\n[pipeline.web]\nbase = \
                \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\", \"firewall\"]\n";
    let Some(world) = World::of(name, account, text) else { return };
    let log = [
        &format!("Info Document arn:aws:imagebuilder:us-east-1:{account}:component/web-firewall/1.0.0/1"),
        "Info Phase build",
        "Info Step Build2",
        "Info CmdExecution: firewall-cmd --permanent --add-service=htp",
        "Error Stderr: Error: INVALID_SERVICE: htp",
        "Error Command execution has resulted in an error: exit status 101",
    ];
    world.script(&json!({ "fail_at": "ApplyBuildComponents", "reason": "exit status 101", "log": log }));
    let shown = on_terminal(&mut world.command(&["build", "web", "--poll", "40ms"]), COLUMNS).end();
    assert_eq!(shown.status, Some(12), "{}", shown.bytes);
    let lines = shown.screen.strip_suffix(&[Vec::new()]).unwrap_or(&shown.screen);
    // How far it had come at each look is another in each run, and so are times and ids; why it failed is not.
    let masked = |picture: &str| -> String {
        let lines = picture.lines().skip_while(|line| !line.contains(">cause<"));
        let told = lines.filter(|line| !["wf-", "failed after"].iter().any(|word| line.contains(word)));
        let texts = told.filter_map(|line| Some(line.split_once('>')?.1.to_owned()));
        texts.collect::<Vec<_>>().join("\n")
    };
    is_current("build.svg", &window("kiln build web", lines, COLUMNS.into()), masked);
}
