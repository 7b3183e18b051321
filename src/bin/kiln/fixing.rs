//! `kiln check --fix`: files with what was probably meant in them.

use std::path::Path;

use kiln::diagnostic::fix::{Fixed, fixed};
use kiln::diagnostic::{Report, Sources};
use kiln::source::plain;

use crate::exit::Failure;
use crate::output::Ui;
use crate::{diff, disk};

/// What is done with fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are shown.
    Show,
    /// They are shown and written.
    Write,
}

/// So often a file is fixed and looked at again: what was misread shows only when what it stood in is right.
const MOST_ROUNDS: usize = 4;

type Findings = Vec<(Report, Sources)>;

/// What `check` finds, when what can be fixed is.
pub fn checked(
    mode: Option<Mode>,
    ui: &Ui,
    check: impl Fn() -> Result<Findings, Failure>,
) -> Result<Findings, Failure> {
    let mut findings = check()?;
    let Some(mode) = mode else { return Ok(findings) };
    for _ in 0..MOST_ROUNDS {
        let all: Vec<Fixed> = findings.iter().flat_map(|(report, sources)| fixed(report, sources)).collect();
        for file in &all {
            ui.note(diff::unified(&file.name, &file.before, (&file.after, "fixed")));
            if mode == Mode::Write {
                write(file)?;
                let plural = if file.count == 1 { "fix" } else { "fixes" };
                ui.note(format!("wrote {}: {} {plural}", file.name, file.count));
            }
        }
        if mode == Mode::Show || all.is_empty() {
            break;
        }
        findings = check()?;
    }
    Ok(findings)
}

/// Replaces a file in one step, if it still is what was checked.
fn write(file: &Fixed) -> Result<(), Failure> {
    let path = Path::new(&file.name);
    let target = disk::Destination::find(path)?;
    let _held = disk::hold([target.folder()])?;
    let target = disk::Destination::find(path)?;
    let now = String::from_utf8_lossy(target.content().unwrap_or_default()).into_owned();
    if plain(now.clone()) != file.before {
        return Err(Failure::new(format!("`{}` is not fixed: it changed meanwhile", file.name)).help("run kiln again"));
    }
    target.stage(as_it_was(&now, &file.after).as_bytes())?.place()
}

/// A fixed text with the mark and the line ends that the file has. A fix adds no line and removes none.
fn as_it_was(now: &str, after: &str) -> String {
    let text = now.trim_start_matches('\u{feff}');
    let mut all = now.strip_suffix(text).unwrap_or_default().to_owned();
    for (line, fixed) in text.split_inclusive('\n').zip(after.split_inclusive('\n')) {
        let content = line.trim_end_matches('\n').trim_end_matches('\r');
        all.push_str(fixed.trim_end_matches('\n'));
        all.push_str(line.strip_prefix(content).unwrap_or_default());
    }
    all
}
