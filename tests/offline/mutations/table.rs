//! The table of `docs/checks.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use super::Counts;
use super::data::{json, read};
use super::model::KINDS;
use super::mutant::Sites;
use super::rules::{Held, Rule};

const PAGE: &str = "docs/checks.md";

/// What outside judges said of the same mutants, which `KILN_MUTANTS=FILE` writes.
#[derive(serde::Deserialize)]
struct Judges {
    /// By the judge's name and version, by kind: how many it was shown, and how many it refused.
    judges: BTreeMap<String, BTreeMap<String, (usize, usize)>>,
}

/// Holds the part of the page that has a name against what was found; writes it where `KILN_UPDATE` is set.
pub(crate) fn hold(part: &str, found: &str) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _guard = WRITING.lock().unwrap();
    let (begin, end) = (format!("<!-- {part}: begin -->\n"), format!("<!-- {part}: end -->\n"));
    let committed = read(PAGE);
    let (before, rest) = committed.split_once(&begin).unwrap();
    let (old, after) = rest.split_once(&end).unwrap();
    if old == found {
        return;
    }
    assert!(
        std::env::var_os("KILN_UPDATE").is_some(),
        "{PAGE} is not current; `KILN_UPDATE=1 cargo test --test offline mutations` writes it"
    );
    let whole = format!("{before}{begin}{found}{end}{after}");
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE), whole).unwrap();
}

/// The table of rules that no schema holds.
pub(crate) fn of_rules(rules: &[Rule]) -> String {
    let mut page = "\n| rule | kiln |\n| --- | --- |\n".to_owned();
    for Rule { says, held, .. } in rules {
        let held = match held {
            Held::Checked { code, .. } => format!("[{code}](diagnostics.md#{})", code.to_lowercase()),
            Held::Otherwise { because } => because.clone(),
        };
        let _ = writeln!(page, "| {says} | {held} |");
    }
    page.push('\n');
    page
}

/// The table of constraints, and what no spec can violate.
pub(crate) fn of_constraints(counts: &Counts, sites: &Sites) -> String {
    let Judges { judges } = json("tests/mutations/judges.json");
    let mut page = "\n| constraint | kiln |".to_owned();
    for judge in judges.keys() {
        let _ = write!(page, " {judge} |");
    }
    let _ = write!(page, "\n| --- | --- |{}\n", " --- |".repeat(judges.len()));
    let cell = |(all, held): (usize, usize)| format!("{held} of {all}");
    let sum = |left: (usize, usize), right: &(usize, usize)| (left.0 + right.0, left.1 + right.1);
    for kind in KINDS {
        let Some(count) = counts.get(kind) else { continue };
        let _ = write!(page, "| {kind} | {} |", cell(*count));
        for judge in judges.values() {
            let _ = write!(page, " {} |", judge.get(kind).map_or_else(|| "–".to_owned(), |count| cell(*count)));
        }
        page.push('\n');
    }
    let _ = write!(page, "| all | {} |", cell(counts.values().fold((0, 0), sum)));
    for judge in judges.values() {
        let _ = write!(page, " {} |", cell(judge.values().fold((0, 0), sum)));
    }
    page.push_str("\n\nNo spec can violate these:\n\n");
    for list in &sites.unreachable {
        let constraints: Vec<String> = list.constraints.iter().map(|entry| format!("`{entry}`")).collect();
        let _ = writeln!(page, "- {}: {}", constraints.join(", "), list.because);
    }
    page.push('\n');
    page
}
