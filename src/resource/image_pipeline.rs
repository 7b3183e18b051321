//! `AWS::ImageBuilder::ImagePipeline`: which recipe is built on which infrastructure, when, and where the image goes.

use indexmap::IndexMap;

use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};

/// The type's names.
pub static TYPE: Type =
    Type { cloudformation: "AWS::ImageBuilder::ImagePipeline", terraform: "aws_imagebuilder_image_pipeline" };

/// The pipeline's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// An image pipeline.
#[derive(Debug, Clone)]
pub struct ImagePipeline {
    /// The physical name.
    pub name: String,
    /// What it makes.
    pub description: Option<String>,
    /// The recipe.
    pub image_recipe_arn: Text,
    /// The infrastructure configuration.
    pub infrastructure_configuration_arn: Text,
    /// The distribution configuration.
    pub distribution_configuration_arn: Text,
    /// Whether the service collects what is installed and which version of the operating system it is.
    pub enhanced_image_metadata_enabled: bool,
    /// Whether tests run.
    pub image_tests_enabled: bool,
    /// Whether Inspector scans the test instance.
    pub image_scanning_enabled: bool,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// Whether the schedule is in force.
    pub enabled: bool,
    /// Tags of the pipeline.
    pub tags: IndexMap<String, Text>,
}

/// When a pipeline runs by itself.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// `cron(…)` or `rate(…)`.
    pub expression: String,
    /// The time zone of the expression.
    pub timezone: Option<String>,
    /// `EXPRESSION_MATCH_ONLY` or `EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE`.
    pub start_condition: &'static str,
    /// Failed runs in a row after which the service disables the pipeline. Terraform's provider has no argument for it.
    pub disable_after_failures: Option<u64>,
}

impl Resource for ImagePipeline {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self {
            name,
            description,
            image_recipe_arn,
            infrastructure_configuration_arn,
            distribution_configuration_arn,
            enhanced_image_metadata_enabled,
            image_tests_enabled,
            image_scanning_enabled,
            schedule,
            enabled,
            tags,
        } = self;
        // The two blocks are written even where they hold the default: Terraform takes a removed block for "no change".
        Properties::new()
            .value("Name", name.as_str())
            .optional("Description", description.as_deref())
            .value("Status", if *enabled { "ENABLED" } else { "DISABLED" })
            .value("ImageRecipeArn", image_recipe_arn)
            .value("InfrastructureConfigurationArn", infrastructure_configuration_arn)
            .value("DistributionConfigurationArn", distribution_configuration_arn)
            .value("EnhancedImageMetadataEnabled", *enhanced_image_metadata_enabled)
            .block("ImageTestsConfiguration", Properties::new().value("ImageTestsEnabled", *image_tests_enabled))
            .block(
                "ImageScanningConfiguration",
                Properties::new().value("ImageScanningEnabled", *image_scanning_enabled),
            )
            .block("Schedule", schedule.as_ref().map_or_else(Properties::new, self::schedule))
            .optional("Tags", tag_map(tags))
    }
}

fn schedule(schedule: &Schedule) -> Properties {
    let Schedule { expression, timezone, start_condition, disable_after_failures } = schedule;
    Properties::new()
        .value("ScheduleExpression", expression.as_str())
        .optional("Timezone", timezone.as_deref())
        .value("PipelineExecutionStartCondition", *start_condition)
        .block(
            Key::cloudformation_only("AutoDisablePolicy"),
            Properties::new().optional("FailureCount", *disable_after_failures),
        )
}
