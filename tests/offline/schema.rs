//! The schema of specs is what the readers and the checks say, as far as a schema can say it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use kiln::diagnostic::{Report, code};
use kiln::files::{Folder, InMemory};
use kiln::source::Source;
use kiln::spec::reference::{Kind, TableDoc, Values, root as declared};
use kiln::spec::{self, schema};
use kiln::synth::{Request, synth};
use kiln::versions::Lock;
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

/// Faults of these kinds are of shape: a schema can know them.
const OF_SHAPE: [&str; 7] = [
    code::EMPTY.id,
    code::BAD_ALLOWANCE.id,
    code::UNKNOWN_KEY.id,
    code::WRONG_TYPE.id,
    code::MISSING_KEY.id,
    code::BAD_CHOICE.id,
    code::OUT_OF_RANGE.id,
];

/// Specs whose only faults of these kinds come of what several places say together, with what it is.
const BEYOND: &[(&str, &str)] = &[
    ("dangling.toml", "a parameter of another type"),
    ("downgrades.toml", "which codes can be allowed"),
    ("platforms.toml", "the platform is needed only where the bases do not tell it"),
    ("raw.toml", "what is handed on as it is"),
    ("versions-by-hand.toml", "versions are needed only where nobody counts"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema::of_specs()).unwrap()
}

fn specs(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn as_json(text: &str) -> Option<Value> {
    fn convert(value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => json!(text),
            DeValue::Integer(number) => number.to_string().parse::<i64>().map_or(json!(1e300), |number| json!(number)),
            DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap()),
            DeValue::Boolean(flag) => json!(flag),
            // No key takes a date.
            DeValue::Datetime(_) => Value::Null,
            DeValue::Array(items) => items.iter().map(|item| convert(item.get_ref())).collect(),
            DeValue::Table(table) => of_table(table),
        }
    }
    fn of_table(table: &DeTable<'_>) -> Value {
        table.iter().map(|(key, value)| (key.get_ref().to_string(), convert(value.get_ref()))).collect()
    }
    Some(of_table(DeTable::parse(text).ok()?.get_ref()))
}

/// JSON as TOML, in line.
fn as_toml(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key} = {}", as_toml(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(as_toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// What reading and checking find, by code and message.
fn findings(path: &Path, text: &str) -> Vec<(&'static str, String)> {
    let (spec, read) = spec::read(&Source::new("kiln.toml", text));
    let (files, recorded) = (Folder::new(path.parent().unwrap()), Lock::default());
    let report: Report = synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None }).report;
    report.iter().map(|finding| (finding.code.id, finding.message.clone())).collect()
}

#[test]
fn what_is_right_is_right_by_the_schema() {
    let validator = validator();
    let mut seen = 0;
    for path in ["examples", "templates", "tests/types"].into_iter().flat_map(specs) {
        let spec = as_json(&fs::read_to_string(&path).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&spec).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn faults_of_shape_are_faults_by_the_schema() {
    let validator = validator();
    let (mut refused, mut wrong) = (0, Vec::new());
    for path in specs("tests/invalid") {
        let Some(spec) = fs::read_to_string(&path).ok().and_then(|text| as_json(&text)) else { continue };
        let found = findings(&path, &fs::read_to_string(&path).unwrap());
        let of_shape: Vec<_> = found.iter().filter(|(code, _)| OF_SHAPE.contains(code)).collect();
        let name = path.strip_prefix(root().join("tests/invalid")).unwrap().to_string_lossy().into_owned();
        let is_beyond = BEYOND.iter().any(|(beyond, _)| *beyond == name);
        match (of_shape.is_empty(), validator.is_valid(&spec)) {
            (false, true) if !is_beyond => wrong.push(format!("{name} is right by the schema: {of_shape:?}")),
            (false, false) if is_beyond => wrong.push(format!("{name} is not beyond the schema")),
            (true, false) => {
                let errors = validator.iter_errors(&spec).map(|error| format!("{}: {error}", error.instance_path()));
                wrong.push(format!("{name} is wrong by the schema alone: {:?}", errors.collect::<Vec<_>>()));
            }
            (false, false) => refused += 1,
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(refused >= 10, "{refused}");
}

/// Every table of the declarations, once, with the way to it: keys, and `NAME` for a name of the user's.
fn tables() -> Vec<(Vec<(&'static str, Kind)>, &'static TableDoc)> {
    let mut found: Vec<(Vec<(&str, Kind)>, &TableDoc)> = vec![(Vec::new(), declared().unwrap())];
    let mut next = 0;
    while next < found.len() {
        let (path, table) = found[next].clone();
        for key in table.keys {
            if let Some(inner) = (key.table)()
                && !found.iter().any(|(_, known)| known.name == inner.name)
            {
                found.push(([path.clone(), vec![(key.name, key.kind)]].concat(), inner));
            }
        }
        next += 1;
    }
    found
}

/// A spec that says this in this table and nothing else there.
fn spec_with(path: &[(&str, Kind)], table: Value) -> String {
    let inner = path.iter().rev().fold(table, |value, (key, kind)| match kind {
        Kind::One => json!({*key: value}),
        Kind::List => json!({*key: [value]}),
        Kind::Map => json!({*key: {"one": value}}),
    });
    let mut spec = json!({
        "name": "web",
        "component": {"c": {"build": ["true"]}},
        "pipeline": {"one": {"base": "amazon-linux-2023/arm64", "components": ["c"]}},
    });
    merge(&mut spec, inner);
    spec.as_object().unwrap().iter().map(|(key, value)| format!("{key} = {}\n", as_toml(value))).collect()
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// The words and the ranges that a declaration lists for schemas are those that the checks tell.
#[test]
fn words_and_ranges_are_those_of_the_checks() {
    let mut seen = 0;
    for (path, table) in tables() {
        for key in table.keys {
            let (wrong, expected) = match key.values {
                // The checks take some of them for AMIs and the others for containers.
                Values::Words(_) if key.name == "include" => continue,
                Values::Open => continue,
                Values::Words(words) => {
                    let wrong = json!("no-such-word");
                    (wrong, words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>())
                }
                Values::Range(least, most) => (json!(most + 1), vec![format!("{least} to {most}")]),
            };
            let wrong = if key.kind == Kind::List { json!([wrong]) } else { wrong };
            // What a table needs is looked at first.
            let mut entries = json!({key.name: wrong});
            for group in table.needs.iter().filter(|group| !path.is_empty() && !group.contains(&key.name)) {
                merge(&mut entries, json!({group[0]: "x"}));
            }
            let text =
                spec_with(&path, if table.name == "Pipeline" { json!({key.name: entries[key.name]}) } else { entries });
            let (spec, read) = spec::read(&Source::new("kiln.toml", text.as_str()));
            let (files, recorded) = (InMemory::default(), Lock::default());
            let report = synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None }).report;
            let told = report.iter().find(|it| [code::BAD_CHOICE, code::OUT_OF_RANGE].contains(&it.code));
            let told = told.unwrap_or_else(|| panic!("nothing is said of `{}` in\n{text}", key.name));
            let message = format!("{} {}", told.message, told.help.join(" "));
            for word in &expected {
                assert!(message.contains(word.as_str()), "{}: {message} lacks {word}", key.name);
            }
            let listed = told.message.matches('`').count() / 2;
            let is_list = told.message.contains("is not one of");
            assert!(!is_list || listed == expected.len() + 1, "{}: {message}, expected {expected:?}", key.name);
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen}");
}

/// What a table needs by its declaration is what the checks miss in an empty one, and every table is reached.
#[test]
fn what_is_needed_is_what_the_checks_miss() {
    for (path, table) in tables() {
        if table.needs.is_empty() || path.is_empty() || ["Pipeline", "Allow"].contains(&table.name) {
            continue;
        }
        let text = spec_with(&path, json!({}));
        let (spec, read) = spec::read(&Source::new("kiln.toml", text.as_str()));
        let (files, recorded) = (InMemory::default(), Lock::default());
        let report = synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None }).report;
        let counts = report.iter().filter(|finding| finding.code == code::MISSING_KEY).count();
        assert!(counts >= 1, "an empty {} is right by the checks:\n{text}", table.name);
    }
}

/// Whoever edits a spec sees what a key means, and what it is without being said.
#[test]
fn every_key_is_described_and_defaults_are_valid() {
    let schema = schema::of_specs();
    let definitions = schema["definitions"].as_object().unwrap();
    let mut defaults = 0;
    for table in definitions.values().chain([&schema]) {
        for (name, key) in table["properties"].as_object().unwrap() {
            assert!(key["description"].as_str().is_some_and(|text| text.len() > 10), "{name}");
            let mut alone = key.clone();
            alone["definitions"] = schema["definitions"].clone();
            let validator = jsonschema::validator_for(&alone).unwrap();
            for value in key.get("default").into_iter().chain(key["examples"].as_array().into_iter().flatten()) {
                assert!(validator.is_valid(value), "{name}: {value}");
            }
            defaults += usize::from(key.get("default").is_some());
        }
    }
    assert!(defaults >= 20, "{defaults}");
}
