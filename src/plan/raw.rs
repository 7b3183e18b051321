//! What the spec hands on as it is: where it goes, and what is said about it.

use super::{Plan, Planned};
use crate::diagnostic::{Diagnostic, Report, code};
use crate::project::definition::Target;
use crate::project::suggest::closest;
use crate::raw::{Table, Value, template};
use crate::source::At;

/// What a CloudFormation resource has beside its properties (AWS CloudFormation, resource attributes).
pub const RESOURCE_ATTRIBUTES: [&str; 7] =
    ["Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "UpdatePolicy", "UpdateReplacePolicy"];

/// So many names are listed as known.
const MOST_KNOWN: usize = 20;

impl Plan {
    /// Whether the CloudFormation template has a resource of this logical id, from the project.
    #[must_use]
    pub fn has_cloudformation(&self, id: &str) -> bool {
        self.at(id).is_some()
    }

    /// Whether the Terraform configuration has a resource of this type and label, from the project.
    #[must_use]
    pub fn has_terraform(&self, of: &str, label: &str) -> bool {
        self.at(&format!("{of}.{label}")).is_some()
    }

    /// Resources of the CloudFormation template that the spec has written out, by logical id.
    pub fn own_cloudformation(&self) -> impl Iterator<Item = (&str, &Table)> {
        let entries = self.raw.cloudformation.iter().map(|(id, table)| (id.as_str(), table));
        entries.filter(|(id, _)| !self.has_cloudformation(id))
    }

    /// The type and id of each resource of the template that the spec has written out.
    pub fn own_cloudformation_types(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own_cloudformation().filter_map(|(id, table)| match table.get("Type") {
            Some(Value::Text(of)) => Some((of.as_str(), id)),
            _ => None,
        })
    }

    /// Resources of the Terraform configuration that the spec has written out: type, label and arguments.
    pub fn own_terraform(&self) -> impl Iterator<Item = (&str, &str, &Table)> {
        let entries = self
            .raw
            .terraform
            .iter()
            .flat_map(|(of, labels)| labels.iter().map(move |(label, table)| (of.as_str(), label.as_str(), table)));
        entries.filter(|(of, label, _)| !self.has_terraform(of, label))
    }

    /// What there is to say about that which is handed on to this back end.
    #[must_use]
    pub fn raw_findings(&self, target: Target) -> Report {
        let mut report = Report::new();
        let raw = At::ROOT.key("raw");
        let tables = raw.key(target.word());
        match target {
            Target::CloudFormation => {
                for (id, table) in &self.raw.cloudformation {
                    self.raw_cloudformation((id, table), tables.key(id), &mut report);
                }
            }
            Target::Terraform => {
                for (of, labels) in &self.raw.terraform {
                    let of_type = tables.key(of);
                    // `data`, `locals` and `module` are no types of resources, and have no `_`.
                    if !is_identifier(of) || !of.contains('_') {
                        let message = format!("`{of}` is no type of resources in Terraform");
                        let finding = Diagnostic::new(code::BAD_NAME, message).at_key(of_type, "");
                        report.push(finding.help("write `[raw.terraform.TYPE.LABEL]`, as in `aws_sns_topic.builds`"));
                        continue;
                    }
                    for (label, table) in labels {
                        self.raw_terraform((of, label, table), of_type.key(label), &mut report);
                    }
                }
            }
        }
        report
    }

    fn raw_cloudformation(&self, (id, table): (&str, &Table), at: At<'_>, report: &mut Report) {
        if self.has_cloudformation(id) {
            report.push(unchecked(&format!("what is merged into `{id}`"), table, at));
            whole(id, table, at, report);
            return;
        }
        let ids = || self.resources.iter().map(|planned| planned.handle.address.cloudformation.as_str());
        let near = closest(id, ids());
        let Some(of) = table.get("Type") else {
            let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let known: Vec<&str> = ids().take(MOST_KNOWN).collect();
            let more = self.resources.len().saturating_sub(MOST_KNOWN);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            report.push(
                Diagnostic::new(code::UNKNOWN_REFERENCE, format!("the template has no resource `{id}`"))
                    .at_key(at, label)
                    .help(format!("known: {}{more}", known.join(", ")))
                    .help("a resource of its own has a `Type`"),
            );
            return;
        };
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) || id.is_empty() || id.len() > MOST_ID {
            let message = format!("a logical id has letters and digits, at most {MOST_ID} of them");
            report.push(Diagnostic::new(code::BAD_NAME, message).at_key(at, ""));
        }
        if self.parameters.iter().any(|parameter| parameter.address.cloudformation == id) {
            let message = format!("the resource would have the id of a parameter, `{id}`");
            report.push(Diagnostic::new(code::ID_COLLISION, message).at_key(at, "").help("give it another id"));
        }
        match of {
            Value::Text(of) if of.split("::").count() >= 3 => {
                let message = format!("kiln does not check the resource `{id}`, of type `{of}`");
                report.push(Diagnostic::new(code::UNCHECKED, message).at_key(at, ""));
            }
            Value::Text(of) => {
                let message = format!("`{of}` is no type of resources in CloudFormation");
                let finding = Diagnostic::new(code::BAD_NAME, message).at_value(at.key("Type"), "");
                report.push(finding.help("write it in full, as in `AWS::SNS::Topic`"));
            }
            other => {
                let message = format!("`Type` is {}, expected a string", other.kind());
                report.push(Diagnostic::new(code::WRONG_TYPE, message).at_value(at.key("Type"), ""));
            }
        }
        let is_known = |name: &str| ["Type", "Properties"].contains(&name) || RESOURCE_ATTRIBUTES.contains(&name);
        for (name, _) in table.iter().filter(|(name, _)| !is_known(name)) {
            report.push(
                Diagnostic::new(code::UNKNOWN_KEY, format!("a resource has no attribute `{name}`"))
                    .at_key(at.key(name), "")
                    .help("the properties of a resource of its own stand under `Properties`"),
            );
        }
    }

    fn raw_terraform(&self, (of, label, table): (&str, &str, &Table), at: At<'_>, report: &mut Report) {
        if !is_identifier(label) {
            let help = "write letters, digits, `_` and `-`, beginning with a letter or `_`";
            report.push(
                Diagnostic::new(code::BAD_NAME, format!("`{label}` is no label in Terraform"))
                    .at_key(at, "")
                    .help(help),
            );
        }
        arguments(table, at, report);
        if self.has_terraform(of, label) {
            report.push(unchecked(&format!("what is merged into `{of}.{label}`"), table, at));
            return;
        }
        let own: Vec<_> = self.resources.iter().flat_map(Planned::terraform).filter(|(own, _)| *own == of).collect();
        let near = closest(label, own.iter().map(|(_, label)| label.as_ref()));
        let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`, which exists?"));
        let message = format!("kiln does not check the resource `{of}.{label}`, which is added");
        report.push(Diagnostic::new(code::UNCHECKED, message).at_key(at, near));
    }
}

/// Refuses what is written like a resource of its own, where there is one already.
fn whole(id: &str, table: &Table, at: At<'_>, report: &mut Report) {
    let finding = |message: String, name: &str| Diagnostic::new(code::CONTRADICTION, message).at_key(at.key(name), "");
    if matches!(table.get("Type"), Some(Value::Text(of)) if of.contains("::")) {
        let message = format!("the template has a resource `{id}` already");
        report.push(finding(message, "Type").help("remove `Type` to merge into it, or choose another id"));
    }
    if matches!(table.get("Properties"), Some(Value::Table(_))) {
        let message = format!("what stands here is merged into the properties of `{id}`");
        report.push(finding(message, "Properties").help("write the properties without `Properties` around them"));
    }
}

/// No logical id is longer (AWS CloudFormation quotas).
const MOST_ID: usize = 255;

fn unchecked(what: &str, table: &Table, at: At<'_>) -> Diagnostic {
    let names: Vec<String> = table.iter().map(|(name, _)| format!("`{name}`")).collect();
    let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    Diagnostic::new(code::UNCHECKED, format!("kiln does not check {what}: {names}")).at_key(at, "")
}

/// Checks what would break the configuration as a text: names of arguments, and templates.
fn arguments(table: &Table, at: At<'_>, report: &mut Report) {
    for (name, value) in table {
        if !is_identifier(name) {
            let message = format!("`{name}` is no name of an argument in Terraform");
            report.push(Diagnostic::new(code::BAD_NAME, message).at_key(at.key(name), ""));
        }
        match value {
            Value::List(items) if is_blocks(items) => {
                let at = at.key(name);
                for (index, item) in items.iter().enumerate() {
                    if let Value::Table(block) = item {
                        arguments(block, at.index(index), report);
                    }
                }
            }
            other => templates(other, at.key(name), report),
        }
    }
}

/// Whether a list stands for nested blocks in Terraform: if all its items are tables.
#[must_use]
pub fn is_blocks(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item, Value::Table(_)))
}

fn templates(value: &Value, at: At<'_>, report: &mut Report) {
    match value {
        Value::Text(text) if template::has_marker(text) && !template::is_template(text) => report.push(
            Diagnostic::new(code::BAD_TEXT, "this is no Terraform template")
                .at_value(at, "what stands in `${…}` or `%{…}` is no expression, or is never closed")
                .help("`$${` and `%%{` stand for the characters themselves"),
        ),
        Value::Text(_) | Value::Bool(_) | Value::Number(_) => {}
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| templates(item, at.index(index), report));
        }
        Value::Table(table) => table.iter().for_each(|(name, value)| templates(value, at.key(name), report)),
    }
}

/// A name in Terraform (HCL native syntax specification, identifiers; ASCII is enough for AWS).
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
}
