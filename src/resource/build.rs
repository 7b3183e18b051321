//! What pipelines and images have in common: the recipe that is built, workflows, tests and scans.

use indexmap::IndexMap;

use super::{Key, Properties, Text, Value};

/// The recipe that is built.
///
/// ```
/// use kiln::resource::build::Recipe;
/// use kiln::resource::{Handle, container_recipe, image_recipe};
///
/// /// How a pipeline refers to a recipe of the plan, of whichever kind it is.
/// fn recipe(planned: &Handle) -> Recipe {
///     if *planned.of == container_recipe::TYPE {
///         Recipe::Container(planned.get(container_recipe::ARN))
///     } else {
///         Recipe::Image(planned.get(image_recipe::ARN))
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub enum Recipe {
    /// An image recipe, by ARN.
    Image(Text),
    /// A container recipe, by ARN.
    Container(Text),
}

/// A workflow at its place.
///
/// ```
/// use kiln::resource::build::WorkflowUse;
/// use kiln::resource::{Handle, workflow};
///
/// /// A workflow of the plan as a test that does not stop the build.
/// fn as_test(scan: &Handle, level: &str) -> WorkflowUse {
///     WorkflowUse {
///         arn: scan.get(workflow::ARN),
///         parameters: [("level".into(), vec![level.into()])].into(),
///         on_failure: Some("CONTINUE"),
///         parallel_group: Some("scans".into()),
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct WorkflowUse {
    /// The workflow version's ARN.
    pub arn: Text,
    /// Values for the document's parameters. Terraform's provider takes one each.
    pub parameters: IndexMap<String, Vec<Text>>,
    /// `ABORT` or `CONTINUE`, for tests.
    pub on_failure: Option<&'static str>,
    /// Tests of one group run at the same time.
    pub parallel_group: Option<String>,
}

/// Whether and how new images are tested.
///
/// ```
/// use kiln::resource::build::Tests;
/// use kiln::resource::image_pipeline::ImagePipeline;
///
/// /// The same pipeline with tests that may take so many hours.
/// fn with_hours(pipeline: ImagePipeline, hours: u64) -> ImagePipeline {
///     let tests = Tests { enabled: true, timeout_minutes: Some(hours * 60) };
///     ImagePipeline { tests, ..pipeline }
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Tests {
    /// Whether they are.
    pub enabled: bool,
    /// Minutes.
    pub timeout_minutes: Option<u64>,
}

/// Whether and where new images are scanned.
///
/// ```
/// use kiln::resource::build::Scan;
/// use kiln::resource::image_pipeline::ImagePipeline;
///
/// /// The same pipeline of container images, which are scanned in a repository of their own.
/// fn scanned(pipeline: ImagePipeline) -> ImagePipeline {
///     let tags = vec!["candidate".into()];
///     let repository = Some("team/scans".into());
///     let scan = Scan { enabled: true, kind: None, condition: None, repository, tags };
///     ImagePipeline { scan, ..pipeline }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Scan {
    /// Whether they are.
    pub enabled: bool,
    /// What is scanned, in the service's word.
    pub kind: Option<&'static str>,
    /// The highest severity that findings may have, and whether only those with a fix count.
    pub condition: Option<(&'static str, bool)>,
    /// For a container, the repository that images are pushed to for it.
    pub repository: Option<Text>,
    /// Tags of the image there.
    pub tags: Vec<String>,
}

/// What tells workflows and their parameters apart.
pub(super) const IDENTITIES: &[(&str, &str)] = &[("Workflows", "WorkflowArn"), ("Parameters", "Name")];

/// The recipe that is built.
pub(super) fn recipe(recipe: &Recipe) -> Properties {
    match recipe {
        Recipe::Image(arn) => Properties::new().value("ImageRecipeArn", arn),
        Recipe::Container(arn) => Properties::new().value("ContainerRecipeArn", arn),
    }
}

/// Tests and scans. They are written even where they are the default: Terraform takes a removed block for "no change".
pub(super) fn checks(tests: Tests, scan: &Scan) -> Properties {
    let Tests { enabled: are_tested, timeout_minutes } = tests;
    let Scan { enabled: are_scanned, kind, condition, repository, tags } = scan;
    let condition = condition.map_or_else(Properties::new, |(severity, fix)| {
        Properties::new().value("MaximumSeverityLabel", severity).value("FixAvailable", fix)
    });
    let ecr = Properties::new()
        .optional("RepositoryName", repository.as_ref())
        .list("ContainerTags", tags.iter().map(String::as_str));
    Properties::new()
        .block(
            "ImageTestsConfiguration",
            Properties::new().value("ImageTestsEnabled", are_tested).optional("TimeoutMinutes", timeout_minutes),
        )
        .block(
            "ImageScanningConfiguration",
            Properties::new()
                .value("ImageScanningEnabled", *are_scanned)
                .list(Key::cloudformation_only("ImageScanningTypes"), *kind)
                .block(Key::cloudformation_only("ScanResultCondition"), condition)
                .block("EcrConfiguration", ecr),
        )
}

/// Workflows, in their order.
pub(super) fn workflows(workflows: &[WorkflowUse]) -> Properties {
    Properties::new().blocks(Key::named("Workflows", "workflow"), workflows.iter().map(workflow))
}

fn workflow(workflow: &WorkflowUse) -> Properties {
    let WorkflowUse { arn, parameters, on_failure, parallel_group } = workflow;
    let parameters = parameters.iter().map(|(name, values)| {
        let first = values.first().cloned().unwrap_or_default();
        Properties::new().value("Name", name.as_str()).differs("Value", Value::texts(values), first)
    });
    Properties::new()
        .value("WorkflowArn", arn)
        .blocks(Key::named("Parameters", "parameter"), parameters)
        .optional("OnFailure", *on_failure)
        .optional("ParallelGroup", parallel_group.as_deref())
}
