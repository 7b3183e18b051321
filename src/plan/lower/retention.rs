//! Lifecycle policies, over the images of all versions of a pipeline's recipe.

use super::Lowering;
use super::text::{prefix, role_arn, role_settings, tags};
use super::uses::pipelines;
use crate::plan::{self, Life, Origin, Table};
use crate::project::Age;
use crate::project::definition::{Delete, Deletion, Image, ImageDeletion, Lifecycle, Pipeline};
use crate::resource::lifecycle_policy::{self, Detail, Exclusions, Filter, Include, LifecyclePolicy, Selection};
use crate::resource::role::{self, Role};
use crate::resource::{Handle, Text};
use crate::source::Segment;
use crate::versions::Kind;

/// What the service needs to act on images, AMIs and snapshots (EC2 Image Builder User Guide, "Lifecycle policies").
const MANAGED_POLICY: &str = "service-role/EC2ImageBuilderLifecycleExecutionPolicy";

/// A policy takes so many recipes (`CreateLifecyclePolicy`, `resourceSelection`); the newest versions count.
const MOST_RECIPES: usize = 50;

/// Adds the role that all lifecycle policies of the project share, if there is one.
pub(super) fn role(lowering: &mut Lowering<'_>) -> Option<Handle> {
    let project = lowering.project;
    let retires = |pipeline: &Pipeline| pipeline.lifecycle.as_ref().is_some_and(|policy| policy.role.is_none());
    let deletes = |image: &Image| matches!(image.deletion, ImageDeletion::Generated);
    if !project.pipelines.iter().any(retires) && !project.images.iter().any(deletes) {
        return None;
    }
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
    let builds = |pipeline: &Pipeline| {
        let mut own = project.images.iter().filter(|image| project.pipelines[image.pipeline].key == pipeline.key);
        own.any(deletes)
    };
    let served = pipelines(project, |pipeline| retires(pipeline) || builds(pipeline));
    let role = lowering.add(Origin::shared(Table::Project, plan::Part::LifecycleRole).serving(served), &resource, life);
    lowering.output(&role, ("Arn", role::ARN), "The role that retires old images".to_owned());
    Some(role)
}

/// Adds the policy of a pipeline.
pub(super) fn policy(pipeline: &Pipeline, lifecycle: &Lifecycle, own: Option<&Handle>, lowering: &mut Lowering<'_>) {
    let Lifecycle { enabled, description, role, select_tags, deprecate, disable, delete, except: _ } = lifecycle;
    let containers = pipeline.container().is_some();
    let by_age = |action: &'static str, age: Age| {
        let filter =
            Filter::Age { value: u64::from(age.value()), unit: age.unit().service_word(), retain_at_least: None };
        detail((action, Include::Amis { snapshots: false }), filter, lifecycle)
    };
    let deletion = |delete: Delete| {
        let include = if containers { Include::Containers } else { Include::Amis { snapshots: delete.snapshots } };
        detail(("DELETE", include), filter(delete.which), lifecycle)
    };
    let details = deprecate
        .map(|age| by_age("DEPRECATE", age))
        .into_iter()
        .chain(disable.map(|age| by_age("DISABLE", age)))
        .chain(delete.map(deletion));
    let mut versions = lowering.ledger.versions(Kind::Recipe, pipeline.name.as_str());
    let selection = if select_tags.is_empty() {
        let versions = versions.split_off(versions.len().saturating_sub(MOST_RECIPES));
        Selection::Recipe { name: pipeline.name.to_string(), versions }
    } else {
        Selection::Tags(tags(select_tags))
    };
    let execution_role = match (role, own) {
        (Some(role), _) => role_arn(role),
        (None, Some(own)) => own.get(role::ARN),
        (None, None) => return,
    };
    let resource = LifecyclePolicy {
        name: pipeline.name.to_string(),
        description: description.clone(),
        execution_role,
        enabled: *enabled,
        details: details.collect(),
        containers,
        selection,
        tags: tags(&pipeline.tags),
    };
    let origin =
        Origin::new(Table::Pipeline, &pipeline.key, plan::Part::Lifecycle).at([Segment::Key("keep".to_owned())]);
    let handle = lowering.add(origin, &resource, Life::default());
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

fn detail((action, include): (&'static str, Include), filter: Filter, lifecycle: &Lifecycle) -> Detail {
    let except = &lifecycle.except;
    Detail {
        action,
        include,
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
