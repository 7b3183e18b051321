//! Who may use whom, and how large a file may be.
//!
//! The rooms of `src` and what each may use of the others are listed here as ARCHITECTURE.md explains them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms that it may use besides itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("raw", &[]),
    ("resource", &[]),
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("project", &["raw"]),
    ("table", &["diagnostic", "project", "source"]),
    ("spec", &["diagnostic", "raw", "source", "table"]),
    ("matrix", &["diagnostic", "project", "source", "spec", "table"]),
    ("document", &["diagnostic", "project"]),
    ("files", &["diagnostic", "matrix", "project", "source"]),
    ("check", &["diagnostic", "document", "files", "matrix", "project", "raw", "source", "spec"]),
    ("versions", &["diagnostic", "project", "raw", "resource", "source", "table"]),
    ("plan", &["diagnostic", "project", "raw", "resource", "source", "versions"]),
    ("render", &["plan", "raw", "resource"]),
    ("graph", &["project", "source"]),
    ("synth", &["check", "diagnostic", "files", "matrix", "plan", "project", "render", "spec", "versions"]),
    ("review", &["files", "plan", "project", "raw", "resource", "source", "spec"]),
    ("deploy", &["plan", "project", "raw", "render", "resource", "review", "source", "spec"]),
    ("build", &["deploy", "document", "plan", "resource", "source", "spec"]),
    ("aws", &["build", "deploy"]),
];

/// A file of more lines is two files. Tables of data are long by nature.
const MOST_LINES: usize = 600;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found
}

/// The room of a file: the first part of its path below `src`.
fn room(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The code without comments: what documentation refers to is not used.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn rooms_use_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        let Some(may_use) = allowed.get(room.as_str()) else {
            assert!(room == "lib" || room == "bin", "the room `{room}` is not in the list");
            continue;
        };
        for (other, _) in ROOMS {
            let uses = code(&text).contains(&format!("crate::{other}::"))
                || code(&text).contains(&format!("use crate::{other};"));
            if uses && *other != room && !may_use.contains(other) {
                wrong.push(format!("{} uses `{other}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_binary_touches_the_outside() {
    let outside = [
        "std::env",
        "std::process",
        "println!",
        "eprintln!",
        "std::io::stdout",
        "clap::",
        "std::time::Instant",
        "SystemTime",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        let code = code(&text);
        if room == "bin" {
            continue;
        }
        wrong.extend(
            outside.iter().filter(|word| code.contains(**word)).map(|word| format!("{}: {word}", path.display())),
        );
        if code.contains("std::fs") && room != "files" {
            wrong.push(format!("{}: std::fs", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A clock that jumps while a stack is followed changes nothing: waits and limits are measured by one that cannot.
#[test]
fn the_time_of_day_decides_nothing() {
    // A number that no other run has, and how old images are.
    let may = ["bin/kiln/deploying/place.rs", "bin/kiln/commands/images.rs"];
    let knows = |path: &Path, text: &str| code(text).contains("SystemTime") && !may.iter().any(|it| path.ends_with(it));
    let wrong: Vec<_> = sources().into_iter().filter(|(path, text)| knows(path, text)).map(|(path, _)| path).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_one_room_knows_the_sdk_and_the_runtime() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let code = code(&text);
        let room = room(&path);
        // The binary makes the runtime, and hears signals.
        let forbidden = ["aws_sdk_", "aws_config", "tokio::"].iter().filter(|word| match room.as_str() {
            "aws" => false,
            "bin" => **word != "tokio::",
            _ => true,
        });
        wrong.extend(forbidden.filter(|word| code.contains(**word)).map(|word| format!("{}: {word}", path.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Text from outside cannot reach a terminal as more than text: one file writes all streams, and all lines for people are
/// a `Page`, which makes what is put on it visible.
#[test]
fn one_file_writes_what_people_read() {
    // The writer itself, what it writes, and the lines that are drawn again while time passes.
    let may = |path: &Path| ["bin/kiln/output.rs", "bin/kiln/output/page.rs"].iter().any(|it| path.ends_with(it));
    let words = ["io::stdout", "io::stderr", "AutoStream", "anstream", "print!(", "println!(", "eprintln!("];
    // Whether there is a terminal may be asked.
    let asks = |line: &str| ["stdout", "stderr"].iter().any(|it| line.contains(&format!("{it}().is_terminal()")));
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| room(path) == "bin" && !may(path)) {
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code(own).lines().filter(|line| !asks(line)) {
            let is_sequence = (line.contains("x1b") || line.contains("u{1b}")) && !path.ends_with("deploying/live.rs");
            // A style in a format. The help of clap has its own, and JSON the same mark for its long form.
            let is_style = line.contains(":#}") && !["args.rs", "schema.rs"].iter().any(|it| path.ends_with(it));
            if is_sequence || is_style || words.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is written to stdout byte for byte is for programs and files; text for people is printed as a `Page`.
#[test]
fn only_products_are_written_byte_for_byte() {
    const PRODUCTS: [&str; 18] = [
        "check",
        "completions",
        "diff",
        "document",
        "explain",
        "graph",
        "images",
        "key_policy",
        "list",
        "man",
        "policy",
        "promote",
        "prune",
        "schema",
        "status",
        "synth",
        "output",
        "view",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| room(path) == "bin") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if code(&text).contains(".product(") && !PRODUCTS.contains(&name) {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_small_and_rooms_have_a_door() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", path.display());
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
    }
}

/// Macros that make types: the documentation is written where they are called.
const MAKERS: [&str; 3] = ["table! {", "text! {", "hex_ids! {"];

#[test]
fn every_public_type_has_an_example() {
    let mut lacking = Vec::new();
    let mut count = 0;
    for (path, text) in sources().into_iter().filter(|(path, _)| room(path) != "bin") {
        let lines: Vec<&str> = text.lines().collect();
        let mut is_made = false;
        for (index, line) in lines.iter().enumerate() {
            let is_type = ["pub struct ", "pub enum ", "pub trait "].iter().any(|start| line.starts_with(start));
            is_made = MAKERS.contains(line) || (is_made && *line != "}");
            let before = lines[..index].iter().rev().map(|line| line.trim_start());
            let documented = before.clone().take_while(|line| line.starts_with("///") || line.starts_with("#["));
            // The name stands behind the documentation, one level in, and not behind a blank line.
            let begins = line.starts_with("    ") && line[4..].starts_with(|first: char| first.is_ascii_uppercase());
            let is_named = is_made && begins && before.clone().next().is_some_and(|line| line.starts_with("///"));
            if !is_type && !is_named {
                continue;
            }
            count += 1;
            if !documented.into_iter().any(|line| line.starts_with("/// ```")) {
                lacking.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
            }
        }
    }
    assert!(lacking.is_empty() && count > 400, "{count} types, without an example: {lacking:#?}");
}

/// Ids are made of origins in one place, and taken apart there alone: elsewhere an id is compared as a whole, and who
/// wants to know what it belongs to asks the origin.
#[test]
fn only_the_plan_takes_ids_apart() {
    // The ways in which an id is split or joined.
    let apart = [
        "strip_suffix",
        "strip_prefix",
        "ends_with",
        "starts_with",
        "split_once",
        "rsplit",
        "trim_end_matches",
        "trim_start_matches",
    ];
    let ids = ["address.cloudformation", "address.terraform", "logical_id", "item.id", "policy.id"];
    // Ends of ids, which nobody else has to know.
    let ends = [
        "Recipe\"",
        "Pipeline\"",
        "LifecyclePolicy\"",
        "LatestImage\"",
        "Cascade\"",
        "InstanceRole\"",
        "ExecutionRole\"",
        "LifecycleRole\"",
        "LogBucket\"",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if room(&path) == "plan" || path.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code(&text).lines().enumerate() {
            let is_test = text.lines().take(number).any(|line| line.trim() == "#[cfg(test)]");
            let takes = ids.iter().any(|id| line.contains(id)) && apart.iter().any(|way| line.contains(way));
            let joins = line.contains("format!(") && ends.iter().any(|end| line.contains(end));
            let compares = ["== \"", "ends_with(\"", "strip_suffix(\""].iter().any(|way| line.contains(way))
                && ends.iter().any(|end| line.contains(end))
                && !line.contains("AWS::");
            let spells = line.contains(".pascal()") && !path.ends_with("check/names.rs") && room(&path) != "project";
            if !is_test && (takes || joins || compares || spells) {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
