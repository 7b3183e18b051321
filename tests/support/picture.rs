//! Pictures of terminals for the documentation.

use std::env;
use std::fmt::Write as _;
use std::fs;

use super::project;
use super::screen::{Cell, Look};

/// The width of a character of the font, in tenths, and the height of a line.
const WIDE: usize = 78;
const HIGH: usize = 18;
const PAD: usize = 16;
const BAR: usize = 34;

/// The terminal's eight colours, on dark paper.
const COLORS: [&str; 8] = ["#6b7685", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#e6edf3"];

const STYLE: &str = "\
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d5dde6;white-space:pre}
.title{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#8b98a7}
";

/// A window with this on its screen.
pub(crate) fn window(title: &str, lines: &[Vec<Cell>], columns: usize) -> String {
    let (wide, high) = ((columns * WIDE).div_ceil(10) + 2 * PAD, BAR + lines.len() * HIGH + PAD);
    let title = escaped(title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" xml:space=\"preserve\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         <rect width=\"{wide}\" height=\"{high}\" rx=\"10\" fill=\"#12171d\"/>\n"
    );
    for (index, color) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        let _ = writeln!(out, "<circle cx=\"{}\" cy=\"17\" r=\"5.5\" fill=\"{color}\"/>", PAD + 6 + index * 18);
    }
    let _ = writeln!(out, "<text class=\"title\" x=\"{}\" y=\"21\" text-anchor=\"middle\">{title}</text>", wide / 2);
    for (row, line) in lines.iter().enumerate() {
        let y = BAR + row * HIGH + 13;
        let mut column = 0;
        for run in line.chunk_by(|left, right| left.look == right.look) {
            let text: String = run.iter().map(|cell| cell.char).collect();
            let shown = text.trim_start();
            if !shown.trim_end().is_empty() {
                // Each run stands at its own column, whatever font the reader has.
                let x = PAD * 10 + (column + run.len() - shown.chars().count()) * WIDE;
                let look = attributes(run[0].look);
                let shown = escaped(shown.trim_end());
                let _ = writeln!(out, "<text x=\"{}.{}\" y=\"{y}\"{look}>{shown}</text>", x / 10, x % 10);
            }
            column += run.len();
        }
    }
    out.push_str("</svg>\n");
    out
}

fn attributes(look: Look) -> String {
    let mut out = String::new();
    if look.is_bold {
        out.push_str(" font-weight=\"600\"");
    }
    if let Some(color) = look.color {
        let _ = write!(out, " style=\"fill:{}\"", COLORS[color]);
    } else if look.is_dim {
        let _ = write!(out, " style=\"fill:{}\"", COLORS[0]);
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Holds a picture of `docs/pictures` against what it should be, or draws it. `masked` leaves out what is another in each run.
pub(crate) fn is_current(name: &str, drawn: &str, masked: impl Fn(&str) -> String) {
    let file = project().join("docs/pictures").join(name);
    assert!(!masked(drawn).is_empty(), "nothing is left to compare of {name}:\n{drawn}");
    if fs::read_to_string(&file).is_ok_and(|committed| masked(&committed) == masked(drawn)) {
        return;
    }
    let update = env::var_os("KILN_UPDATE").is_some();
    assert!(update, "docs/pictures/{name} is not current; `KILN_UPDATE=1 tests/run` draws it:\n{drawn}");
    fs::write(file, drawn).expect("the picture can be written");
}
