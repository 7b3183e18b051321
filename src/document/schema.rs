//! JSON Schemas of documents for editors, from the declarations that documents are checked with.
//!
//! A schema knows keys, types and words. What several places of a document must be together, such as references to
//! steps, only `kiln check` knows.

use serde_json::{Map, Value, json};

use super::component::actions as component;
use super::grammar::check::StandIns;
use super::grammar::schema::{actions, conditions, map, of_action, then};
use super::grammar::{Action, Field};
use super::workflow::actions as workflow;

/// The schema of component documents.
#[must_use]
pub fn of_components() -> Value {
    let mut definitions = Map::new();
    conditions(&component::CONDITIONS, &mut definitions);
    let named = |fields: &[Field]| {
        let entry = json!({
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "patternProperties": {"^[A-Za-z0-9_-]{3,128}$": map(fields, StandIns::None)},
            "additionalProperties": false,
        });
        json!({"type": ["array", "null"], "items": entry})
    };
    let condition = json!({"$ref": "#/definitions/condition"});
    let inputs = component::ACTIONS.iter().map(|action| match action.name {
        "Assert" => then(action, &condition, true),
        _ => of_action(action, StandIns::Expressions),
    });
    let step = step(component::STEP, inputs.collect());
    let each = map(component::FOR_EACH, StandIns::Expressions);
    let list = json!({"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}});
    let delimiters: Vec<&str> = component::DELIMITERS.iter().copied().chain(["\\n", "\\t"]).collect();
    let mut repeated = map(component::LOOP, StandIns::None);
    if let Value::Object(repeated) = &mut repeated {
        repeated.insert("oneOf".to_owned(), json!([{"required": ["for"]}, {"required": ["forEach"]}]));
    }
    let own = [
        ("parameters", named(component::PARAMETER)),
        ("constants", named(component::CONSTANT)),
        ("phases", json!({"type": "array", "minItems": 1, "items": map(component::PHASE, StandIns::None)})),
        ("steps", json!({"type": "array", "minItems": 1, "items": step})),
        ("action", actions(component::ACTIONS)),
        ("loop", repeated),
        ("for", map(component::FOR, StandIns::None)),
        ("forEach", json!({"anyOf": [list, each]})),
        ("delimiter", json!({"enum": delimiters})),
    ];
    definitions.extend(own.map(|(name, schema)| (name.to_owned(), schema)));
    document("AWSTOE component document", map(component::DOCUMENT, StandIns::None), definitions)
}

/// The schema of workflow documents.
#[must_use]
pub fn of_workflows() -> Value {
    let mut definitions = Map::new();
    conditions(&workflow::CONDITIONS, &mut definitions);
    let known: Vec<Action> = workflow::ACTIONS.iter().map(|known| known.action).collect();
    let inputs = workflow::ACTIONS.iter().map(|known| {
        let mut schema = of_action(&known.action, StandIns::Paths);
        let (default, most) = known.timeout;
        if let Some(Value::Object(properties)) = schema.get_mut("then").and_then(|then| then.get_mut("properties")) {
            let timeout = json!({"type": "integer", "minimum": 1, "maximum": most, "default": default});
            properties.insert("timeoutSeconds".to_owned(), timeout);
        }
        schema
    });
    let step = step(workflow::STEP, inputs.collect());
    let own = [
        ("steps", json!({"type": "array", "minItems": 1, "maxItems": super::workflow::MOST_STEPS, "items": step})),
        ("action", actions(&known)),
        ("path", json!({"type": "string", "pattern": r"^\$\."})),
    ];
    definitions.extend(own.map(|(name, schema)| (name.to_owned(), schema)));
    document("EC2 Image Builder workflow document", map(workflow::DOCUMENT, StandIns::None), definitions)
}

/// A step whose inputs depend on its action.
fn step(fields: &[Field], by_action: Vec<Value>) -> Value {
    let mut step = map(fields, StandIns::None);
    if let Value::Object(step) = &mut step {
        step.insert("allOf".to_owned(), Value::Array(by_action));
    }
    step
}

fn document(title: &str, mut root: Value, mut definitions: Map<String, Value>) -> Value {
    definitions.insert("schemaVersion".to_owned(), json!({"enum": [1.0, "1.0"]}));
    // What a step takes depends on its action alone.
    definitions.insert("inputs".to_owned(), json!({}));
    if let Value::Object(root) = &mut root {
        root.insert("definitions".to_owned(), Value::Object(definitions));
        root.insert("title".to_owned(), json!(title));
        root.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    }
    root
}
