//! The permissions that building images and looking after them needs.

use super::{Resources, Statements};
use crate::resource::permission::{Deployed, Grant, Place};
use crate::resource::{Type, container_recipe, distribution_configuration, image_pipeline, image_recipe};

/// What building images, following them and reading their logs calls.
pub(super) fn building(resources: &Resources<'_>, place: &Place, statements: &mut Statements) {
    for pipeline in of_type(resources, &image_pipeline::TYPE) {
        let actions = [
            "imagebuilder:GetImagePipeline",
            "imagebuilder:ListImagePipelineImages",
            "imagebuilder:StartImagePipelineExecution",
        ];
        statements.add("BuildImages", &actions, Grant::on((image_pipeline::TYPE.arn)(&pipeline)));
        if !pipeline.properties.texts("ImageScanningTypes").is_empty() {
            let amis = format!("arn:{}:ec2:{}::image/*", place.partition, place.region);
            statements.add("ReadFindings", &["ec2:GetImageFindings"], Grant::on(amis));
        }
        for name in ["ImageLogGroupName", "PipelineLogGroupName"] {
            for group in pipeline.properties.texts(name) {
                logs(&place.text(group), place, statements);
            }
        }
    }
    for distribution in of_type(resources, &distribution_configuration::TYPE) {
        let own = Grant::on((distribution_configuration::TYPE.arn)(&distribution));
        statements.add("LookAtDistributions", &["imagebuilder:GetDistributionConfiguration"], own);
    }
    for recipe in recipes(resources) {
        let actions =
            ["imagebuilder:CancelImageCreation", "imagebuilder:GetImage", "imagebuilder:ListWorkflowExecutions"];
        statements.add("FollowBuilds", &actions, images(&recipe));
        // An image's log has the recipe's name.
        logs(&format!("/aws/imagebuilder/{}", recipe.name()), place, statements);
        let base = recipe.literal("ParentImage");
        if let Some(name) = base.strip_prefix("ssm:").map(|name| name.trim_start_matches('/')) {
            // Public parameters belong to no account.
            let account = if name.starts_with("aws/") { "" } else { &place.account };
            let arn = format!("arn:{}:ssm:{}:{account}:parameter/{name}", place.partition, place.region);
            statements.add("ReadParameters", &["ssm:GetParameter"], Grant::on(arn));
        }
    }
    let steps = Grant::on(place.arn("imagebuilder", "workflow-execution/*"));
    statements.add("FollowSteps", &["imagebuilder:ListWorkflowStepExecutions"], steps);
    // What refers to an AMI, and counts of findings, have no ARN that a policy can name.
    let actions = ["ec2:DescribeImageReferences", "imagebuilder:ListImageScanFindingAggregations"];
    statements.add("LookAtImages", &actions, Grant::on("*"));
    for parameter in published(resources, place) {
        statements.add("ReadParameters", &["ssm:GetParameter"], Grant::on(parameter));
    }
}

/// What listing the images that remain of a project calls.
pub(super) fn remaining(resources: &Resources<'_>, place: &Place, statements: &mut Statements) {
    for recipe in recipes(resources) {
        // A list has no ARN that a policy can name.
        statements.add("ListImages", &["imagebuilder:ListImages"], Grant::on("*"));
        let actions = ["imagebuilder:GetImage", "imagebuilder:ListImageBuildVersions"];
        statements.add("ImagesThatRemain", &actions, images(&recipe));
    }
    for parameter in published(resources, place) {
        statements.add("ParametersThatRemain", &["ssm:GetParameter"], Grant::on(parameter));
    }
}

/// What promoting and pruning images calls, besides what building them does.
pub(super) fn managing(resources: &Resources<'_>, place: &Place, statements: &mut Statements) {
    for recipe in recipes(resources) {
        let actions = ["imagebuilder:DeleteImage", "imagebuilder:StartResourceStateUpdate"];
        statements.add("PruneImages", &actions, images(&recipe));
    }
    let executions = Grant::on(place.arn("imagebuilder", "lifecycle-execution/*"));
    statements.add("FollowPruning", &["imagebuilder:GetLifecycleExecution"], executions);
    for parameter in published(resources, place) {
        statements.add("PromoteImages", &["ssm:GetParameter", "ssm:PutParameter"], Grant::on(parameter));
    }
}

fn of_type<'a>(resources: &'a Resources<'_>, of: &'static Type) -> impl Iterator<Item = Deployed<'a>> {
    resources.iter().filter(move |deployed| deployed.handle.of == of)
}

fn recipes<'a>(resources: &'a Resources<'_>) -> impl Iterator<Item = Deployed<'a>> {
    [&image_recipe::TYPE, &container_recipe::TYPE].into_iter().flat_map(|of| of_type(resources, of))
}

/// The images of a recipe have its name.
fn images(recipe: &Deployed<'_>) -> Grant {
    Grant::on(recipe.place.arn("imagebuilder", &format!("image/{}/*", recipe.name())))
}

/// A log is read as a stream of its group; a group alone has no further part.
fn logs(group: &str, place: &Place, statements: &mut Statements) {
    for rest in ["", ":*"] {
        let arn = place.arn("logs", &format!("log-group:{group}{rest}"));
        statements.add("ReadBuildLogs", &["logs:GetLogEvents"], Grant::on(arn));
    }
}

/// The parameters that distributions publish to, in any Region.
fn published(resources: &Resources<'_>, place: &Place) -> Vec<String> {
    let names = of_type(resources, &distribution_configuration::TYPE)
        .flat_map(|distribution| distribution_configuration::published(distribution.properties));
    let arn = |name: &str| {
        format!("arn:{}:ssm:*:{}:parameter/{}", place.partition, place.account, name.trim_start_matches('/'))
    };
    names.map(arn).collect()
}
