//! Which pipelines a resource works for.

use std::collections::{BTreeMap, BTreeSet};

use super::flat::{flat, references};
use crate::plan::Plan;
use crate::project::Key;
use crate::resource::image_pipeline;
use crate::spec::Spec;

/// The pipelines of each resource.
#[derive(Debug, Default)]
pub(super) struct Belongs {
    /// By the resource's id in CloudFormation: places in `names`.
    by_id: BTreeMap<String, BTreeSet<usize>>,
    /// The pipelines, by name and by the id of the resource.
    pub(super) names: Vec<(String, String)>,
}

impl Belongs {
    pub(super) fn new(spec: Option<&Spec>, plan: &Plan) -> Self {
        let Some(spec) = spec else { return Self::default() };
        let keys = spec.pipeline.keys().filter_map(|key| Some((key, Key::parse(key).ok()?.pascal())));
        let keys: Vec<(&String, String)> = keys.collect();
        let names = plan.resources.iter().filter(|planned| planned.handle.of == &image_pipeline::TYPE);
        let names: Vec<(String, String)> = names
            .filter_map(|planned| {
                let id = &planned.handle.address.cloudformation;
                let (key, _) = keys.iter().find(|(_, pascal)| *id == format!("{pascal}Pipeline"))?;
                Some(((*key).clone(), id.clone()))
            })
            .collect();
        let uses: BTreeMap<&str, BTreeSet<String>> = plan
            .resources
            .iter()
            .map(|planned| {
                let leaves = flat(&planned.properties);
                let used = leaves.iter().flat_map(|leaf| references(&leaf.value));
                let used = used.map(|(handle, _)| handle.address.cloudformation.clone()).collect();
                (planned.handle.address.cloudformation.as_str(), used)
            })
            .collect();
        let mut by_id: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (index, (key, id)) in names.iter().enumerate() {
            let mut open = vec![id.clone()];
            while let Some(id) = open.pop() {
                // Another pipeline that it refers to is not part of it.
                let is_other = names.iter().any(|(other, own)| *own == id && other != key);
                if !is_other && by_id.entry(id.clone()).or_default().insert(index) {
                    open.extend(uses.get(id.as_str()).into_iter().flatten().cloned());
                }
            }
        }
        for id in uses.keys().filter(|id| !names.iter().any(|(_, own)| own == *id)) {
            if by_id.contains_key(*id) {
                continue;
            }
            let owner = keys.iter().filter(|(_, pascal)| {
                id.strip_prefix(pascal.as_str()).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
            });
            if let Some((key, _)) = owner.max_by_key(|(_, pascal)| pascal.len())
                && let Some(index) = names.iter().position(|(name, _)| name == *key)
            {
                by_id.insert((*id).to_owned(), BTreeSet::from([index]));
            }
        }
        // What is left belongs to those that it refers to, or that refer to it: a bucket's policy, a shared role.
        for (id, used) in &uses {
            if by_id.contains_key(*id) {
                continue;
            }
            let near = uses.iter().filter(|(other, of)| used.contains(**other) || of.contains(*id));
            let set: BTreeSet<usize> = near.filter_map(|(other, _)| by_id.get(*other)).flatten().copied().collect();
            if !set.is_empty() {
                by_id.insert((*id).to_owned(), set);
            }
        }
        Self { by_id, names }
    }

    /// The pipelines of a resource, in the order of the spec.
    pub(super) fn of(&self, id: &str) -> Vec<String> {
        let set = self.by_id.get(id).into_iter().flatten();
        set.filter_map(|index| self.names.get(*index)).map(|(name, _)| name.clone()).collect()
    }
}
