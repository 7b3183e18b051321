//! Which pipelines a resource works for.

use std::collections::{BTreeMap, BTreeSet};

use super::flat::all_references;
use super::owner::Keys;
use crate::plan::Plan;
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
        let keys = Keys::new(spec.pipeline.keys());
        let names = plan.resources.iter().filter(|planned| planned.handle.of == &image_pipeline::TYPE);
        let names: Vec<(String, String)> = names
            .filter_map(|planned| {
                let id = &planned.handle.address.cloudformation;
                Some((keys.spelt(id.strip_suffix("Pipeline")?)?.to_owned(), id.clone()))
            })
            .collect();
        let index_of: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(index, (key, _))| (key.as_str(), index)).collect();
        let index_at: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(index, (_, id))| (id.as_str(), index)).collect();
        let uses: BTreeMap<&str, BTreeSet<&str>> = plan
            .resources
            .iter()
            .map(|planned| {
                let used = all_references(&planned.properties);
                let used = used.iter().map(|it| it.resource.address.cloudformation.as_str()).collect();
                (planned.handle.address.cloudformation.as_str(), used)
            })
            .collect();
        let mut by_id: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (index, (_, id)) in names.iter().enumerate() {
            let mut open = vec![id.as_str()];
            while let Some(id) = open.pop() {
                // Another pipeline that it refers to is not part of it.
                let is_other = index_at.get(id).is_some_and(|other| *other != index);
                if !is_other && by_id.entry(id.to_owned()).or_default().insert(index) {
                    open.extend(uses.get(id).into_iter().flatten().copied());
                }
            }
        }
        for id in uses.keys().filter(|id| !index_at.contains_key(*id)) {
            if by_id.contains_key(*id) {
                continue;
            }
            if let Some(index) = keys.owner(id).and_then(|key| index_of.get(key)) {
                by_id.insert((*id).to_owned(), BTreeSet::from([*index]));
            }
        }
        let mut used_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (id, used) in &uses {
            used.iter().for_each(|other| used_by.entry(other).or_default().push(id));
        }
        // What is left belongs to those that it refers to, or that refer to it: a bucket's policy, a shared role.
        for (id, used) in &uses {
            if by_id.contains_key(*id) {
                continue;
            }
            let near = used.iter().chain(used_by.get(id).into_iter().flatten()).copied();
            let set: BTreeSet<usize> = near.filter_map(|other| by_id.get(other)).flatten().copied().collect();
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
