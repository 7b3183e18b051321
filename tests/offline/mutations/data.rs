//! The files of this test.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

/// A file of the project.
pub(crate) fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A JSON file's value.
pub(crate) fn json<T: DeserializeOwned>(file: &str) -> T {
    serde_json::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A TOML file's value: strings, lists and tables.
pub(crate) fn toml<T: DeserializeOwned>(file: &str) -> T {
    let text = read(file);
    let (table, errors) = DeTable::parse_recoverable(&text);
    assert!(errors.is_empty(), "{file}: {errors:?}");
    serde_json::from_value(of_table(table.get_ref())).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn of_table(table: &DeTable<'_>) -> Value {
    let entries = table.iter().map(|(key, value)| (key.get_ref().to_string(), of_value(value.get_ref())));
    Value::Object(entries.collect::<Map<_, _>>())
}

fn of_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Array(items) => items.iter().map(|item| of_value(item.get_ref())).collect(),
        DeValue::Table(table) => of_table(table),
        other => panic!("a value of this type is not read: {other:?}"),
    }
}
