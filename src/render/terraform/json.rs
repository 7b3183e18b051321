//! Prints a configuration in Terraform's JSON syntax.
//!
//! Labels are levels of nesting, so all resources of a type stand under one key; blocks that repeat are a list. A string
//! is a template wherever Terraform evaluates it, and so are the keys of an object. What Terraform reads before it can
//! evaluate anything (settings, types, descriptions, defaults) is taken character by character.

use std::borrow::Cow;

use hcl::expr::{ObjectKey, TemplateExpr};
use hcl::structure::{Block, BlockLabel};
use hcl::{Body, Expression, Number};
use serde::ser::{Serialize, Serializer};

use super::{hcl as syntax, literal};
use crate::render::json_text;

/// A JSON value that borrows what it can: documents are large, and most objects too small to be worth a hash table.
#[derive(Debug)]
enum Json<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Number(&'a Number),
    List(Vec<Json<'a>>),
    Map(Object<'a>),
}

type Object<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// How Terraform reads a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As a template.
    Template,
    /// As its characters.
    Characters,
    /// As an expression in itself.
    Keyword,
}

/// The text of a configuration, with two spaces a level and a newline at the end.
pub(super) fn document(body: &Body, marker: &str) -> String {
    let mut document = object(body, "");
    if !marker.is_empty() {
        document.insert(0, (super::JSON_MARKER.into(), Json::Text(marker.into())));
    }
    json_text(&Json::Map(document))
}

/// The arguments and blocks of a block of this type.
fn object<'a>(body: &'a Body, of: &str) -> Object<'a> {
    let mut object = Object::new();
    for attribute in body.attributes() {
        object.push((attribute.key().into(), value(attribute.expr(), reading(of, attribute.key()))));
    }
    for block in body.blocks() {
        add(&mut object, block);
    }
    object
}

fn reading(of: &str, argument: &str) -> Reading {
    match (of, argument) {
        ("variable", "type") => Reading::Keyword,
        // References that Terraform follows before it evaluates anything.
        ("resource", "depends_on" | "provider") | ("lifecycle", "ignore_changes" | "replace_triggered_by") => {
            Reading::Keyword
        }
        ("variable", "description" | "default") | ("output", "description") => Reading::Characters,
        ("terraform" | "required_providers" | "backend", _) => Reading::Characters,
        _ => Reading::Template,
    }
}

/// Puts a block under its type and its labels. Labelled blocks are unique in a configuration; others may repeat.
fn add<'a>(parent: &mut Object<'a>, block: &'a Block) {
    let own = Json::Map(object(&block.body, block.identifier()));
    if let Some((last, labels)) = block.labels().split_last() {
        let mut names = std::iter::once(block.identifier()).chain(labels.iter().map(BlockLabel::as_str));
        if let Some(level) = names.try_fold(parent, level) {
            level.push((last.as_str().into(), own));
        }
        return;
    }
    match parent.iter_mut().find(|(name, _)| name == block.identifier()) {
        None => parent.push((block.identifier().into(), own)),
        Some((_, Json::List(all))) => all.push(own),
        Some((_, first)) => {
            let before = std::mem::replace(first, Json::Bool(true));
            *first = Json::List(vec![before, own]);
        }
    }
}

/// The object under this name, which is made if there is none.
fn level<'a, 'b>(parent: &'b mut Object<'a>, name: &'a str) -> Option<&'b mut Object<'a>> {
    let at = parent.iter().position(|(other, it)| other == name && matches!(it, Json::Map(_)));
    let at = at.unwrap_or_else(|| {
        parent.push((name.into(), Json::Map(Object::new())));
        parent.len() - 1
    });
    match &mut parent[at].1 {
        Json::Map(level) => Some(level),
        _ => None,
    }
}

fn value(expression: &Expression, reading: Reading) -> Json<'_> {
    match expression {
        Expression::Bool(it) => Json::Bool(*it),
        Expression::Number(it) => Json::Number(it),
        Expression::String(text) => Json::Text(string(text, reading)),
        Expression::Array(items) => Json::List(items.iter().map(|it| value(it, reading)).collect()),
        Expression::Object(entries) => {
            Json::Map(entries.iter().map(|(key, it)| (object_key(key, reading), value(it, reading))).collect())
        }
        Expression::TemplateExpr(template) => Json::Text(match template.as_ref() {
            TemplateExpr::QuotedString(source) => literal::json_template(source),
            TemplateExpr::Heredoc(heredoc) => literal::json_template(&heredoc.template),
        }),
        other => {
            let mut source = String::new();
            syntax::expression(&mut source, other);
            Json::Text(if reading == Reading::Keyword { source.into() } else { format!("${{{source}}}").into() })
        }
    }
}

fn string(text: &str, reading: Reading) -> Cow<'_, str> {
    if reading == Reading::Characters {
        return text.into();
    }
    match literal::template(text) {
        Cow::Borrowed(source) => literal::json_template(source),
        Cow::Owned(source) => literal::json_template(&source).into_owned().into(),
    }
}

fn object_key(key: &ObjectKey, reading: Reading) -> Cow<'_, str> {
    match key {
        ObjectKey::Expression(Expression::String(name)) => string(name, reading),
        other => other.to_string().into(),
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Text(text) => serializer.serialize_str(text),
            Json::Bool(it) => serializer.serialize_bool(*it),
            Json::Number(it) => it.serialize(serializer),
            Json::List(items) => serializer.collect_seq(items),
            Json::Map(entries) => serializer.collect_map(entries.iter().map(|(key, it)| (key, it))),
        }
    }
}

#[cfg(test)]
mod tests {
    use hcl::eval::{Context, Evaluate};
    use proptest::prelude::*;

    use serde_json::Value;

    use super::*;
    use crate::render::sample;
    use crate::render::terraform::expression::{Uses, value as expression};

    /// A template as Terraform evaluates it.
    fn evaluated(source: &str) -> String {
        let template = TemplateExpr::QuotedString(source.to_owned());
        template.evaluate(&Context::new()).unwrap().as_str().unwrap_or_default().to_owned()
    }

    fn survives(text: &str) {
        let mapped = expression(&sample::mapped(text), &mut Uses::default());
        let value = serde_json::to_value(value(&mapped, Reading::Template)).unwrap();
        let mut strings = Vec::new();
        for (key, value) in value.as_object().unwrap() {
            strings.push(evaluated(key));
            match value {
                Value::Array(items) => strings.extend(items.iter().map(|it| evaluated(it.as_str().unwrap()))),
                other => strings.push(evaluated(other.as_str().unwrap())),
            }
        }
        assert_eq!(strings, [text, text, &format!("k{text}"), text, text]);
    }

    fn check(body: impl IntoIterator<Item = Block>, expected: &str) {
        let body: Body = body.into_iter().collect();
        assert_eq!(serde_json::to_string(&Json::Map(object(&body, ""))).unwrap(), expected);
    }

    #[test]
    fn labels_are_levels_and_what_repeats_is_a_list() {
        let nested = || Block::builder("n").build();
        let block = |label: &str| Block::builder("resource").add_labels(["t", label]).add_block(nested());
        let expected = r#"{"resource":{"t":{"a":{"n":{}},"b":{"n":[{},{}]}}}}"#;
        check([block("a").build(), block("b").add_block(nested()).build()], expected);
    }

    #[test]
    fn only_what_is_evaluated_is_a_template() {
        let block = |of: &str| Block::builder(of).add_attribute(("description", "${x}")).build();
        let expected = r#"{"variable":{"description":"${x}"},"resource":{"description":"$${x}"}}"#;
        check([block("variable"), block("resource")], expected);
    }

    #[test]
    fn references_before_evaluation_are_no_templates() {
        let names = || Expression::from(vec![Expression::from(hcl::expr::Variable::unchecked("a.b"))]);
        let lifecycle = Block::builder("lifecycle").add_attribute(("ignore_changes", names())).build();
        let block = Block::builder("resource").add_attribute(("depends_on", names())).add_attribute(("x", names()));
        let expected = r#"{"resource":{"depends_on":["a.b"],"x":["${a.b}"],"lifecycle":{"ignore_changes":["a.b"]}}}"#;
        check([block.add_block(lifecycle).build()], expected);
    }

    #[test]
    fn nasty_texts_survive() {
        sample::NASTY.iter().for_each(|text| survives(text));
    }

    proptest! {
        #[test]
        fn any_text_survives(text in sample::any_text()) {
            survives(&text);
        }
    }
}
