//! Values and texts of a plan as Terraform's expressions.

use hcl::expr::{FuncCall, ObjectKey, TemplateExpr, Traversal, TraversalOperator, Variable};
use hcl::{Expression, Identifier};

use super::literal;
use crate::resource::{Part, Reference, Text, Value};

/// Which data sources the expressions of a configuration read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// `data.aws_partition.current`
    pub(super) partition: bool,
    /// `data.aws_region.current`
    pub(super) region: bool,
    /// `data.aws_caller_identity.current`
    pub(super) caller_identity: bool,
}

/// The expression for a value. What it reads is noted in `uses`.
pub(super) fn value(value: &Value, uses: &mut Uses) -> Expression {
    match value {
        Value::Text(it) => text(it, uses),
        Value::Bool(it) => Expression::Bool(*it),
        Value::Integer(it) => Expression::from(*it),
        Value::List(items) => items.iter().map(|it| self::value(it, uses)).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, it)| (ObjectKey::from(key.as_str()), self::value(it, uses)));
            Expression::Object(entries.collect())
        }
        Value::Json(document) => {
            let document = self::value(document, uses);
            Expression::from(FuncCall::builder("jsonencode").arg(document).build())
        }
    }
}

/// The expression for a text: a string, a bare reference, or a template. What it reads is noted in `uses`.
pub(super) fn text(text: &Text, uses: &mut Uses) -> Expression {
    if let Some(literal) = text.as_literal() {
        return Expression::from(literal);
    }
    // An empty literal may stand before a reference, if the text began as one.
    let mut parts = text.parts().iter().filter(|part| !matches!(part, Part::Literal(literal) if literal.is_empty()));
    if let (Some(part), None) = (parts.next(), parts.next()) {
        note(part, uses);
        return traversal(&reference(part));
    }
    let mut source = String::new();
    for part in text.parts() {
        if let Part::Literal(text) = part {
            source.push_str(&literal::template(text));
            continue;
        }
        note(part, uses);
        literal::interpolate(&mut source, &reference(part));
    }
    Expression::from(TemplateExpr::QuotedString(source))
}

/// The expression that reads a dotted path.
pub(super) fn traversal(path: &str) -> Expression {
    let mut names = path.split('.').map(Identifier::unchecked);
    let root = names.next().unwrap_or_else(|| Identifier::unchecked("_"));
    let operators: Vec<_> = names.map(TraversalOperator::GetAttr).collect();
    let root = Variable::from(root);
    if operators.is_empty() { Expression::from(root) } else { Expression::from(Traversal::new(root, operators)) }
}

/// The dotted path of a reference; a literal has none.
fn reference(part: &Part) -> String {
    match part {
        Part::Literal(_) => String::new(),
        Part::Attribute(it) => {
            let Reference { resource, attribute } = it.as_ref();
            format!("{}.{}.{}", resource.of.terraform, resource.address.terraform, attribute.terraform)
        }
        Part::Parameter(address) => format!("var.{}", address.terraform),
        Part::Partition => "data.aws_partition.current.partition".to_owned(),
        Part::Region => "data.aws_region.current.id".to_owned(),
        Part::Account => "data.aws_caller_identity.current.account_id".to_owned(),
    }
}

fn note(part: &Part, uses: &mut Uses) {
    match part {
        Part::Literal(_) | Part::Attribute(_) | Part::Parameter(_) => {}
        Part::Partition => uses.partition = true,
        Part::Region => uses.region = true,
        Part::Account => uses.caller_identity = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn check(text: impl Into<Text>, expected: &str) {
        let mut out = String::new();
        super::super::hcl::expression(&mut out, &super::text(&text.into(), &mut Uses::default()));
        assert_eq!(out, expected);
    }

    #[test]
    fn a_single_reference_is_bare() {
        check(sample::role().get(sample::ARN), "aws_iam_role.build.arn");
        check(Part::Parameter(sample::address("Subnet", "subnet")), "var.subnet");
        check(Text::from("").then(Part::Account), "data.aws_caller_identity.current.account_id");
    }

    #[test]
    fn a_mixture_is_a_template() {
        let arn = Text::from("arn:").then(Part::Partition).then(":\"${x}");
        check(arn, r#""arn:${data.aws_partition.current.partition}:\"$${x}""#);
        check(Text::from("$").then(Part::Region), r#""${"$"}${data.aws_region.current.id}""#);
        check(Text::from("$%").then(Part::Region), r#""${"$%"}${data.aws_region.current.id}""#);
        check(Text::from("5%").then(Part::Region), r#""5${"%"}${data.aws_region.current.id}""#);
    }

    #[test]
    fn only_what_is_read_is_noted() {
        let mut uses = Uses::default();
        text(&Text::from("x").then(Part::Partition), &mut uses);
        assert_eq!(uses, Uses { partition: true, ..Uses::default() });
    }
}
