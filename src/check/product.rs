//! Whether a pipeline and its distribution are of one kind of image, and what the distribution needs of the pipeline.

use super::base::Start;
use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::Platform;
use crate::project::definition::{Distribution, Output};
use crate::source::At;
use crate::spec::{DistributionChoice, Pipeline};

/// The service writes parameters below this prefix by itself.
const OWN_PARAMETERS: &str = "/imagebuilder/";

/// Checks a pipeline against its distribution.
pub(super) fn of_distribution(
    pipeline: &Pipeline,
    start: &Start,
    distribution: &Distribution,
    at: At<'_>,
    cx: &mut Context<'_>,
) {
    let is_container = pipeline.container.is_some();
    let is_shared = matches!(pipeline.distribution, Some(DistributionChoice::Shared(_)));
    let wrong = distribution.destinations.iter().any(|to| to.ami().is_some() == is_container);
    if wrong && is_shared {
        let (theirs, ours) = if is_container { ("AMIs", "container images") } else { ("container images", "AMIs") };
        let message = format!("the distribution is of {theirs}, and the pipeline makes {ours}");
        let shared = At::ROOT.key("distribution");
        let help = if is_container { "give each of its tables a `repository`" } else { "write another for AMIs" };
        cx.report(
            Diagnostic::new(code::WRONG_PRODUCT, message)
                .at_value(at.key("distribution"), "")
                .at_key(shared.key(distribution.key.as_str()), format!("of {theirs}"))
                .help(help),
        );
    }
    let fast = distribution.destinations.iter().any(|to| to.ami().is_some_and(|ami| !ami.fast_launch.is_empty()));
    if fast && start.platform.is_some_and(|platform| platform != Platform::Windows) {
        cx.report(
            Diagnostic::new(code::FAST_LAUNCH, "only Windows AMIs launch faster")
                .at_value(at.key("distribution"), "has `fast-launch`")
                .at_value(at.key("base"), "not Windows"),
        );
    }
    elsewhere(pipeline, distribution, at, cx);
}

/// A repository that is made exists in the Region deployed to, and in no other.
fn elsewhere(pipeline: &Pipeline, distribution: &Distribution, at: At<'_>, cx: &mut Context<'_>) {
    let made = pipeline.container.as_ref().and_then(|container| container.repository.as_ref()?.name.as_deref());
    let Some(name) = made else { return };
    let named = distribution.destinations.iter().any(|to| match &to.output {
        Output::Container(container) => container.repository.is_none() && to.region.is_some(),
        Output::Ami(_) => false,
    });
    if named {
        let container_at = at.key("container");
        let message = format!("kiln makes the repository `{name}` in the Region deployed to only");
        let place = if pipeline.regions.is_empty() { "distribution" } else { "regions" };
        cx.report(
            Diagnostic::new(code::REPOSITORY_ELSEWHERE, message)
                .at_value(at.key(place), "it must exist in each of these")
                .at_key(container_at.key("repository"), "")
                .help("deploy the spec to each Region, make the others yourself, or let ECR replicate the images"),
        );
    }
}

/// Whether the service needs a role of the spec to do what a distribution says.
pub(super) fn needs_role(distribution: &Distribution) -> bool {
    distribution.destinations.iter().filter_map(|to| to.ami()).any(|ami| {
        !ami.fast_launch.is_empty()
            || ami.ssm_parameters.iter().any(|parameter| !is_own_parameter(parameter.name.as_str()))
    })
}

/// Whether the service writes this parameter without a role of the spec.
pub(crate) fn is_own_parameter(name: &str) -> bool {
    name.starts_with(OWN_PARAMETERS)
}
