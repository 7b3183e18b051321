//! The difference between two texts, as lines in colours; plain where the stream takes none.

use anstyle::{AnsiColor, Style};
use kiln::review::lines::{Hunk, Sign, hunks};

use crate::output::{BOLD, Page};

/// A unified diff of a committed file and what it should be.
pub fn unified(name: &str, committed: &str, (expected, whence): (&str, &str)) -> Page {
    let mut page = Page::new();
    page.styled(BOLD, format!("--- {name}")).end().styled(BOLD, format!("+++ {name} ({whence})")).end();
    draw(&hunks(committed, expected), &mut page);
    page
}

/// Draws lines that change.
pub fn draw(hunks: &[Hunk], page: &mut Page) {
    let removed = Style::new().fg_color(Some(AnsiColor::Red.into()));
    let added = Style::new().fg_color(Some(AnsiColor::Green.into()));
    let header = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    for hunk in hunks {
        page.styled(header, &hunk.header).end();
        for line in &hunk.lines {
            let style = match line.sign {
                Sign::Removed => removed,
                Sign::Added => added,
                Sign::Same => Style::new(),
            };
            page.styled(style, format!("{}{}", line.sign.char(), line.text)).end();
            if !line.is_ended {
                page.line("\\ No newline at end of file");
            }
        }
    }
}
