//! `[parameter.NAME]`: template parameters.

use super::context::{Choice, Context};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Parameter, ParameterKind};
use crate::project::{Invalid, Key};
use crate::source::At;
use crate::spec::Spec;

const KINDS: [Choice<ParameterKind>; 8] = [
    ("string", ParameterKind::Text),
    ("number", ParameterKind::Number),
    ("strings", ParameterKind::Texts),
    ("ami-id", ParameterKind::AmiId),
    ("vpc-id", ParameterKind::VpcId),
    ("subnet-id", ParameterKind::SubnetId),
    ("security-group-ids", ParameterKind::SecurityGroupIds),
    ("key-pair", ParameterKind::KeyPair),
];

/// Checks all parameters.
pub(super) fn all(spec: &Spec, cx: &mut Context<'_>) -> Vec<Parameter> {
    let tables = At::ROOT.key("parameter");
    let mut parameters = Vec::new();
    for (name, table) in &spec.parameter {
        let at = tables.key(name);
        let kind = match &table.kind {
            Some(word) => cx.choice(Some(word), at.key("type"), &KINDS),
            None => Some(ParameterKind::Text),
        };
        let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
        if let Some(default) = &table.default
            && !table.allowed_values.is_empty()
            && !table.allowed_values.contains(default)
        {
            cx.report(
                Diagnostic::new(code::BAD_CHOICE, format!("the default `{default}` is not one of the allowed values"))
                    .at_value(at.key("default"), "")
                    .at_value(at.key("allowed-values"), "these are allowed"),
            );
        }
        if kind == Some(ParameterKind::Number) {
            numbers(table.default.iter(), at.key("default"), cx);
            numbers(table.allowed_values.iter(), at.key("allowed-values"), cx);
        }
        // A name that cannot be one is reported with all other names.
        if let (Some(kind), Ok(key)) = (kind, Key::parse(name)) {
            let (default, allowed_values) = (table.default.clone(), table.allowed_values.clone());
            parameters.push(Parameter { key, kind, description, default, allowed_values });
        }
    }
    parameters
}

fn numbers<'a>(texts: impl Iterator<Item = &'a String>, at: At<'_>, cx: &mut Context<'_>) {
    for text in texts {
        if text.parse::<f64>().is_ok_and(f64::is_finite) {
            continue;
        }
        cx.report(Diagnostic::new(code::BAD_CHOICE, format!("`{text}` is not a number")).at_value(at, ""));
    }
}

/// The value of a component's or a workflow's parameter (`ComponentParameterValue`).
pub(super) fn without_nul(text: &str) -> Result<String, Invalid> {
    if text.contains('\0') {
        Err(Invalid::new("a parameter's value holds no NUL character"))
    } else {
        Ok(text.to_owned())
    }
}
