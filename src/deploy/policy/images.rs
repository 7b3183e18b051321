//! The rights that building images and looking after them needs.

use super::{Scope, Statement, literal, mentions, name, of_type, statement};
use crate::plan::Plan;
use crate::resource::{
    Properties, Shape, Value, container_recipe, distribution_configuration, image_pipeline, image_recipe,
};

/// What building images, following them and reading their logs calls.
pub(super) fn building(plan: &Plan, scope: &Scope) -> Vec<Statement> {
    let builder = |actions: &[&str]| actions.iter().map(|action| format!("imagebuilder:{action}")).collect::<Vec<_>>();
    let pipelines: Vec<String> = of_type(plan, image_pipeline::TYPE.cloudformation).filter_map(name).collect();
    let pipelines = pipelines.iter().map(|name| scope.arn("imagebuilder", &format!("image-pipeline/{name}")));
    let of_pipelines = ["GetImagePipeline", "ListImagePipelineImages", "StartImagePipelineExecution"];
    // An image and its log have the recipe's name.
    let recipes = recipes(plan);
    let images = recipes.iter().map(|name| scope.arn("imagebuilder", &format!("image/{name}/*")));
    let of_images = ["CancelImageCreation", "GetImage", "ListWorkflowExecutions"];
    // A log is read as a stream of its group; a group alone has no further part.
    let mut logs: Vec<String> = recipes
        .iter()
        .flat_map(|name| ["", ":*"].map(|of| scope.arn("logs", &format!("log-group:/aws/imagebuilder/{name}{of}"))))
        .collect();
    if of_type(plan, image_pipeline::TYPE.cloudformation)
        .any(|planned| mentions(&planned.properties, &|key| key == "LoggingConfiguration"))
    {
        logs.push(scope.arn("logs", "log-group:*"));
    }
    let distributions: Vec<String> =
        of_type(plan, distribution_configuration::TYPE.cloudformation).filter_map(name).collect();
    let distributions =
        distributions.iter().map(|name| scope.arn("imagebuilder", &format!("distribution-configuration/{name}")));
    let mut statements = vec![
        statement("BuildImages", builder(&of_pipelines), pipelines),
        statement("LookAtDistributions", builder(&["GetDistributionConfiguration"]), distributions),
        statement("FollowBuilds", builder(&of_images), images),
        statement(
            "FollowSteps",
            builder(&["ListWorkflowStepExecutions"]),
            [scope.arn("imagebuilder", "workflow-execution/*")],
        ),
        statement("ReadBuildLogs", ["logs:GetLogEvents".to_owned()], logs),
        // What refers to an AMI, and counts of findings, have no ARN that a policy can name.
        statement(
            "LookAtImages",
            ["ec2:DescribeImageReferences", "imagebuilder:ListImageScanFindingAggregations"].map(str::to_owned),
            ["*".to_owned()],
        ),
    ];
    let mut parameters = published(plan, scope);
    // Public parameters belong to nobody.
    parameters.extend(of_type(plan, image_recipe::TYPE.cloudformation).filter_map(|planned| {
        let name = literal(planned, "ParentImage")?.strip_prefix("ssm:")?.trim_start_matches('/');
        let account = if name.starts_with("aws/") { "" } else { &scope.account };
        Some(format!("arn:{}:ssm:{}:{account}:parameter/{name}", scope.partition, scope.region))
    }));
    if !parameters.is_empty() {
        statements.push(statement("ReadParameters", ["ssm:GetParameter".to_owned()], parameters));
    }
    statements
}

/// What listing the images that remain of a project calls.
pub(super) fn remaining(plan: &Plan, scope: &Scope) -> Vec<Statement> {
    let images: Vec<String> =
        recipes(plan).into_iter().map(|name| scope.arn("imagebuilder", &format!("image/{name}/*"))).collect();
    if images.is_empty() {
        return Vec::new();
    }
    let builder = |action: &str| format!("imagebuilder:{action}");
    let mut statements = vec![
        // A list has no ARN that a policy can name.
        statement("ListImages", [builder("ListImages")], ["*".to_owned()]),
        statement("ImagesThatRemain", ["GetImage", "ListImageBuildVersions"].map(builder), images),
    ];
    let parameters = published(plan, scope);
    if !parameters.is_empty() {
        statements.push(statement("ParametersThatRemain", ["ssm:GetParameter".to_owned()], parameters));
    }
    statements
}

/// What promoting and pruning images calls, besides what building them does.
pub(super) fn managing(plan: &Plan, scope: &Scope) -> Vec<Statement> {
    let images = recipes(plan).into_iter().map(|name| scope.arn("imagebuilder", &format!("image/{name}/*")));
    let of_images = ["DeleteImage", "StartResourceStateUpdate"].map(|action| format!("imagebuilder:{action}"));
    let mut statements = vec![
        statement("PruneImages", of_images, images),
        statement(
            "FollowPruning",
            ["imagebuilder:GetLifecycleExecution".to_owned()],
            [scope.arn("imagebuilder", "lifecycle-execution/*")],
        ),
    ];
    let parameters = published(plan, scope);
    if !parameters.is_empty() {
        let actions = ["ssm:GetParameter", "ssm:PutParameter"].map(str::to_owned);
        statements.push(statement("PromoteImages", actions, parameters));
    }
    statements
}

/// The names of all recipes, as ARNs have them.
fn recipes(plan: &Plan) -> Vec<String> {
    [image_recipe::TYPE.cloudformation, container_recipe::TYPE.cloudformation]
        .into_iter()
        .flat_map(|of| of_type(plan, of).filter_map(name))
        .collect()
}

/// The parameters that distributions publish to, in any Region.
fn published(plan: &Plan, scope: &Scope) -> Vec<String> {
    let mut names = Vec::new();
    for planned in of_type(plan, distribution_configuration::TYPE.cloudformation) {
        collect(&planned.properties, &mut names);
    }
    let arn = |name: &String| {
        format!("arn:{}:ssm:*:{}:parameter/{}", scope.partition, scope.account, name.trim_start_matches('/'))
    };
    names.iter().map(arn).collect()
}

fn collect(properties: &Properties, names: &mut Vec<String>) {
    for (key, shape) in properties.iter() {
        match shape {
            Shape::Value(Value::Text(text)) if key.cloudformation == Some("ParameterName") => {
                names.extend(text.as_literal().map(str::to_owned));
            }
            Shape::Block(block) => collect(block, names),
            Shape::Blocks(blocks) => blocks.iter().for_each(|block| collect(block, names)),
            Shape::Value(_) | Shape::Differs(_) => {}
        }
    }
}
