//! Repositories of container images.

use super::Lowering;
use super::text::{given, kms_key, tags};
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::Repository;
use crate::resource::repository::{self, Repository as Resource};
use crate::resource::{Part, Text};
use crate::source::Segment;

/// The names of the repositories of all pipelines, in their order; empty for those that make AMIs.
pub(super) fn repositories(lowering: &mut Lowering<'_>) -> Vec<Text> {
    let project = lowering.project;
    let pipelines = project.pipelines.iter();
    pipelines
        .map(|pipeline| {
            let Some(container) = pipeline.container() else { return Text::default() };
            let (name, scan_on_push, immutable_tags, keep_untagged, key) = match &container.repository {
                Repository::Existing(name) => return given(name),
                Repository::Generated { name, scan_on_push, immutable_tags, keep_untagged, kms_key } => {
                    (name, *scan_on_push, *immutable_tags, *keep_untagged, kms_key)
                }
            };
            let resource = Resource {
                name: name.to_string(),
                scan_on_push,
                immutable_tags,
                kms_key: key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
                keep_untagged: u64::from(keep_untagged),
                tags: tags(&pipeline.tags),
            };
            // Images outlive the stack that made them.
            let life = Life { retained: true, create_before_destroy: false };
            let handle = lowering.add(
                Origin::new(Table::Pipeline, &pipeline.key, plan::Part::Repository)
                    .at([Segment::Key("container".to_owned())]),
                &resource,
                life,
            );
            lowering.output(&handle, ("Uri", repository::URI), format!("The repository {name}"));
            handle.get(repository::NAME)
        })
        .collect()
}
