//! What pipelines and images have in common: the recipe that is built, workflows, tests and scans.

use indexmap::IndexMap;

use super::{Key, Properties, Text, Value};

/// The recipe that is built.
#[derive(Debug, Clone)]
pub enum Recipe {
    /// An image recipe, by ARN.
    Image(Text),
    /// A container recipe, by ARN.
    Container(Text),
}

/// A workflow at its place.
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
#[derive(Debug, Clone, Copy)]
pub struct Tests {
    /// Whether they are.
    pub enabled: bool,
    /// Minutes.
    pub timeout_minutes: Option<u64>,
}

/// Whether and where new images are scanned.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Whether they are.
    pub enabled: bool,
    /// For a container, the repository that images are pushed to for it.
    pub repository: Option<Text>,
    /// Tags of the image there.
    pub tags: Vec<String>,
}

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
    let Scan { enabled: are_scanned, repository, tags } = scan;
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
            Properties::new().value("ImageScanningEnabled", *are_scanned).block("EcrConfiguration", ecr),
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
