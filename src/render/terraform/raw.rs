//! What the spec hands on as it is, as arguments, and merged into those of a resource.
//!
//! A list of tables is a nested block for each, instead of those that are there. A table merges into the blocks of its
//! name; where there is none it is a map, merged into the map that is there. Everything else replaces the argument.
//! Strings are sources of templates, and are written as they are.

use hcl::expr::{Object, ObjectKey, TemplateExpr, Variable};
use hcl::structure::{Attribute, Block, Structure};
use hcl::{Body, Expression, Identifier, Number};

use super::expression::Uses;
use crate::plan::raw::is_blocks;
use crate::raw::{Table, Value, template};

/// Merges what is handed on into the arguments of a resource. What it reads is noted in `uses`.
pub(super) fn merge(arguments: &mut Vec<Structure>, table: &Table, uses: &mut Uses) {
    for (name, value) in table {
        match value {
            Value::List(items) if is_blocks(items) => {
                remove(arguments, name);
                for item in items {
                    if let Value::Table(table) = item {
                        let body: Body = self::arguments(table, uses).into_iter().collect();
                        let identifier = Identifier::unchecked(name.as_str());
                        arguments.push(Block { identifier, labels: Vec::new(), body }.into());
                    }
                }
            }
            Value::Table(table) if blocks(arguments, name).next().is_some() => {
                blocks(arguments, name).for_each(|block| merge(&mut block.body.0, table, uses));
            }
            other => match attribute(arguments, name) {
                Some(attribute) => merge_expression(&mut attribute.expr, other, uses),
                None => {
                    remove(arguments, name);
                    let key = Identifier::unchecked(name.as_str());
                    arguments.push(Attribute::new(key, expression(other, uses)).into());
                }
            },
        }
    }
}

/// The arguments of a resource that is written out. What they read is noted in `uses`.
pub(super) fn arguments(table: &Table, uses: &mut Uses) -> Vec<Structure> {
    let mut arguments = Vec::new();
    merge(&mut arguments, table, uses);
    arguments
}

fn blocks<'a>(arguments: &'a mut [Structure], name: &str) -> impl Iterator<Item = &'a mut Block> {
    arguments.iter_mut().filter_map(move |structure| match structure {
        Structure::Block(block) if block.identifier() == name => Some(block),
        _ => None,
    })
}

fn attribute<'a>(arguments: &'a mut [Structure], name: &str) -> Option<&'a mut Attribute> {
    arguments.iter_mut().find_map(|structure| match structure {
        Structure::Attribute(attribute) if attribute.key() == name => Some(attribute),
        _ => None,
    })
}

fn remove(arguments: &mut Vec<Structure>, name: &str) {
    arguments.retain(|structure| match structure {
        Structure::Attribute(attribute) => attribute.key() != name,
        Structure::Block(block) => block.identifier() != name,
    });
}

fn merge_expression(there: &mut Expression, value: &Value, uses: &mut Uses) {
    match (there, value) {
        (Expression::Object(entries), Value::Table(table)) => {
            for (name, value) in table {
                match entries.get_mut(&ObjectKey::from(name.as_str())) {
                    Some(there) => merge_expression(there, value, uses),
                    None => {
                        entries.insert(ObjectKey::from(name.as_str()), expression(value, uses));
                    }
                }
            }
        }
        // A document that is encoded is a table to those who read the spec.
        (Expression::FuncCall(call), Value::Table(_)) if call.name.name.as_str() == "jsonencode" => {
            call.args.iter_mut().for_each(|document| merge_expression(document, value, uses));
        }
        (there, value) => *there = expression(value, uses),
    }
}

fn expression(value: &Value, uses: &mut Uses) -> Expression {
    match value {
        Value::Text(text) => self::text(text, uses),
        Value::Bool(it) => Expression::Bool(*it),
        Value::Number(it) => number(it),
        Value::List(items) => items.iter().map(|item| expression(item, uses)).collect(),
        Value::Table(table) => {
            let entries = table.iter().map(|(name, value)| (ObjectKey::from(name.as_str()), expression(value, uses)));
            Expression::Object(entries.collect::<Object<_, _>>())
        }
    }
}

fn text(text: &str, uses: &mut Uses) -> Expression {
    if !template::has_marker(text) {
        return Expression::from(text);
    }
    uses.partition |= text.contains("data.aws_partition.current");
    uses.region |= text.contains("data.aws_region.current");
    uses.caller_identity |= text.contains("data.aws_caller_identity.current");
    match template::only_expression(text) {
        // `terraform fmt` takes the quotes away, too. The printers write a name as it is.
        Some(expression) => Expression::from(Variable::unchecked(expression)),
        None => Expression::from(TemplateExpr::QuotedString(text.to_owned())),
    }
}

fn number(number: &serde_json::Number) -> Expression {
    let whole = number.as_i64().map(Number::from);
    whole.or_else(|| Number::from_f64(number.as_f64()?)).map_or(Expression::Null, Expression::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start: &str, table: &Table, expected: &str) {
        let mut body: Body = hcl::parse(start).unwrap();
        merge(&mut body.0, table, &mut Uses::default());
        let mut printed = String::new();
        super::super::hcl::append(&mut printed, &Block { identifier: "r".into(), labels: Vec::new(), body });
        assert_eq!(printed, format!("r {{\n{expected}}}\n"));
        hcl::parse(&printed).unwrap();
    }

    #[test]
    fn a_list_of_tables_is_blocks_instead_of_those_there() {
        let blocks = Table::new().with("b", [Table::new().with("x", 1), Table::new().with("x", 2)]);
        check("a = 1\nb {\n}\n", &blocks, "  a = 1\n\n  b {\n    x = 1\n  }\n\n  b {\n    x = 2\n  }\n");
    }

    #[test]
    fn a_table_merges_into_blocks_or_is_a_map() {
        let table = Table::new().with("b", Table::new().with("x", 2).with("y", true));
        check("b {\n  x = 1\n  z = 1\n}\n", &table, "  b {\n    x = 2\n    z = 1\n    y = true\n  }\n");
        check("", &table, "  b = {\n    x = 2\n    y = true\n  }\n");
        check("b = 1", &table, "  b = {\n    x = 2\n    y = true\n  }\n");
    }

    #[test]
    fn a_table_merges_into_a_document() {
        let mut body: Body = hcl::parse("p = jsonencode({ A = 1, B = { c = 1 } })").unwrap();
        // Keys of the plan are strings, those that were parsed names.
        let start = crate::resource::Value::Json(Box::new(crate::resource::Value::map([("A", 1), ("B", 2)])));
        body.0 = vec![Attribute::new("p", super::super::expression::value(&start, &mut Uses::default())).into()];
        merge(&mut body.0, &Table::new().with("p", Table::new().with("B", [1, 2])), &mut Uses::default());
        let mut printed = String::new();
        super::super::hcl::append(&mut printed, &Block { identifier: "r".into(), labels: Vec::new(), body });
        assert_eq!(printed, "r {\n  p = jsonencode({\n    A = 1\n    B = [\n      1,\n      2,\n    ]\n  })\n}\n");
    }

    #[test]
    fn strings_are_templates() {
        let table = Table::new()
            .with("a", "${aws_vpc.x[0].id}")
            .with("b", "say \"${f({ a = \"}\" })}\"")
            .with("c", "$${x}")
            .with("d", "%{ if var.x == \"y\" }z%{ endif }")
            .with("e", -1)
            .with("f", serde_json::Number::from_f64(0.5).unwrap());
        let expected = "  a = aws_vpc.x[0].id\n  b = \"say \\\"${f({ a = \"}\" })}\\\"\"\n  c = \"$${x}\"\n  \
                        d = \"%{ if var.x == \"y\" }z%{ endif }\"\n  e = -1\n  f = 0.5\n";
        check("", &table, expected);
    }

    #[test]
    fn data_sources_that_are_read_are_noted() {
        let mut uses = Uses::default();
        arguments(&Table::new().with("a", "x-${data.aws_region.current.id}"), &mut uses);
        assert_eq!(uses, Uses { region: true, ..Uses::default() });
    }
}
