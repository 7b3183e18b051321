//! `AWS::ImageBuilder::ImagePipeline`: which recipe is built on which infrastructure, when, and where the image goes.

use indexmap::IndexMap;

use super::build::{Recipe, Scan, Tests, WorkflowUse, checks, recipe, workflows};
use super::fact::Cost;
use super::permission::{Pass, Permission};
use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};
use super::{build, image_builder};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::ImagePipeline",
    terraform: "aws_imagebuilder_image_pipeline",
    create_only: &["Name"],
    noun: "pipeline",
    is_versioned: false,
    is_built_from: true,
    arn: |it| it.place.arn("imagebuilder", &format!("image-pipeline/{}", it.name())),
    permissions: &[
        &[Permission::own(
            "ImagePipeline",
            &[
                "imagebuilder:CreateImagePipeline",
                "imagebuilder:GetImagePipeline",
                "imagebuilder:UpdateImagePipeline",
                "imagebuilder:DeleteImagePipeline",
                "imagebuilder:TagResource",
                "imagebuilder:UntagResource",
            ],
        )],
        image_builder::SERVICE_ROLE,
        image_builder::BUILD,
    ],
    passes: &[Pass { property: "ExecutionRole", service: "imagebuilder.amazonaws.com" }],
    holds: None,
    parting: |it| match it.is_replaced {
        true => Some("images that it made stay; its history of runs does not"),
        false => Some("images that it made stay; nothing builds new ones"),
    },
    costs: &[
        Cost::Property("Schedule.ScheduleExpression", "schedule"),
        Cost::Property("ImageScanningEnabled", "scanning with Amazon Inspector"),
    ],
    identities: build::IDENTITIES,
    hints: &[image_builder::HINTS],
};

/// The pipeline's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// What is another after each change of the pipeline. Terraform's provider has no such attribute.
pub const DEPLOYMENT_ID: Attribute = Attribute::by_get_att("DeploymentId", "id");

/// An image pipeline.
///
/// ```
/// use kiln::resource::image_pipeline::ImagePipeline;
///
/// /// The same pipeline, which runs on request only.
/// fn on_request(pipeline: ImagePipeline) -> ImagePipeline {
///     ImagePipeline { schedule: None, ..pipeline }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ImagePipeline {
    /// The physical name.
    pub name: String,
    /// What it makes.
    pub description: Option<String>,
    /// The recipe.
    pub recipe: Recipe,
    /// The infrastructure configuration.
    pub infrastructure_configuration_arn: Text,
    /// The distribution configuration.
    pub distribution_configuration_arn: Text,
    /// Whether the service collects what is installed and which version of the operating system it is.
    pub enhanced_image_metadata_enabled: bool,
    /// Whether tests run.
    pub tests: Tests,
    /// Whether images are scanned.
    pub scan: Scan,
    /// Workflows instead of the service's own.
    pub workflows: Vec<WorkflowUse>,
    /// The role that runs workflows.
    pub execution_role: Option<Text>,
    /// Where logs go. Terraform's provider has no argument for it.
    pub logging: Logging,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// Whether the schedule is in force.
    pub enabled: bool,
    /// Tags of the images. Terraform's provider has no argument for it.
    pub image_tags: IndexMap<String, Text>,
    /// Tags of the pipeline.
    pub tags: IndexMap<String, Text>,
}

/// Log groups of CloudWatch; the service's own otherwise.
///
/// ```
/// use kiln::resource::image_pipeline::{ImagePipeline, Logging};
///
/// /// The same pipeline, whose builds write to this log group of CloudWatch.
/// fn logged(pipeline: ImagePipeline, group: &str) -> ImagePipeline {
///     let logging = Logging { image_log_group: Some(group.into()), ..Logging::default() };
///     ImagePipeline { logging, ..pipeline }
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Logging {
    /// Of image builds.
    pub image_log_group: Option<Text>,
    /// Of the pipeline.
    pub pipeline_log_group: Option<Text>,
}

/// When a pipeline runs by itself.
///
/// ```
/// use kiln::resource::image_pipeline::{ImagePipeline, Schedule};
///
/// /// The same pipeline, which builds each night if there is anything new to build from.
/// fn nightly(pipeline: ImagePipeline) -> ImagePipeline {
///     let schedule = Schedule {
///         expression: "cron(0 2 * * ? *)".into(),
///         timezone: Some("Europe/Rome".into()),
///         start_condition: "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE",
///         disable_after_failures: None,
///     };
///     ImagePipeline { schedule: Some(schedule), ..pipeline }
/// }
/// ```
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
            recipe: built,
            infrastructure_configuration_arn,
            distribution_configuration_arn,
            enhanced_image_metadata_enabled,
            tests,
            scan,
            workflows: used,
            execution_role,
            logging: Logging { image_log_group, pipeline_log_group },
            schedule,
            enabled,
            image_tags,
            tags,
        } = self;
        Properties::new()
            .value("Name", name.as_str())
            .optional("Description", description.as_deref())
            .value("Status", if *enabled { "ENABLED" } else { "DISABLED" })
            .extend(recipe(built))
            .value("InfrastructureConfigurationArn", infrastructure_configuration_arn)
            .value("DistributionConfigurationArn", distribution_configuration_arn)
            .value("EnhancedImageMetadataEnabled", *enhanced_image_metadata_enabled)
            .extend(checks(*tests, scan))
            .extend(workflows(used))
            .optional("ExecutionRole", execution_role.as_ref())
            .block(
                Key::cloudformation_only("LoggingConfiguration"),
                Properties::new()
                    .optional("ImageLogGroupName", image_log_group.as_ref())
                    .optional("PipelineLogGroupName", pipeline_log_group.as_ref()),
            )
            .block("Schedule", schedule.as_ref().map_or_else(Properties::new, self::schedule))
            .optional(Key::cloudformation_only("ImageTags"), tag_map(image_tags))
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

/// What starts a pipeline that is written: the reverse of [`ImagePipeline`].
///
/// ```
/// use kiln::resource::image_pipeline::View;
/// use kiln::resource::Properties;
///
/// let schedule = Properties::new().value("ScheduleExpression", "rate(7 days)");
/// let pipeline = Properties::new().value("Status", "ENABLED").block("Schedule", schedule);
/// let view = View::of(&pipeline);
/// let schedule = view.schedule.expect("it has one");
/// assert!(view.is_enabled && schedule.expression.as_literal() == Some("rate(7 days)"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Whether it runs by itself.
    pub is_enabled: bool,
    /// When, if it has a schedule.
    pub schedule: Option<Runs<'a>>,
}

/// When a pipeline runs.
///
/// ```
/// use kiln::resource::image_pipeline::Runs;
///
/// /// Whether each run builds an image.
/// fn always_builds(runs: &Runs<'_>) -> bool {
///     !runs.waits_for_updates
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    /// The expression.
    pub expression: &'a Text,
    /// The time zone; UTC otherwise.
    pub timezone: Option<&'a Text>,
    /// Whether a run builds only if the base or a component has a newer version.
    pub waits_for_updates: bool,
}

impl<'a> View<'a> {
    /// The view of these properties.
    #[must_use]
    pub fn of(properties: &'a Properties) -> Self {
        let condition = properties.literal("Schedule.PipelineExecutionStartCondition");
        let runs = |expression| Runs {
            expression,
            timezone: properties.text("Schedule.Timezone"),
            waits_for_updates: condition.is_some_and(|condition| condition.contains("DEPENDENCY")),
        };
        Self {
            is_enabled: properties.literal("Status") == Some("ENABLED"),
            schedule: properties.text("Schedule.ScheduleExpression").map(runs),
        }
    }
}
