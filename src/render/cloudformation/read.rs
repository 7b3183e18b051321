//! A template read back: YAML or JSON as one tree of JSON, in which functions have their long form.
//!
//! What is read was deployed, by kiln or by somebody else, so nothing is taken for granted: depth and size have bounds,
//! and aliases, which CloudFormation refuses, are refused here too.

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use serde_json::{Map, Value, json};

/// How deep lists and maps may nest.
const MAX_DEPTH: usize = 64;

/// Reads a template.
///
/// # Errors
///
/// Why the text is no template, in words.
pub fn read(text: &str) -> Result<Value, String> {
    let value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => Reader { events: Parser::new_from_str(text) }.document()?,
    };
    match value.get("Resources") {
        Some(Value::Object(_)) => Ok(value),
        _ => Err("it has no `Resources`".to_owned()),
    }
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Value, String> {
        loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd | Event::DocumentEnd => return Err("it is empty".to_owned()),
                event => return self.value(event, 0),
            }
        }
    }

    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.events.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(format!("it is no YAML: {}", error.info())),
            None => Err("it ends too early".to_owned()),
        }
    }

    fn value(&mut self, event: Event<'a>, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("it nests more than {MAX_DEPTH} levels deep"));
        }
        let (value, tag) = match event {
            Event::Scalar(text, style, _, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                (if is_plain { plain(&text) } else { Value::from(text.as_ref()) }, tag)
            }
            Event::SequenceStart(_, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.value(event, depth + 1)?),
                    }
                }
                (Value::Array(items), tag)
            }
            Event::MappingStart(_, tag) => {
                let mut entries = Map::new();
                loop {
                    let key = match self.next()? {
                        Event::MappingEnd => break,
                        Event::Scalar(key, ..) => key.into_owned(),
                        _ => return Err("a key of it is no string".to_owned()),
                    };
                    let event = self.next()?;
                    entries.insert(key, self.value(event, depth + 1)?);
                }
                (Value::Object(entries), tag)
            }
            _ => return Err("it has an alias, which CloudFormation does not take".to_owned()),
        };
        Ok(match tag {
            Some(tag) => function(&tag, value),
            None => value,
        })
    }
}

/// What a scalar without quotes stands for. A date is a string: CloudFormation's own version is one.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
    }
}

/// A short form, `!Sub text`, as the long one.
fn function(tag: &Tag, value: Value) -> Value {
    if tag.handle != "!" {
        return value;
    }
    match (tag.suffix.as_str(), &value) {
        ("Ref" | "Condition", _) => json!({ tag.suffix.as_str(): value }),
        ("GetAtt", Value::String(path)) => match path.split_once('.') {
            Some((id, attribute)) => json!({ "Fn::GetAtt": [id, attribute] }),
            None => json!({ "Fn::GetAtt": [path] }),
        },
        (name, _) => {
            let name = format!("Fn::{name}");
            json!({ name: value })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_the_long_ones() {
        let text = "Resources:\n  A:\n    Type: T\n    Properties:\n      R: !Ref B\n      G: !GetAtt B.C.D\n      \
                    S: !Sub '${B}'\n      J: !Join ['', [a, !Ref B]]\n      N: 5\n      Q: '5'\n      T: true\n";
        let read = read(text).unwrap();
        assert_eq!(
            read["Resources"]["A"]["Properties"],
            json!({
                "R": { "Ref": "B" }, "G": { "Fn::GetAtt": ["B", "C.D"] }, "S": { "Fn::Sub": "${B}" },
                "J": { "Fn::Join": ["", ["a", { "Ref": "B" }]] }, "N": 5, "Q": "5", "T": true,
            })
        );
    }

    #[test]
    fn what_is_no_template_is_refused() {
        let deep = format!("Resources: {}{}", "[".repeat(100), "]".repeat(100));
        for text in ["", "a: 1", "Resources: []", "{", "a: &x 1\nResources: *x", "[", "Resources: {", &deep] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
