//! Values of the project as texts of a template.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::project::definition::{Given, Project, Roles, Tags};
use crate::project::{Key, KmsKey, Region, Role};
use crate::resource::role::Settings;
use crate::resource::{Address, Part, Text};

/// Where a template parameter stands.
pub(super) fn parameter_address(key: &Key) -> Arc<Address> {
    Arc::new(Address { cloudformation: key.pascal(), terraform: key.snake() })
}

/// A value of the spec, or a reference to a parameter.
pub(super) fn given<T: ToString>(given: &Given<T>) -> Text {
    match given {
        Given::Value(value) => Text::from(value.to_string()),
        Given::Parameter(key) => Text::from(Part::Parameter(parameter_address(key))),
    }
}

/// The ARN of a role that is named, or given when the template is deployed.
pub(super) fn role_arn(role: &Given<Role>) -> Text {
    match role {
        Given::Value(role) if role.is_arn() => Text::from(role.as_str()),
        Given::Value(name) => arn(Text::from("iam::").then(Part::Account).then(format!(":role/{name}"))),
        Given::Parameter(key) => Text::from(Part::Parameter(parameter_address(key))),
    }
}

/// What all roles of the project have in common.
pub(super) fn role_settings(project: &Project) -> Settings {
    let Roles { path, permissions_boundary } = &project.roles;
    Settings {
        path: path.as_ref().map(ToString::to_string),
        permissions_boundary: permissions_boundary.as_ref().map(|boundary| match boundary {
            Given::Value(arn) => placeholders(arn),
            Given::Parameter(_) => given(boundary),
        }),
    }
}

/// Tags as texts, by key.
pub(super) fn tags(tags: &Tags) -> IndexMap<String, Text> {
    let mut sorted = tags_as_written(tags);
    sorted.sort_unstable_keys();
    sorted
}

/// Tags as texts, in the order of the spec.
pub(super) fn tags_as_written(tags: &Tags) -> IndexMap<String, Text> {
    tags.iter().map(|(key, value)| (key.clone(), Text::from(value.as_str()))).collect()
}

/// The Region that is named, or the one deployed to.
pub(super) fn region(region: Option<&Region>) -> Text {
    region.map_or_else(|| Text::from(Part::Region), |region| Text::from(region.as_str()))
}

/// `arn:PARTITION:` and the rest.
pub(super) fn arn(rest: impl Into<Text>) -> Text {
    Text::from("arn:").then(Part::Partition).then(":").then(rest)
}

/// The ARN of a key in a Region: what another account is granted must be named in full.
pub(super) fn kms_key(key: &KmsKey, region: Text) -> Text {
    match key {
        KmsKey::KeyArn(arn) | KmsKey::AliasArn(arn) => Text::from(arn.to_string()),
        KmsKey::Alias(_) | KmsKey::Id(_) => {
            let name = if let KmsKey::Id(id) = key { format!("key/{id}") } else { key.to_string() };
            arn(Text::from("kms:").then(region).then(":").then(Part::Account).then(":").then(name))
        }
    }
}

/// The ARN of something that Amazon provides for Image Builder.
pub(super) fn managed(kind: &str, name: &str, version: &str) -> Text {
    arn(Text::from("imagebuilder:").then(Part::Region).then(format!(":aws:{kind}/{name}/{version}")))
}

/// A text with `${partition}`, `${region}` and `${account}` in it, which the check has let through.
pub(super) fn placeholders(text: &str) -> Text {
    let mut out = Text::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, next) = after.split_once('}').unwrap_or((after, ""));
        out = out.then(before);
        out = match name {
            "partition" => out.then(Part::Partition),
            "region" => out.then(Part::Region),
            _ => out.then(Part::Account),
        };
        rest = next;
    }
    out.then(rest)
}

/// The beginning of a generated physical name, cut to what AWS leaves of it once its own suffix is added.
pub(super) fn prefix(name: &str, most: usize) -> String {
    let cut: String = name.chars().take(most - 1).collect();
    format!("{}-", cut.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_references() {
        let text = placeholders("arn:${partition}:s3:::a-${account}/*");
        assert_eq!(text, arn("s3:::a-").then(Part::Account).then("/*"));
        assert_eq!(placeholders("*"), Text::from("*"));
    }

    #[test]
    fn prefixes_fit() {
        assert_eq!(prefix("web", 37), "web-");
        assert_eq!(prefix(&"a".repeat(60), 37).len(), 37);
    }
}
