//! What the service would refuse, kiln refuses.
//!
//! `constraints.json` has every constraint of the members of Image Builder's create calls, from the service's model; `extract.py`
//! makes it. For each one the test takes a spec that is right, changes one value so that it violates the constraint, and
//! wants an error at that value. `sites.toml` says which constraints no spec can violate, and why. The table of
//! `docs/checks.md` is made here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod data;
mod model;
mod mutant;
mod rules;
mod run;
mod stories;
mod table;

use std::collections::BTreeMap;

use model::{Constraint, constraints};
use mutant::{Sites, mutants};
use run::{Verdict, judge};

fn sites() -> Sites {
    data::toml("tests/mutations/sites.toml")
}

/// Whether an entry such as `ImageRecipe Name: pattern`, `* Tags` or `Image Workflows[]: type` means a constraint.
fn means(entry: &str, constraint: &Constraint) -> bool {
    let (of, rest) = entry.split_once(' ').unwrap();
    let (path, kind) = rest.split_once(": ").map_or((rest, None), |(path, kind)| (path, Some(kind)));
    (of == "*" || of == constraint.of)
        && (path == "*" || path == constraint.path)
        && kind.is_none_or(|kind| kind == constraint.kind.word())
}

/// How many mutants of a kind there are, and how many of them kiln refuses.
type Counts = BTreeMap<&'static str, (usize, usize)>;

#[test]
fn every_constraint_is_held() {
    let (sites, stories) = (sites(), stories::all());
    let (mut wrong, mut sent, mut counts) = (Vec::new(), Vec::new(), Counts::new());
    for constraint in constraints() {
        let mut entries = sites.unreachable.iter().flat_map(|list| &list.constraints);
        if entries.any(|entry| means(entry, &constraint)) {
            continue;
        }
        let mutants = mutants(&constraint, &sites, &stories);
        if mutants.is_empty() {
            wrong.push(format!("{constraint}: no story sets {:?}", constraint.key.as_ref().map(|key| &key.path)));
        }
        for mutant in mutants {
            let (all, held) = counts.entry(constraint.kind.word()).or_default();
            *all += 1;
            match judge(&mutant) {
                Verdict::Refused => *held += 1,
                Verdict::Missed(said) => wrong.push(format!("{constraint}: {}\n{said}", mutant.shown())),
            }
            sent.push(mutant.described(&constraint));
        }
    }
    if let Some(file) = std::env::var_os("KILN_MUTANTS") {
        std::fs::write(file, serde_json::to_string(&sent).unwrap()).unwrap();
    }
    assert!(wrong.is_empty(), "{} gaps:\n{}", wrong.len(), wrong.join("\n"));
    table::hold("constraints", &table::of_constraints(&counts, &sites));
}

#[test]
fn what_no_spec_can_violate_is_current() {
    let all = constraints();
    for list in sites().unreachable {
        assert!(!list.because.is_empty());
        for entry in &list.constraints {
            assert!(all.iter().any(|constraint| means(entry, constraint)), "`{entry}` is no constraint");
        }
    }
}
