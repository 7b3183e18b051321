//! The JSON Schema of a spec, for editors, from the declarations that read it.
//!
//! It is of draft 7, the newest one that TOML servers (taplo, Even Better TOML) and YAML servers both read. A schema knows keys,
//! types and words, and what a table cannot do without. What several places of a spec must be together, and what a value
//! means, only `kiln check` knows.

use serde_json::{Map, Value, json};

use super::Spec;
use super::reference::prose;
use crate::table::{Form, KeyDoc, Kind, Read, TableDoc, Values};

/// Stands for what a matrix puts in: such a value is checked when the pipeline is fanned out.
const PLACEHOLDER: &str = r"\$\{";

/// The schema of a spec.
#[must_use]
pub fn of_specs() -> Value {
    let mut definitions = Map::new();
    let mut root = Map::new();
    root.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    root.insert("title".to_owned(), json!("kiln spec"));
    if let Some(table) = Spec::TABLE {
        root.extend(object(table, &mut definitions));
    }
    definitions.sort_keys();
    root.insert("definitions".to_owned(), Value::Object(definitions));
    Value::Object(root)
}

/// A table with its keys and no others.
fn object(table: &'static TableDoc, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), described(key, definitions))).collect();
    let mut schema = Map::new();
    schema.insert("description".to_owned(), json!(prose(table.doc)));
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), json!(false));
    let (alone, groups): (Vec<&[&str]>, Vec<&[&str]>) = table.needs.iter().partition(|group| group.len() == 1);
    if !alone.is_empty() {
        schema.insert("required".to_owned(), json!(alone.concat()));
    }
    let one_of =
        |group: &[&str]| json!({"anyOf": group.iter().map(|key| json!({"required": [key]})).collect::<Value>()});
    if !groups.is_empty() {
        schema.insert("allOf".to_owned(), groups.into_iter().map(one_of).collect());
    }
    schema
}

/// A key: what its value looks like, and what it means.
fn described(key: &KeyDoc, definitions: &mut Map<String, Value>) -> Value {
    let mut value = any_of(&(key.forms)(), key.values, definitions);
    let doc = prose(key.doc);
    let samples: Vec<Value> = examples(&doc).into_iter().map(|sample| sample_of(sample, key)).collect();
    let mut schema = match key.kind {
        Kind::One => value,
        Kind::List => {
            put(&mut value, "examples", samples.clone());
            json!({"type": "array", "items": value})
        }
        Kind::Map => json!({"type": "object", "additionalProperties": value}),
    };
    // Beside a reference, nothing else counts.
    if schema.get("$ref").is_some() {
        schema = json!({"allOf": [schema]});
    }
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".to_owned(), json!(doc));
        if let (Kind::One, Some(default)) = (key.kind, default(&doc)) {
            schema.insert("default".to_owned(), sample_of(default, key));
        }
    }
    if key.kind == Kind::One {
        put(&mut schema, "examples", samples);
    }
    schema
}

fn put(schema: &mut Value, key: &str, items: Vec<Value>) {
    if let (Value::Object(schema), false) = (schema, items.is_empty()) {
        schema.insert(key.to_owned(), Value::Array(items));
    }
}

fn any_of(forms: &[Form], values: Values, definitions: &mut Map<String, Value>) -> Value {
    let mut schemas: Vec<Value> = forms.iter().flat_map(|form| of_form(form, values, definitions)).collect();
    match schemas.len() {
        1 => schemas.remove(0),
        _ => json!({"anyOf": schemas}),
    }
}

fn of_form(form: &Form, values: Values, definitions: &mut Map<String, Value>) -> Vec<Value> {
    vec![match (form, values) {
        (Form::Text, Values::Words(words)) => {
            return vec![json!({"enum": words}), json!({"type": "string", "pattern": PLACEHOLDER})];
        }
        (Form::Text, _) => json!({"type": "string"}),
        (Form::Word(word), _) => {
            return vec![json!({"const": word}), json!({"type": "string", "pattern": PLACEHOLDER})];
        }
        (Form::Flag, _) => json!({"type": "boolean"}),
        (Form::Whole, Values::Range(least, most)) => json!({"type": "integer", "minimum": least, "maximum": most}),
        (Form::Whole, _) => json!({"type": "integer"}),
        (Form::Table(table), _) => {
            if !definitions.contains_key(table.name) {
                // Its place is taken first: tables may hold one another.
                definitions.insert(table.name.to_owned(), Value::Null);
                let schema = Value::Object(object(table, definitions));
                definitions.insert(table.name.to_owned(), schema);
            }
            json!({"$ref": format!("#/definitions/{}", table.name)})
        }
        (Form::List(items), _) => json!({"type": "array", "items": any_of(items, Values::Open, definitions)}),
        (Form::Map(values), _) => {
            json!({"type": "object", "additionalProperties": any_of(values, Values::Open, definitions)})
        }
        (Form::Anything, _) => json!({}),
    }]
}

/// The default that a documentation names: "`x` (default)", or "`x` unless said otherwise".
fn default(doc: &str) -> Option<&str> {
    let before = [" (default)", " unless said otherwise"].iter().find_map(|mark| doc.split_once(mark))?.0;
    before.strip_suffix('`')?.rsplit('`').next()
}

/// The values that a documentation names as examples: code after "such as", and quoted strings.
fn examples(doc: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut pieces = doc.split('`');
    let mut before = pieces.next().unwrap_or_default();
    while let (Some(code), Some(after)) = (pieces.next(), pieces.next()) {
        let is_sample = before.ends_with("uch as ") || (code.starts_with('"') && code.ends_with('"'));
        // A beginning of a value is none, and neither is one that has an ellipsis.
        if is_sample && !code.contains('…') && !found.contains(&code) {
            found.push(code);
        }
        before = after;
    }
    found
}

/// A value as it stands in the documentation, in the type of its key.
fn sample_of(text: &str, key: &KeyDoc) -> Value {
    let is_plain = (key.forms)().iter().any(|form| matches!(form, Form::Flag | Form::Whole));
    match serde_json::from_str(text) {
        Ok(value) if is_plain || text.starts_with('"') => value,
        _ => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_tells_defaults_and_examples() {
        assert_eq!(default("`lock` (default): kiln counts."), Some("lock"));
        assert_eq!(default("Whether it is on: `true` unless said otherwise."), Some("true"));
        assert_eq!(default("`ami` and `snapshots`, or `containers`, unless said otherwise."), None);
        assert_eq!(default("`true` unless this one has a `schedule`."), None);
        assert_eq!(examples("How long, such as `\"90 days\"`: `x`."), ["\"90 days\""]);
        assert_eq!(examples("Such as `lt-…`, or such as `ephemeral0`"), ["ephemeral0"]);
    }
}
