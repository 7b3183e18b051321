//! Distribution configurations and the pipelines themselves.

use super::text::{kms_key, region, tags};
use super::{Lowering, address};
use crate::plan::Life;
use crate::project::Principal;
use crate::project::definition::{self, Destination, Pipeline};
use crate::resource::Handle;
use crate::resource::distribution_configuration::{
    self, Distribution, DistributionConfiguration, LaunchPermission, LaunchTemplate, SsmParameter,
};
use crate::resource::image_pipeline::{self, ImagePipeline, Schedule};
use crate::resource::{image_recipe, infrastructure_configuration};

/// Adds all distributions, in their order.
pub(super) fn all(lowering: &mut Lowering<'_>) -> Vec<Handle> {
    let distributions = &lowering.project.distributions;
    distributions
        .iter()
        .map(|distribution| {
            let resource = DistributionConfiguration {
                name: distribution.name.to_string(),
                description: distribution.description.clone(),
                distributions: distribution.destinations.iter().map(destination).collect(),
                tags: tags(&distribution.tags),
            };
            let life = Life { create_before_destroy: true, retained: false };
            let handle = lowering.plan.add(address(&distribution.key, "Distribution", ""), &resource, life);
            let description = format!("The distribution configuration {}", resource.name);
            lowering.output(&handle, ("Arn", distribution_configuration::ARN), description);
            handle
        })
        .collect()
}

fn destination(destination: &Destination) -> Distribution {
    let account = |account: &Option<crate::project::AccountId>| account.as_ref().map(ToString::to_string);
    Distribution {
        region: region(destination.region.as_ref()),
        ami_name: destination.ami_name.to_string(),
        ami_description: destination.ami_description.clone(),
        ami_tags: tags(&destination.ami_tags),
        kms_key_id: destination.kms_key.as_ref().map(|key| kms_key(key, region(destination.region.as_ref()))),
        target_account_ids: destination.copy_to_accounts.iter().map(ToString::to_string).collect(),
        launch_permission: launch_permission(&destination.share_with),
        launch_templates: destination
            .launch_templates
            .iter()
            .map(|template| LaunchTemplate {
                id: template.id.to_string(),
                account_id: account(&template.account),
                set_default_version: template.set_default,
            })
            .collect(),
        ssm_parameters: destination
            .ssm_parameters
            .iter()
            .map(|parameter| SsmParameter {
                name: parameter.name.to_string(),
                data_type: if parameter.is_image { "aws:ec2:image" } else { "text" },
                ami_account_id: account(&parameter.account),
            })
            .collect(),
        license_configuration_arns: destination.licenses.iter().map(ToString::to_string).collect(),
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

/// Adds a pipeline.
pub(super) fn pipeline(
    pipeline: &Pipeline,
    (recipe, infrastructure, distribution): (&Handle, &Handle, &Handle),
    lowering: &mut Lowering<'_>,
) {
    let resource = ImagePipeline {
        name: pipeline.name.to_string(),
        description: pipeline.description.clone(),
        image_recipe_arn: recipe.get(image_recipe::ARN),
        infrastructure_configuration_arn: infrastructure.get(infrastructure_configuration::ARN),
        distribution_configuration_arn: distribution.get(distribution_configuration::ARN),
        enhanced_image_metadata_enabled: pipeline.enhanced_metadata,
        image_tests_enabled: pipeline.tests,
        image_scanning_enabled: pipeline.scan,
        schedule: pipeline.schedule.as_ref().map(schedule),
        enabled: pipeline.enabled,
        tags: tags(&pipeline.tags),
    };
    let handle = lowering.plan.add(address(&pipeline.key, "Pipeline", ""), &resource, Life::default());
    lowering.output(&handle, ("Arn", image_pipeline::ARN), format!("The pipeline {}", resource.name));
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
