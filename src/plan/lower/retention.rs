//! Lifecycle policies, over the images of all versions of a pipeline's recipe.

use super::text::{prefix, role_settings, tags};
use super::{Lowering, address, shared_address};
use crate::plan::Life;
use crate::project::Age;
use crate::project::definition::{Delete, Deletion, Lifecycle, Pipeline};
use crate::resource::lifecycle_policy::{self, Detail, Exclusions, Filter, LifecyclePolicy};
use crate::resource::role::{self, Role};
use crate::resource::{Handle, Text};
use crate::versions::Kind;

/// What the service needs to act on images, AMIs and snapshots (EC2 Image Builder User Guide, "Lifecycle policies").
const MANAGED_POLICY: &str = "service-role/EC2ImageBuilderLifecycleExecutionPolicy";

/// A policy takes so many recipes (`CreateLifecyclePolicy`, `resourceSelection`); the newest versions count.
const MOST_RECIPES: usize = 50;

/// Adds the role that all lifecycle policies of the project share, if there is one.
pub(super) fn role(lowering: &mut Lowering<'_>) -> Option<Handle> {
    let project = lowering.project;
    project.pipelines.iter().find(|pipeline| pipeline.lifecycle.is_some())?;
    let resource = Role {
        name_prefix: prefix(&format!("{}-lifecycle", project.name.kebab()), 38),
        description: format!("Retention of the images of {}", project.name.kebab()),
        service: Text::from("imagebuilder.amazonaws.com"),
        managed_policies: vec![MANAGED_POLICY],
        policies: Vec::new(),
        settings: role_settings(project),
        tags: tags(&project.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    let role = lowering.plan.add(shared_address("LifecycleRole", "lifecycle"), &resource, life);
    lowering.output(&role, ("Arn", role::ARN), "The role that retires old images".to_owned());
    Some(role)
}

/// Adds the policy of a pipeline.
pub(super) fn policy(pipeline: &Pipeline, lifecycle: &Lifecycle, role: &Handle, lowering: &mut Lowering<'_>) {
    let Lifecycle { enabled, deprecate, disable, delete, except: _ } = lifecycle;
    let by_age = |action: &'static str, age: Age| {
        let filter =
            Filter::Age { value: u64::from(age.value()), unit: age.unit().service_word(), retain_at_least: None };
        detail(action, false, filter, lifecycle)
    };
    let details = deprecate
        .map(|age| by_age("DEPRECATE", age))
        .into_iter()
        .chain(disable.map(|age| by_age("DISABLE", age)))
        .chain(delete.map(|Delete { which, snapshots }| detail("DELETE", snapshots, filter(which), lifecycle)));
    let mut versions = lowering.ledger.versions(Kind::Recipe, pipeline.name.as_str());
    let resource = LifecyclePolicy {
        name: pipeline.name.to_string(),
        description: None,
        execution_role: role.get(role::ARN),
        enabled: *enabled,
        details: details.collect(),
        recipe_name: pipeline.name.to_string(),
        recipe_versions: versions.split_off(versions.len().saturating_sub(MOST_RECIPES)),
        tags: tags(&pipeline.tags),
    };
    let handle = lowering.plan.add(address(&pipeline.key, "LifecyclePolicy", ""), &resource, Life::default());
    lowering.output(&handle, ("Arn", lifecycle_policy::ARN), format!("The lifecycle policy {}", resource.name));
}

fn filter(which: Deletion) -> Filter {
    match which {
        Deletion::AllButNewest(count) => Filter::Count(u64::from(count)),
        Deletion::OlderThan(age, at_least) => Filter::Age {
            value: u64::from(age.value()),
            unit: age.unit().service_word(),
            retain_at_least: at_least.map(u64::from),
        },
    }
}

fn detail(action: &'static str, snapshots: bool, filter: Filter, lifecycle: &Lifecycle) -> Detail {
    let except = &lifecycle.except;
    Detail {
        action,
        amis: true,
        snapshots,
        filter,
        exclusions: Exclusions {
            tags: tags(&except.tags),
            ami_tags: tags(&except.ami_tags),
            public: except.public,
            last_launched: except.last_launched_within.map(|age| (u64::from(age.value()), age.unit().service_word())),
            regions: except.regions.iter().map(ToString::to_string).collect(),
            shared_accounts: except.shared_with.iter().map(ToString::to_string).collect(),
        },
    }
}
