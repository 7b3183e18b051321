//! What kiln refuses, the double of the service refuses, and what kiln takes, it takes.
//!
//! Every component and workflow document of `tests/valid` and `tests/invalid` is made there with the service's own call. Where
//! the two differ, `tests/agreement.toml` says who is right by which source; a difference that is gone must be taken out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;

use crate::support::awsim::awsim;
use crate::support::{must, project, workspace};
use kiln::document::lint::{Kind, lint};
use kiln::document::{component, workflow};
use kiln::project::{Platform, Stage};
use serde_json::{Value, json};

const FOLDERS: [&str; 6] = [
    "tests/valid/components",
    "tests/valid/accepted",
    "tests/valid/workflows",
    "tests/invalid/lint",
    "tests/invalid/documents/components",
    "tests/invalid/workflows",
];

/// A document, and whether kiln takes it for what it is made as.
struct Case {
    sent: Value,
    errors: Vec<String>,
}

fn case(file: &str, text: &str) -> Option<Case> {
    let (kind, mut findings) = lint(file, text);
    let (kind, of) = match kind {
        Kind::Component => {
            let (document, _) = component::read(text);
            // It is made for the platform that suits it, as the user would.
            let windows = document.on_platform(Platform::Windows);
            let linux = document.on_platform(Platform::Linux);
            let is_windows = windows.len() < linux.len();
            findings.extend(if is_windows { windows } else { linux });
            ("component", if is_windows { "Windows" } else { "Linux" })
        }
        Kind::Workflow => {
            let (document, _) = workflow::read(text);
            let stages = [(Stage::Build, "BUILD"), (Stage::Test, "TEST"), (Stage::Distribution, "DISTRIBUTION")];
            let (found, word) = stages
                .map(|(stage, word)| (document.in_stage(stage), word))
                .into_iter()
                .min_by_key(|(found, _)| found.len())?;
            findings.extend(found);
            ("workflow", word)
        }
        Kind::Dockerfile | Kind::Foreign => return None,
    };
    let errors = findings.iter().filter(|finding| finding.code.severity == kiln::diagnostic::Severity::Error);
    let errors = errors.map(|finding| format!("{} {}", finding.code.id, finding.message)).collect();
    Some(Case { sent: json!({ "file": file, "kind": kind, "of": of, "data": text }), errors })
}

/// By the document: what is known of a difference.
fn known() -> BTreeMap<String, String> {
    let text = fs::read_to_string(project().join("tests/agreement.toml")).unwrap();
    let table = toml::de::DeTable::parse(&text).unwrap();
    let entries = table.get_ref().iter();
    entries.map(|(file, why)| (file.get_ref().to_string(), why.get_ref().as_str().unwrap().to_owned())).collect()
}

#[test]
fn the_service_agrees() {
    let Some(awsim) = awsim() else { return };
    let mut cases = BTreeMap::new();
    for folder in FOLDERS {
        for entry in fs::read_dir(project().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
            let file = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let text = if is_yaml { fs::read_to_string(&path).ok() } else { None };
            if let Some(case) = text.and_then(|text| case(&file, &text)) {
                cases.insert(file, case);
            }
        }
    }
    let sent: Vec<&Value> = cases.values().map(|case| &case.sent).collect();
    let file = workspace("agreement").join("cases.json");
    fs::write(&file, json!(sent).to_string()).unwrap();
    let said = must(awsim.ask("documents.py", "888800001111", &[&file]), "making documents");
    let said: BTreeMap<String, String> = serde_json::from_str(&said).unwrap();
    let mut known = known();
    let mut wrong = Vec::new();
    for (file, Case { errors, .. }) in &cases {
        let refusal = &said[file];
        let differs = errors.is_empty() != refusal.is_empty();
        if differs != known.remove(file).is_some() {
            let service = if refusal.is_empty() { "takes it" } else { refusal };
            wrong.push(format!("{file}: the double: {service}; kiln: {errors:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differences that are not known, or are gone:\n{}", wrong.len(), wrong.join("\n"));
    assert!(known.is_empty(), "no such documents: {known:?}");
    assert!(cases.len() > 80, "{} documents", cases.len());
}
