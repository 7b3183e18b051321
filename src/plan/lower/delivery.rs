//! Distribution configurations and the pipelines themselves.

use super::build::{Owner, execution_role, scan, tests, workflows};
use super::text::{given, kms_key, region, tags};
use super::workflow::Workflows;
use super::{Lowering, logs};
use crate::plan::{self, Life, Origin, Table};
use crate::project::Principal;
use crate::project::definition::distribution::TemplateName;
use crate::project::definition::{self, AmiDestination, ContainerDestination, Destination, Pipeline};
use crate::resource::build::Recipe;
use crate::resource::distribution_configuration::{
    self, Ami, Container, Distribution, DistributionConfiguration, FastLaunch, LaunchPermission, LaunchTemplate,
    Output, S3Export, SsmParameter,
};
use crate::resource::image_pipeline::{self, ImagePipeline, Schedule};
use crate::resource::{Handle, Text, infrastructure_configuration};
use crate::source::Segment;

/// Adds all distributions, in their order. `repositories` are those of the pipelines.
pub(super) fn all(repositories: &[Text], lowering: &mut Lowering<'_>) -> Vec<Handle> {
    let project = lowering.project;
    let distributions = &project.distributions;
    distributions
        .iter()
        .enumerate()
        .map(|(index, distribution)| {
            // A distribution that names no repository is that of one pipeline.
            let pipeline = project.pipelines.iter().position(|pipeline| pipeline.distribution == index);
            let repository = pipeline.and_then(|pipeline| repositories.get(pipeline));
            let resource = DistributionConfiguration {
                name: distribution.name.to_string(),
                description: distribution.description.clone(),
                distributions: distribution.destinations.iter().map(|to| destination(to, repository)).collect(),
                tags: tags(&distribution.tags),
            };
            let life = Life { create_before_destroy: true, retained: false };
            let table = if distribution.is_own { Table::Pipeline } else { Table::Distribution };
            let mut origin = Origin::new(table, &distribution.key, plan::Part::Distribution)
                .serving(lowering.uses.distributions[index].iter().copied());
            if distribution.is_own {
                origin = origin.at([Segment::Key("distribution".to_owned())]);
            }
            let handle = lowering.add(origin, &resource, life);
            let description = format!("The distribution configuration {}", resource.name);
            lowering.output(&handle, ("Arn", distribution_configuration::ARN), description);
            handle
        })
        .collect()
}

fn destination(destination: &Destination, repository: Option<&Text>) -> Distribution {
    let region = region(destination.region.as_ref());
    let (output, licenses): (_, &[_]) = match &destination.output {
        definition::Output::Ami(it) => (Output::Ami(Box::new(ami(it, region.clone()))), &it.licenses),
        definition::Output::Container(it) => (Output::Container(container(it, repository)), &[]),
    };
    let license_configuration_arns = licenses.iter().map(ToString::to_string).collect();
    Distribution { region, output, license_configuration_arns }
}

fn container(container: &ContainerDestination, repository: Option<&Text>) -> Container {
    Container {
        repository: container.repository.as_ref().map(given).or_else(|| repository.cloned()).unwrap_or_default(),
        description: container.description.clone(),
        tags: container.tags.iter().map(ToString::to_string).collect(),
    }
}

fn ami(ami: &AmiDestination, region: Text) -> Ami {
    let account = |account: &Option<crate::project::AccountId>| account.as_ref().map(ToString::to_string);
    Ami {
        name: ami.name.to_string(),
        description: ami.description.clone(),
        tags: tags(&ami.tags),
        kms_key_id: ami.kms_key.as_ref().map(|key| kms_key(key, region)),
        target_account_ids: ami.copy_to_accounts.iter().map(ToString::to_string).collect(),
        launch_permission: launch_permission(&ami.share_with),
        launch_templates: ami
            .launch_templates
            .iter()
            .map(|template| LaunchTemplate {
                id: template.id.to_string(),
                account_id: account(&template.account),
                set_default_version: template.set_default,
            })
            .collect(),
        ssm_parameters: ami
            .ssm_parameters
            .iter()
            .map(|parameter| SsmParameter {
                name: parameter.name.to_string(),
                data_type: if parameter.is_image { "aws:ec2:image" } else { "text" },
                ami_account_id: account(&parameter.account),
            })
            .collect(),
        fast_launch: ami.fast_launch.iter().map(fast_launch).collect(),
        s3_export: ami.s3_export.as_ref().map(|export| S3Export {
            bucket: export.bucket.to_string(),
            prefix: export.prefix.clone(),
            format: export.format,
            role: export.role.clone(),
        }),
    }
}

fn fast_launch(fast: &definition::FastLaunch) -> FastLaunch {
    let (id, name) = match &fast.launch_template {
        Some(TemplateName::Id(id)) => (Some(id.to_string()), None),
        Some(TemplateName::Name(name)) => (None, Some(name.clone())),
        None => (None, None),
    };
    FastLaunch {
        account_id: fast.account.to_string(),
        enabled: fast.enabled,
        launch_template_id: id,
        launch_template_name: name,
        launch_template_version: fast.launch_template_version.clone(),
        max_parallel_launches: fast.max_parallel_launches.map(u64::from),
        target_resource_count: fast.target_snapshots.map(u64::from),
    }
}

fn launch_permission(share_with: &[Principal]) -> LaunchPermission {
    let mut permission = LaunchPermission::default();
    for principal in share_with {
        match principal {
            Principal::Account(id) => permission.user_ids.push(id.to_string()),
            Principal::Organization(arn) => permission.organization_arns.push(arn.to_string()),
            Principal::OrganizationalUnit(arn) => permission.organizational_unit_arns.push(arn.to_string()),
            Principal::Everyone => permission.user_groups.push("all"),
        }
    }
    permission
}

/// What was planned for a pipeline, for those who build on it.
pub(super) struct Planned {
    /// Its recipe.
    pub(super) recipe: Recipe,
    /// The ARN of its infrastructure configuration.
    pub(super) infrastructure: Text,
    /// The ARN of its distribution configuration.
    pub(super) distribution: Text,
    /// The role that runs its workflows.
    pub(super) execution_role: Option<Text>,
    /// The pipeline.
    pub(super) handle: Handle,
}

/// Adds a pipeline.
pub(super) fn pipeline(
    pipeline: &Pipeline,
    (recipe, infrastructure, distribution): (Recipe, &Handle, &Handle),
    own: &Workflows,
    lowering: &mut Lowering<'_>,
) -> Planned {
    let logging = logs::groups(pipeline, lowering);
    let log_groups = pipeline.log_groups.image.iter().chain(&pipeline.log_groups.pipeline).collect();
    let owner = Owner { of: (Table::Pipeline, &pipeline.key), pipeline, log_groups };
    let execution_role = execution_role(&pipeline.build, &owner, lowering);
    let resource = ImagePipeline {
        name: pipeline.name.to_string(),
        description: pipeline.description.clone(),
        recipe: recipe.clone(),
        infrastructure_configuration_arn: infrastructure.get(infrastructure_configuration::ARN),
        distribution_configuration_arn: distribution.get(distribution_configuration::ARN),
        enhanced_image_metadata_enabled: pipeline.build.enhanced_metadata,
        tests: tests(&pipeline.build),
        scan: scan(&pipeline.build),
        workflows: workflows(&pipeline.build, own),
        execution_role: execution_role.clone(),
        logging,
        schedule: pipeline.schedule.as_ref().map(schedule),
        enabled: pipeline.enabled,
        image_tags: tags(&pipeline.image_tags),
        tags: tags(&pipeline.tags),
    };
    let origin = Origin::new(Table::Pipeline, &pipeline.key, plan::Part::Main);
    let handle = lowering.add(origin, &resource, Life::default());
    lowering.output(&handle, ("Arn", image_pipeline::ARN), format!("The pipeline {}", resource.name));
    Planned {
        recipe,
        infrastructure: resource.infrastructure_configuration_arn,
        distribution: resource.distribution_configuration_arn,
        execution_role,
        handle,
    }
}

fn schedule(schedule: &definition::Schedule) -> Schedule {
    let expression = match &schedule.expression {
        crate::project::Expression::Cron(cron) => format!("cron({cron})"),
        rate @ crate::project::Expression::Rate(_) => rate.to_string(),
    };
    Schedule {
        expression,
        timezone: schedule.timezone.as_ref().map(ToString::to_string),
        start_condition: if schedule.only_for_updates {
            "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
        } else {
            "EXPRESSION_MATCH_ONLY"
        },
        disable_after_failures: schedule.disable_after_failures.map(u64::from),
    }
}
