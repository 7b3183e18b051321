//! The table of `docs/checks.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Counts;
use crate::data::{json, read};
use crate::model::KINDS;
use crate::mutant::Sites;

const PAGE: &str = "docs/checks.md";

/// What outside judges said of the same mutants, which `KILN_MUTANTS=FILE` writes.
#[derive(serde::Deserialize)]
struct Judges {
    /// By the judge's name and version, by kind: how many it was shown, and how many it refused.
    judges: BTreeMap<String, BTreeMap<String, (usize, usize)>>,
}

/// Holds the page against what was counted; writes it where `KILN_UPDATE` is set.
pub(crate) fn hold(counts: &Counts, sites: &Sites) {
    let (begin, end) = ("<!-- constraints: begin -->\n", "<!-- constraints: end -->\n");
    let committed = read(PAGE);
    let (before, rest) = committed.split_once(begin).unwrap();
    let (old, after) = rest.split_once(end).unwrap();
    let page = page(counts, sites);
    if old == page {
        return;
    }
    assert!(
        std::env::var_os("KILN_UPDATE").is_some(),
        "{PAGE} is not current; `KILN_UPDATE=1 cargo test --test mutations` writes it"
    );
    let whole = format!("{before}{begin}{page}{end}{after}");
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE), whole).unwrap();
}

fn page(counts: &Counts, sites: &Sites) -> String {
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
