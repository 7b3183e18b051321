//! What the builder can say is what TOML can say.
//!
//! Each story has a twin, which is the same spec and gives the same bytes. Each key of the schema is in a story, so each
//! has been set by a builder method with the same outcome. The other way there is nothing to show: a struct of the spec
//! has no field that is no key, since both come from one declaration.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;

use kiln::diagnostic::Report;
use kiln::source::Source;
use kiln::spec;
use kiln::spec::reference::{Kind, TableDoc, root};
use kiln::synth::Format;
use kiln::versions::Lock;
use toml::de::{DeTable, DeValue};

use super::*;

/// A table and a key of it.
type Key = (&'static str, &'static str);

/// What a method is called whose key Rust keeps for itself, or that would say too little.
const OTHER_NAMES: [(&str, &str); 3] = [("type", "kind"), ("use", "component"), ("use", "workflow")];

fn text(story: &str, file: &str) -> Option<String> {
    fs::read_to_string(examples().join(story).join(file)).ok()
}

fn toml(story: &str) -> String {
    text(story, "kiln.toml").unwrap_or_else(|| panic!("there is no examples/{story}/kiln.toml"))
}

#[test]
fn every_story_has_a_twin() {
    let folders = fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().path());
    let stories: BTreeSet<String> = folders
        .filter(|folder| folder.join("kiln.toml").is_file())
        .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let twins: BTreeSet<String> = STORIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stories, twins, "a story of examples/ and its twin in examples/builder/ come together");
}

#[test]
fn twins_say_what_the_toml_says() {
    for (story, twin) in STORIES {
        let (read, report) = spec::read(&Source::new("kiln.toml", toml(story)));
        assert_eq!(report, Report::new(), "{story}");
        assert_eq!(twin(), read, "{story}");
    }
    assert_eq!((rest::spec(), Report::new()), spec::read(&Source::new("kiln.toml", rest::TOML)));
}

#[test]
fn twins_give_the_same_bytes() {
    for (story, twin) in STORIES {
        let lock = text(story, "kiln.lock").unwrap_or_default();
        let recorded = if lock.is_empty() { Lock::EMPTY } else { Lock::read(&Source::new("kiln.lock", lock)).0 };
        let (spec, files) = (twin(), Folder::new(examples().join(story)));
        let mut goldens = 0;
        for format in [Format::Yaml, Format::Json, Format::Hcl, Format::TfJson] {
            let golden = examples().join("../snapshots").join(story).join(format.file_name());
            // What a back end cannot express has no golden there; the tests of goldens say which story that is.
            let Ok(golden) = fs::read_to_string(golden) else { continue };
            let output = synth(Request::new(&spec, &files).recorded(&recorded).format(format)).output;
            assert!(output.unwrap().text == golden, "{story} gives another {}", format.file_name());
            goldens += 1;
        }
        assert!(goldens >= 2, "{story} has no goldens");
    }
}

#[test]
fn every_key_is_in_a_story() {
    let mut all = BTreeSet::new();
    schema(root().unwrap(), &mut all);
    let mut used = BTreeSet::new();
    let stories = STORIES.iter().map(|(story, _)| toml(story));
    for toml in stories.chain([rest::TOML.to_owned()]) {
        let table = DeTable::parse(&toml).unwrap();
        keys(table.get_ref(), root().unwrap(), &mut used);
    }
    let missing: Vec<_> = all.difference(&used).collect();
    assert!(missing.is_empty(), "no story sets these keys, nor does examples/builder/rest.rs: {missing:#?}");
    assert!(all.len() > 100, "the schema has more keys than {}", all.len());
}

#[test]
fn methods_are_called_as_keys_are() {
    let mut done = BTreeSet::new();
    each_table(root().unwrap(), &mut done, &mut |table| {
        for key in table.keys {
            let method = key.methods[0];
            let is_right = method == key.name.replace('-', "_") || OTHER_NAMES.contains(&(key.name, method));
            assert!(is_right, "`{}` of {} is set by `{method}`", key.name, table.name);
        }
    });
}

/// All keys of a table and of those below it.
fn schema(table: &'static TableDoc, all: &mut BTreeSet<Key>) {
    each_table(table, &mut BTreeSet::new(), &mut |table| {
        all.extend(table.keys.iter().map(|key| (table.name, key.name)));
    });
}

/// Visits each table once: some are reached on several ways.
fn each_table(table: &'static TableDoc, done: &mut BTreeSet<&'static str>, visit: &mut impl FnMut(&'static TableDoc)) {
    if done.insert(table.name) {
        visit(table);
        for key in table.keys {
            if let Some(inner) = (key.table)() {
                each_table(inner, done, visit);
            }
        }
    }
}

/// The keys that a table of a spec sets.
fn keys(table: &DeTable<'_>, doc: &'static TableDoc, used: &mut BTreeSet<Key>) {
    for (name, value) in table {
        let key = doc.keys.iter().find(|key| key.name == name.get_ref().as_ref()).unwrap();
        used.insert((doc.name, key.name));
        let Some(inner) = (key.table)() else { continue };
        match (key.kind, value.get_ref()) {
            (Kind::Map, DeValue::Table(entries)) => {
                entries.values().for_each(|entry| keys_of(entry.get_ref(), inner, used));
            }
            (_, value) => keys_of(value, inner, used),
        }
    }
}

/// The keys that a value sets: a table, or a list of them. A short form sets none.
fn keys_of(value: &DeValue<'_>, doc: &'static TableDoc, used: &mut BTreeSet<Key>) {
    match value {
        DeValue::Table(table) => keys(table, doc, used),
        DeValue::Array(items) => items.iter().for_each(|item| keys_of(item.get_ref(), doc, used)),
        _ => {}
    }
}
