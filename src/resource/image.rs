//! `AWS::ImageBuilder::Image`: an image that is built when the template is deployed.

use indexmap::IndexMap;

use super::build::{Recipe, Scan, Tests, WorkflowUse, checks, recipe, workflows};
use super::fact::Cost;
use super::permission::{Deployed, Grant, Pass, Permission, Target};
use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};
use super::{build, image_builder};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::Image",
    terraform: "aws_imagebuilder_image",
    create_only: &[
        "ImageRecipeArn",
        "ContainerRecipeArn",
        "InfrastructureConfigurationArn",
        "Workflows",
        "DistributionConfigurationArn",
        "ImageTestsConfiguration",
        "ImageScanningConfiguration",
        "EnhancedImageMetadataEnabled",
        "ImagePipelineExecutionSettings",
    ],
    noun: "image",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("imagebuilder", &format!("image/{}/*", recipe_name(it))),
    permissions: &[
        &[
            Permission::own(
                "Image",
                &[
                    "imagebuilder:CreateImage",
                    "imagebuilder:GetImage",
                    "imagebuilder:DeleteImage",
                    "imagebuilder:TagResource",
                    "imagebuilder:UntagResource",
                    "imagebuilder:CancelImageCreation",
                ],
            ),
            Permission::on("StartPipelines", &["imagebuilder:StartImagePipelineExecution"], |it| {
                let pipeline = pipeline(it).map(|own| (own.handle.of.arn)(&own));
                Grant::all(pipeline)
            }),
        ],
        image_builder::SERVICE_ROLE,
        image_builder::BUILD,
    ],
    passes: &[Pass { property: "ExecutionRole", service: "imagebuilder.amazonaws.com" }],
    holds: Some("the image; its AMIs stay unless it deletes them"),
    parting: |it| match it.properties.get("DeletionSettings.ExecutionRole") {
        Some(_) => Some("the old image's AMIs, snapshots or container images are deleted with it"),
        None => Some("the old image's AMIs stay"),
    },
    costs: &[Cost::Property("ImageScanningEnabled", "scanning with Amazon Inspector")],
    identities: build::IDENTITIES,
    hints: &[image_builder::HINTS],
};

/// The pipeline that makes the image, if one does.
fn pipeline<'a>(it: &Deployed<'a>) -> Option<Deployed<'a>> {
    it.references("DeploymentId").into_iter().find_map(Target::planned)
}

/// The name of the recipe: images are called like it.
fn recipe_name(it: &Deployed<'_>) -> String {
    let made = pipeline(it).unwrap_or(*it);
    let recipes = ["ImageRecipeArn", "ContainerRecipeArn"].into_iter().flat_map(|name| made.references(name));
    recipes.filter_map(Target::planned).next().map_or_else(|| "*".to_owned(), |recipe| recipe.name())
}

/// The image build version's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// An image.
///
/// ```
/// use kiln::resource::image::{Image, Origin};
/// use kiln::resource::{Handle, image_pipeline};
///
/// /// An image that each deployment builds which changes the pipeline.
/// fn on_change(pipeline: &Handle) -> Image {
///     let origin = Origin::Pipeline { deployment: pipeline.get(image_pipeline::DEPLOYMENT_ID) };
///     Image { origin, deletion_role: None, tags: [].into() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Image {
    /// What it is built from.
    pub origin: Origin,
    /// The role that deletes what was built when the image is deleted. Terraform's provider has no argument for it.
    pub deletion_role: Option<Text>,
    /// Tags of the image.
    pub tags: IndexMap<String, Text>,
}

/// What an image is built from.
///
/// ```
/// use kiln::resource::image::Origin;
///
/// /// Whether Terraform can make an image from it: it can run no pipeline.
/// fn in_terraform(origin: &Origin) -> bool {
///     matches!(origin, Origin::Recipe(_))
/// }
///
/// assert!(!in_terraform(&Origin::Pipeline { deployment: "web".into() }));
/// ```
#[derive(Debug, Clone)]
pub enum Origin {
    /// A run of a pipeline, and a new one whenever the pipeline changes. Terraform's provider has no argument for it.
    Pipeline {
        /// The pipeline's deployment, which is another after each change.
        deployment: Text,
    },
    /// A recipe and what is needed to build it.
    Recipe(Box<Build>),
}

/// A recipe and what is needed to build it.
///
/// ```
/// use kiln::resource::build::Tests;
/// use kiln::resource::image::{Build, Image, Origin};
///
/// /// An image that is built without tests, for which Terraform waits an hour.
/// fn quick(build: Build) -> Image {
///     let tests = Tests { enabled: false, timeout_minutes: None };
///     let build = Build { tests, create_timeout: Some("60m".into()), ..build };
///     Image { origin: Origin::Recipe(Box::new(build)), deletion_role: None, tags: [].into() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Build {
    /// The recipe.
    pub recipe: Recipe,
    /// The infrastructure configuration.
    pub infrastructure_configuration_arn: Text,
    /// The distribution configuration.
    pub distribution_configuration_arn: Text,
    /// Whether the service collects what is installed.
    pub enhanced_image_metadata_enabled: bool,
    /// Whether tests run.
    pub tests: Tests,
    /// Whether it is scanned.
    pub scan: Scan,
    /// Workflows instead of the service's own.
    pub workflows: Vec<WorkflowUse>,
    /// The role that runs workflows.
    pub execution_role: Option<Text>,
    /// The log group that the build writes to. Terraform's provider has no argument for it.
    pub log_group: Option<Text>,
    /// How long Terraform waits for the build, such as `90m`; CloudFormation waits 12 hours.
    pub create_timeout: Option<String>,
}

impl Resource for Image {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { origin, deletion_role, tags } = self;
        let table = match origin {
            Origin::Pipeline { deployment } => Properties::new().block(
                Key::cloudformation_only("ImagePipelineExecutionSettings"),
                Properties::new().value("DeploymentId", deployment).value("OnUpdate", true),
            ),
            Origin::Recipe(it) => build(it),
        };
        table
            .block(
                Key::cloudformation_only("DeletionSettings"),
                Properties::new().optional("ExecutionRole", deletion_role.as_ref()),
            )
            .optional("Tags", tag_map(tags))
    }
}

fn build(build: &Build) -> Properties {
    let Build {
        recipe: built,
        infrastructure_configuration_arn,
        distribution_configuration_arn,
        enhanced_image_metadata_enabled,
        tests,
        scan,
        workflows: used,
        execution_role,
        log_group,
        create_timeout,
    } = build;
    recipe(built)
        .value("InfrastructureConfigurationArn", infrastructure_configuration_arn)
        .value("DistributionConfigurationArn", distribution_configuration_arn)
        .value("EnhancedImageMetadataEnabled", *enhanced_image_metadata_enabled)
        .extend(checks(*tests, scan))
        .extend(workflows(used))
        .optional("ExecutionRole", execution_role.as_ref())
        .block(
            Key::cloudformation_only("LoggingConfiguration"),
            Properties::new().optional("LogGroupName", log_group.as_ref()),
        )
        .block(
            Key::terraform_only("timeouts"),
            Properties::new().optional(Key::terraform_only("create"), create_timeout.as_deref()),
        )
}
