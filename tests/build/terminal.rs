//! What somebody before a terminal sees of a build.

use crate::support::pty::on_terminal;
use crate::{World, spec};

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
