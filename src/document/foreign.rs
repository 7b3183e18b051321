//! Files of other tools, named for what they are: kiln checks no templates of CloudFormation, Packer or Terraform.

use super::finding::Finding;
use super::yaml::Node;
use crate::diagnostic::code;

/// What can be checked, in words.
const CHECKED: &str = "kiln checks specs (*.toml), component and workflow documents (*.yaml, *.yml, *.json) and \
                       Dockerfile templates (Dockerfile, Dockerfile.*, *.Dockerfile)";

/// The finding that a file is of another tool, by its name or by what is in it.
pub(super) fn check(path: &str, text: &str, root: Option<&Node>) -> Option<Finding> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let tool = by_name(&name.to_ascii_lowercase()).or_else(|| by_content(text, root))?;
    Some(Finding::new(code::UNKNOWN_FILE, format!("`{name}` is {tool}"), 0..0).help(CHECKED))
}

/// The finding that nothing is known of a file.
pub(super) fn unknown(path: &str) -> Finding {
    let name = path.rsplit('/').next().unwrap_or(path);
    Finding::new(code::UNKNOWN_FILE, format!("`{name}` is no file that kiln can check"), 0..0).help(CHECKED)
}

fn by_name(name: &str) -> Option<&'static str> {
    const TOOLS: [(&[&str], &str); 4] = [
        (&[".pkr.hcl", ".pkr.json", ".pkrvars.hcl"], "a Packer template"),
        (&[".tf", ".tf.json", ".tofu", ".tfvars", ".tfvars.json"], "a Terraform configuration"),
        (&[".tfstate"], "a state of Terraform"),
        (&[".tfplan"], "a plan of Terraform"),
    ];
    TOOLS.iter().find(|(ends, _)| ends.iter().any(|end| name.ends_with(end))).map(|(_, tool)| *tool)
}

fn by_content(text: &str, root: Option<&Node>) -> Option<&'static str> {
    let has = |key: &str| match root {
        Some(root) => root.get(key).is_some(),
        None => text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))),
    };
    if has("AWSTemplateFormatVersion") || (has("Resources") && !has("phases") && !has("steps")) {
        return Some("a CloudFormation template");
    }
    if has("builders")
        && (has("provisioners")
            || has("variables")
            || root.is_some_and(|root| root.get("builders").is_some_and(|it| it.as_list().is_some())))
    {
        return Some("a Packer template");
    }
    if has("terraform_version") {
        return Some("a state of Terraform");
    }
    let is_map = |key: &str| root.and_then(|root| root.get(key)).is_some_and(|node| node.as_map().is_some());
    if ["resource", "terraform", "provider", "module"].into_iter().any(is_map) {
        return Some("a Terraform configuration");
    }
    // HCL has blocks, which no YAML has.
    let block = |words: &[&str]| {
        text.lines().any(|line| {
            words.iter().any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '{'])))
                && line.trim_end().ends_with('{')
        })
    };
    match root {
        Some(root) if root.as_map().is_some() => None,
        _ if block(&["source", "packer", "build"]) => Some("a Packer template"),
        _ if block(&["resource", "terraform", "provider", "module", "data"]) => Some("a Terraform configuration"),
        _ => None,
    }
}
