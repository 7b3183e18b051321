//! The difference between two texts, as lines in colours; plain where the stream takes none.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use kiln::review::lines::{Hunk, Sign, hunks};

use crate::output::BOLD;

/// A unified diff of a committed file and what it should be.
pub fn unified(name: &str, committed: &str, (expected, whence): (&str, &str)) -> String {
    let mut out = format!("{BOLD}--- {name}{BOLD:#}\n{BOLD}+++ {name} ({whence}){BOLD:#}\n");
    draw(&hunks(committed, expected), &mut out);
    out
}

/// Draws lines that change.
pub fn draw(hunks: &[Hunk], out: &mut String) {
    let removed = Style::new().fg_color(Some(AnsiColor::Red.into()));
    let added = Style::new().fg_color(Some(AnsiColor::Green.into()));
    let header = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    for hunk in hunks {
        let _ = writeln!(out, "{header}{}{header:#}", hunk.header);
        for line in &hunk.lines {
            let style = match line.sign {
                Sign::Removed => removed,
                Sign::Added => added,
                Sign::Same => Style::new(),
            };
            let _ = writeln!(out, "{style}{}{}{style:#}", line.sign.char(), line.text);
            if !line.is_ended {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
}
