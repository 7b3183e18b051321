//! Whose resource something is: ids in CloudFormation are made of a key of the spec and of what the resource is.

use std::collections::BTreeMap;

use crate::project::Key;
use crate::spec::Spec;

/// The keys of a table, by the way in which ids spell them.
#[derive(Debug, Default)]
pub(super) struct Keys<'a>(BTreeMap<String, &'a str>);

impl<'a> Keys<'a> {
    pub(super) fn new(keys: impl Iterator<Item = &'a String>) -> Self {
        Self(keys.filter_map(|key| Some((Key::parse(key).ok()?.pascal(), key.as_str()))).collect())
    }

    /// The key that is spelt like this.
    pub(super) fn spelt(&self, pascal: &str) -> Option<&'a str> {
        self.0.get(pascal).copied()
    }

    /// The longest key that the id begins with. `WebRecipe` begins with `Web`, but `Website` does not.
    pub(super) fn owner(&self, id: &str) -> Option<&'a str> {
        let mut words = id.char_indices().rev().filter(|(_, first)| first.is_ascii_uppercase());
        words.find_map(|(end, _)| self.spelt(&id[..end]))
    }
}

/// The keys of all tables that resources come from.
pub(super) struct Tables<'a>([(&'static str, Keys<'a>); 6]);

impl<'a> Tables<'a> {
    pub(super) fn new(spec: &'a Spec) -> Self {
        Self([
            ("component", Keys::new(spec.component.keys())),
            ("infrastructure", Keys::new(spec.infrastructure.keys())),
            ("workflow", Keys::new(spec.workflow.keys())),
            ("image", Keys::new(spec.image.keys())),
            ("distribution", Keys::new(spec.distribution.keys())),
            ("pipeline", Keys::new(spec.pipeline.keys())),
        ])
    }

    /// The key of this table that the id begins with.
    pub(super) fn owner(&self, table: &str, id: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == table)?.1.owner(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_key_owns_an_id() {
        let keys: Vec<String> = ["web", "web-arm", "site"].map(str::to_owned).into();
        let keys = Keys::new(keys.iter());
        let table = [
            ("WebRecipe", Some("web")),
            ("WebArmRecipe", Some("web-arm")),
            ("WebArm", Some("web")),
            ("Website", None),
            ("SiteS3Bucket", Some("site")),
            ("Web", None),
            ("", None),
        ];
        for (id, expected) in table {
            assert_eq!(keys.owner(id), expected, "{id}");
        }
    }
}
