//! Images that are built when the template is deployed.

use super::Lowering;
use super::build::{Owner, execution_role, scan, tests, workflows};
use super::delivery::Planned;
use super::text::{given, role_arn, tags};
use super::workflow::Workflows;
use crate::plan::{self, Life, Table};
use crate::project::Duration;
use crate::project::definition::{self, ImageDeletion, Pipeline};
use crate::resource::image::{self, Build, Image, Origin};
use crate::resource::{Handle, image_pipeline, role};

/// Terraform waits so many minutes by default (`aws_imagebuilder_image`, `timeouts.create`).
const TERRAFORM_WAIT: u32 = 60;

/// Adds all images of the spec, in their order.
pub(super) fn all(
    pipelines: &[Planned],
    workflows: &Workflows,
    lifecycle_role: Option<&Handle>,
    lowering: &mut Lowering<'_>,
) {
    let project = lowering.project;
    for image in &project.images {
        let (pipeline, planned) = (&project.pipelines[image.pipeline], &pipelines[image.pipeline]);
        let build = build(image, (pipeline, planned), workflows, lowering);
        let resource = Image {
            origin: Origin::Recipe(Box::new(build)),
            deletion_role: match &image.deletion {
                ImageDeletion::Keep => None,
                ImageDeletion::Generated => lifecycle_role.map(|role| role.get(role::ARN)),
                ImageDeletion::Existing(role) => Some(role_arn(role)),
            },
            tags: tags(&image.tags),
        };
        let origin = plan::Origin::new(Table::Image, &image.key, plan::Part::Main).serving([&pipeline.key]);
        let handle = lowering.add(origin, &resource, Life::default());
        let description = format!("The image {} of the pipeline {}", image.key.kebab(), pipeline.name);
        lowering.output(&handle, ("Arn", image::ARN), description);
    }
}

fn build(
    image: &definition::Image,
    (pipeline, planned): (&Pipeline, &Planned),
    own: &Workflows,
    lowering: &mut Lowering<'_>,
) -> Build {
    // An image with the workflows of its pipeline needs no role of its own.
    let is_alike = image.log_group.is_none() && image.build.workflows == pipeline.build.workflows;
    let execution_role = match &planned.execution_role {
        Some(role) if is_alike && image.build.role == pipeline.build.role => Some(role.clone()),
        _ => {
            let log_groups = image.log_group.iter().collect();
            let owner = Owner { of: (Table::Image, &image.key), pipeline, log_groups };
            execution_role(&image.build, &owner, lowering)
        }
    };
    Build {
        recipe: planned.recipe.clone(),
        infrastructure_configuration_arn: planned.infrastructure.clone(),
        distribution_configuration_arn: planned.distribution.clone(),
        enhanced_image_metadata_enabled: image.build.enhanced_metadata,
        tests: tests(&image.build),
        scan: scan(&image.build),
        workflows: workflows(&image.build, own),
        execution_role,
        log_group: image.log_group.as_ref().map(given),
        create_timeout: image
            .timeout
            .map(Duration::minutes)
            .filter(|wait| *wait != TERRAFORM_WAIT)
            .map(|wait| format!("{wait}m")),
    }
}

/// Adds the image that each deployment of a pipeline builds.
pub(super) fn on_change(pipeline: &Pipeline, own: &Handle, lowering: &mut Lowering<'_>) {
    let resource = Image {
        origin: Origin::Pipeline { deployment: own.get(image_pipeline::DEPLOYMENT_ID) },
        deletion_role: None,
        tags: tags(&pipeline.tags),
    };
    let origin = plan::Origin::new(Table::Pipeline, &pipeline.key, plan::Part::LatestImage);
    let handle = lowering.add(origin, &resource, Life::default());
    lowering.output(
        &handle,
        ("Arn", image::ARN),
        format!("The newest image that a deployment of {} built", pipeline.name),
    );
}
