//! Prints a configuration in HCL, exactly as `terraform fmt` would.
//!
//! hcl-rs has a printer too; this one is here because that one does not align, and loses an escape in
//! `a ${b} $${c}`. Alignment runs over attributes that follow one another on a line each. An attribute of several
//! lines interrupts it, but a heredoc counts as one line.

use std::borrow::Cow;

use hcl::expr::{ObjectKey, TemplateExpr, TraversalOperator};
use hcl::structure::{Block, BlockLabel, Structure};
use hcl::{Body, Expression};

use super::literal;

/// Appends a block to a configuration, after a blank line if there is something before it.
pub(super) fn append(out: &mut String, block: &Block) {
    if !out.is_empty() {
        out.push('\n');
    }
    self::block(out, block, 0);
}

/// Writes an expression in one line.
pub(super) fn expression(out: &mut String, expression: &Expression) {
    write(out, expression, None);
}

/// Attributes in a row, then blocks, each with a blank line before it.
fn structures(out: &mut String, body: &Body, indent: usize) {
    let attributes: Vec<_> = body.attributes().map(|it| (Cow::Borrowed(it.key()), it.expr())).collect();
    entries(out, &attributes, indent);
    let mut is_first = attributes.is_empty();
    for structure in body.iter() {
        if let Structure::Block(block) = structure {
            if !is_first {
                out.push('\n');
            }
            is_first = false;
            self::block(out, block, indent);
        }
    }
}

fn block(out: &mut String, block: &Block, indent: usize) {
    spaces(out, indent);
    out.push_str(block.identifier());
    for label in block.labels() {
        out.push(' ');
        match label {
            BlockLabel::Identifier(name) => out.push_str(name.as_str()),
            BlockLabel::String(name) => literal::quoted(out, &literal::template(name)),
        }
    }
    if block.body.0.is_empty() {
        out.push_str(" {}\n");
        return;
    }
    out.push_str(" {\n");
    structures(out, &block.body, indent + 2);
    spaces(out, indent);
    out.push_str("}\n");
}

/// Writes `key = value` on lines of their own, aligned.
fn entries(out: &mut String, entries: &[(Cow<'_, str>, &Expression)], indent: usize) {
    let mut rest = entries;
    while !rest.is_empty() {
        // One entry that breaks, or all that follow one another without.
        let (run, after) = rest.split_at(rest.iter().position(|(_, it)| breaks(it)).unwrap_or(rest.len()).max(1));
        let width = run.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
        for (key, value) in run {
            spaces(out, indent);
            out.push_str(key);
            spaces(out, width - key.chars().count());
            out.push_str(" = ");
            entry_value(out, value, indent);
            out.push('\n');
        }
        rest = after;
    }
}

/// Writes what stands after an equals sign. Only there may a heredoc stand.
fn entry_value(out: &mut String, value: &Expression, indent: usize) {
    let source = source(value);
    match source.as_deref().and_then(|it| Some((it, literal::heredoc_delimiter(it)?))) {
        Some((source, delimiter)) => heredoc(out, source, delimiter, indent),
        None => write(out, value, Some(indent)),
    }
}

fn heredoc(out: &mut String, source: &str, delimiter: &str, indent: usize) {
    out.push_str("<<-");
    out.push_str(delimiter);
    out.push('\n');
    for line in source.split_terminator('\n') {
        if !line.is_empty() {
            spaces(out, indent + 2);
            out.push_str(line);
        }
        out.push('\n');
    }
    spaces(out, indent);
    out.push_str(delimiter);
}

/// The source of the template that the expression is, if it is one.
fn source(expression: &Expression) -> Option<Cow<'_, str>> {
    match expression {
        Expression::String(text) => Some(literal::template(text)),
        Expression::TemplateExpr(template) => match template.as_ref() {
            TemplateExpr::QuotedString(source) => Some(source.into()),
            TemplateExpr::Heredoc(heredoc) => Some(heredoc.template.as_str().into()),
        },
        _ => None,
    }
}

/// Whether the value is written on several lines.
fn breaks(value: &Expression) -> bool {
    match value {
        Expression::Object(entries) => !entries.is_empty(),
        Expression::Array(items) => items.len() > 1 || items.iter().any(breaks),
        Expression::FuncCall(call) => matches!(call.args.as_slice(), [only] if breaks(only)),
        _ => false,
    }
}

/// Writes an expression: on several lines from column `indent` on, or on one line without it.
fn write(out: &mut String, value: &Expression, indent: Option<usize>) {
    match value {
        Expression::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Expression::Number(it) => out.push_str(&it.to_string()),
        Expression::String(_) | Expression::TemplateExpr(_) => {
            literal::quoted(out, &source(value).unwrap_or_default());
        }
        Expression::Array(items) => match indent.filter(|_| breaks(value)) {
            Some(indent) => lines(out, items, indent),
            None => bracketed(out, ['[', ']'], items),
        },
        Expression::Object(items) if items.is_empty() => out.push_str("{}"),
        Expression::Object(items) => {
            let items: Vec<_> = items.iter().map(|(key, it)| (Cow::Owned(object_key(key)), it)).collect();
            out.push('{');
            if let Some(indent) = indent {
                out.push('\n');
                entries(out, &items, indent + 2);
                spaces(out, indent);
            } else {
                for (index, (key, value)) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { " " });
                    out.push_str(key);
                    out.push_str(" = ");
                    write(out, value, None);
                }
                out.push(' ');
            }
            out.push('}');
        }
        Expression::FuncCall(call) => {
            out.push_str(call.name.name.as_str());
            if let [only] = call.args.as_slice() {
                out.push('(');
                write(out, only, indent);
                out.push(')');
            } else {
                bracketed(out, ['(', ')'], &call.args);
            }
        }
        Expression::Variable(name) => out.push_str(name.as_str()),
        Expression::Traversal(traversal) => {
            write(out, &traversal.expr, None);
            for operator in &traversal.operators {
                if let TraversalOperator::GetAttr(name) = operator {
                    out.push('.');
                    out.push_str(name.as_str());
                }
            }
        }
        // The body is built of nothing else, but for the comparison in a validation.
        other => out.push_str(&other.to_string()),
    }
}

/// Writes items between brackets, in one line.
fn bracketed(out: &mut String, [open, close]: [char; 2], items: &[Expression]) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(out, item, None);
    }
    out.push(close);
}

/// Writes a list with a line or more for each item.
fn lines(out: &mut String, items: &[Expression], indent: usize) {
    out.push_str("[\n");
    for item in items {
        spaces(out, indent + 2);
        write(out, item, Some(indent + 2));
        out.push_str(",\n");
    }
    spaces(out, indent);
    out.push(']');
}

fn object_key(key: &ObjectKey) -> String {
    let mut out = String::new();
    match key {
        ObjectKey::Expression(Expression::String(name)) => literal::key(&mut out, name),
        other => out.push_str(&other.to_string()),
    }
    out
}

fn spaces(out: &mut String, mut count: usize) {
    const SOME: &str = "                                ";
    while count > SOME.len() {
        out.push_str(SOME);
        count -= SOME.len();
    }
    out.push_str(&SOME[..count]);
}

#[cfg(test)]
mod tests {
    use hcl::eval::{Context, Evaluate};
    use proptest::prelude::*;

    use super::*;

    use crate::render::sample;
    use crate::render::terraform::expression::{self, Uses, value};
    use crate::resource::{Part, Text, Value};

    fn document(body: &Body) -> String {
        let mut out = String::new();
        structures(&mut out, body, 0);
        out
    }

    fn check(value: Expression, expected: &str) {
        let body: Body = [hcl::Attribute::new("k", value)].into_iter().collect();
        assert_eq!(document(&body), format!("k = {expected}\n"));
    }

    /// Puts the text wherever a text can stand, and evaluates it all back.
    fn survives(text: &str) {
        let values = Value::map([("text", Value::from(text)), ("map", sample::mapped(text))]);
        let expression = value(&values, &mut Uses::default());
        let body: Body = [hcl::Attribute::new("k", expression), hcl::Attribute::new("t", text)].into_iter().collect();
        let printed = document(&body);
        let parsed = hcl::parse(&printed).unwrap_or_else(|it| panic!("{it}: {printed}"));
        let read: Vec<_> = parsed.attributes().map(|it| it.expr().evaluate(&Context::new()).unwrap()).collect();
        let map = hcl::value!({ (text) = (text), (format!("k{text}")) = [(text), (text)] });
        assert_eq!(read, [hcl::value!({ "text" = (text), "map" = (map) }), hcl::Value::from(text)], "{printed}");
    }

    #[test]
    fn single_lines_are_aligned_and_others_interrupt() {
        let entries = Value::map([
            ("a", Value::from("x")),
            ("bcd", Value::from("x\ny\n")),
            ("e", Value::texts(["x"])),
            ("f", Value::texts(["x", "y"])),
            ("ghi", Value::from(1)),
            ("j", Value::List(Vec::new())),
        ]);
        let expected = "{\n  a   = \"x\"\n  bcd = <<-EOT\n    x\n    y\n  EOT\n  e   = [\"x\"]\n  f = [\n    \"x\",\n    \"y\",\n  ]\n  ghi = 1\n  j   = []\n}";
        check(value(&entries, &mut Uses::default()), expected);
    }

    #[test]
    fn documents_are_encoded_as_json() {
        let document = Value::Json(Box::new(Value::map([("A", Value::map([("b", true)]))])));
        check(value(&document, &mut Uses::default()), "jsonencode({\n  A = {\n    b = true\n  }\n})");
    }

    #[test]
    fn nasty_texts_survive() {
        sample::NASTY.iter().for_each(|text| survives(text));
    }

    #[test]
    fn a_template_keeps_its_literals() {
        sample::NASTY.iter().for_each(|text| mixture_survives(text));
    }

    /// Puts the text on both sides of a reference. hcl-rs, unlike Terraform, reads a literal wrongly that has several
    /// escaped markers or a marker character before one.
    fn mixture_survives(text: &str) {
        let markers = text.matches("${").chain(text.matches("%{")).count();
        if markers > 1 || ["$${", "%%{", "$%{", "%${"].iter().any(|it| text.contains(it)) {
            return;
        }
        let mixed = Text::from(text).then(Part::Parameter(sample::address("P", "p"))).then(text);
        let body: Body =
            [hcl::Attribute::new("k", expression::text(&mixed, &mut Uses::default()))].into_iter().collect();
        let printed = document(&body);
        let parsed = hcl::parse(&printed).unwrap_or_else(|it| panic!("{it}: {printed}"));
        let mut context = Context::new();
        context.declare_var("var", hcl::value!({ "p" = "<p>" }));
        let read = parsed.attributes().next().unwrap().expr().evaluate(&context).unwrap();
        assert_eq!(read, hcl::Value::from(format!("{text}<p>{text}")), "{printed}");
    }

    proptest! {
        #[test]
        fn any_text_survives(text in sample::any_text()) {
            survives(&text);
            mixture_survives(&text);
        }
    }
}
