//! Declarations as JSON Schema (draft 7, which editors know best).

use serde_json::{Map, Value, json};

use super::check::StandIns;
use super::{Action, Field, Kind, Rule};
use crate::document::condition::{BRANCHES, Baseline, Grammar, LOGICAL, Operator};

/// A map with these keys and no others.
pub(crate) fn map(fields: &[Field], stand_ins: StandIns) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut either = Vec::new();
    for field in fields {
        properties.insert(field.name.to_owned(), described(field, stand_ins));
        let path = format!("{}.$", field.name);
        match (stand_ins, field.required) {
            (StandIns::Paths, true) => {
                either.push(json!({"anyOf": [{"required": [field.name]}, {"required": [path]}]}));
            }
            (_, true) => required.push(field.name),
            _ => {}
        }
        if stand_ins == StandIns::Paths {
            properties.insert(path, json!({"description": field.doc, "type": "string", "pattern": r"^\$\."}));
        }
    }
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    insert(&mut schema, "required", &json!(required), !required.is_empty());
    insert(&mut schema, "allOf", &json!(either), !either.is_empty());
    schema
}

fn described(field: &Field, stand_ins: StandIns) -> Value {
    let mut schema = value(field.kind, stand_ins);
    // Beside a reference, nothing else counts.
    if schema.get("$ref").is_some() {
        schema = json!({"allOf": [schema]});
    }
    insert(&mut schema, "description", &json!(field.doc), true);
    if let Some(default) = field.default {
        let default = match field.kind {
            Kind::Flag | Kind::Integer(..) => serde_json::from_str(default).unwrap_or_else(|_| json!(default)),
            _ => json!(default),
        };
        insert(&mut schema, "default", &default, true);
    }
    schema
}

fn value(kind: Kind, stand_ins: StandIns) -> Value {
    let text = json!({"type": "string"});
    let schema = match kind {
        Kind::Any => return json!({}),
        Kind::Own(name) => return json!({"$ref": format!("#/definitions/{name}")}),
        Kind::Text | Kind::Json(_) => return text,
        Kind::TextMap => json!({"type": "object", "additionalProperties": text}),
        Kind::TextsMap => json!({
            "type": "object",
            "patternProperties": {r"\.\$$": text},
            "additionalProperties": {"type": "array", "items": text},
        }),
        Kind::Texts => json!({"type": "array", "minItems": 1, "items": text}),
        Kind::Map(fields) => map(fields, stand_ins),
        Kind::List(fields) => json!({"type": "array", "minItems": 1, "items": map(fields, stand_ins)}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::AnyCaseWord(words) => {
            let letter = |c: char| match c {
                c if c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
                c => c.to_string(),
            };
            let words: Vec<String> = words.iter().map(|word| word.chars().map(letter).collect()).collect();
            json!({"type": "string", "pattern": format!("^({})$", words.join("|"))})
        }
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Integer(least, most) => {
            let mut schema = json!({"type": "integer"});
            insert(&mut schema, "minimum", &json!(least), least != i64::MIN);
            insert(&mut schema, "maximum", &json!(most), most != i64::MAX);
            schema
        }
        Kind::Account => json!({"anyOf": [
            {"type": "string", "pattern": "^[0-9]{12}$"},
            {"type": "integer", "minimum": 100_000_000_000_i64, "maximum": 999_999_999_999_i64},
        ]}),
        Kind::Permissions => json!({"type": "string", "pattern": "^[0-7]{3,4}$"}),
    };
    if stand_ins == StandIns::None {
        schema
    } else {
        json!({"anyOf": [schema, {"type": "string", "pattern": r"\{\{"}]})
    }
}

/// What a step must be once its action is known.
pub(crate) fn of_action(action: &Action, stand_ins: StandIns) -> Value {
    let mut entry = map(action.inputs, stand_ins);
    for rule in action.rules {
        match *rule {
            Rule::OneOf(one, other) => {
                insert(&mut entry, "oneOf", &json!([{"required": [one]}, {"required": [other]}]), true);
            }
            Rule::Together(one, other) => {
                insert(&mut entry, "dependencies", &json!({one: [other], other: [one]}), true);
            }
        }
    }
    let inputs = match (action.is_list, action.needs_inputs()) {
        (true, _) => json!({"type": "array", "minItems": 1, "items": entry}),
        (false, true) => entry,
        (false, false) => json!({"anyOf": [{"type": "null"}, entry]}),
    };
    then(action, &inputs, action.needs_inputs())
}

/// What a step with the action must have as its inputs.
pub(crate) fn then(action: &Action, inputs: &Value, is_needed: bool) -> Value {
    let mut step = json!({"properties": {"inputs": inputs}});
    insert(&mut step, "required", &json!(["inputs"]), is_needed);
    json!({"if": {"properties": {"action": {"const": action.name}}, "required": ["action"]}, "then": step})
}

/// The names of actions with what they do.
pub(crate) fn actions<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Value {
    let actions = actions.into_iter().map(|action| json!({"const": action.name, "description": action.doc}));
    json!({"oneOf": actions.collect::<Vec<Value>>()})
}

/// Conditions: those that stand alone, under `condition`, and those inside of others, under `nested`.
pub(crate) fn conditions(grammar: &Grammar, definitions: &mut Map<String, Value>) {
    let branch = json!({"enum": BRANCHES});
    let beside = if grammar.has_branches { vec![("then", branch.clone()), ("else", branch)] } else { Vec::new() };
    for (name, beside) in [("condition", beside), ("nested", Vec::new())] {
        let mut kinds: Vec<Value> = grammar.operators.iter().map(|operator| comparison(operator, &beside)).collect();
        for logical in LOGICAL {
            let nested = json!({"$ref": "#/definitions/nested"});
            let mut list = json!({"type": "array", "minItems": 1, "items": nested});
            insert(&mut list, "maxItems", &json!(grammar.most_children), grammar.most_children != usize::MAX);
            kinds.push(one_key(logical, if logical == "not" { nested } else { list }, &beside));
        }
        definitions.insert(name.to_owned(), json!({"oneOf": kinds}));
    }
}

fn comparison(operator: &Operator, beside: &[(&str, Value)]) -> Value {
    let single = json!({"type": ["string", "number", "boolean"]});
    let baseline = match operator.baseline {
        Baseline::Text => single.clone(),
        Baseline::Number => json!({"type": ["number", "string"]}),
        Baseline::Flag => json!({"type": ["boolean", "string"]}),
        Baseline::Checksum(digits) => {
            json!({"type": "string", "pattern": format!(r"^[0-9A-Fa-f]{{{digits}}}$|\{{\{{")})
        }
    };
    let mut schema = one_key(operator.name, baseline, beside);
    if let Some(tested) = operator.tested {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert(tested.to_owned(), single);
        }
        insert(&mut schema, "required", &json!([operator.name, tested]), true);
    }
    schema
}

fn one_key(name: &str, value: Value, beside: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    properties.insert(name.to_owned(), value);
    properties.extend(beside.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    json!({"type": "object", "properties": properties, "required": [name], "additionalProperties": false})
}

fn insert(schema: &mut Value, key: &str, value: &Value, is_wanted: bool) {
    if let (Value::Object(schema), true) = (schema, is_wanted) {
        schema.insert(key.to_owned(), value.clone());
    }
}
