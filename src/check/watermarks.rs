//! Watermarks of AMIs: an image has those of its base too, and one that has any cannot be public (Amazon EC2 user guide,
//! "AMI watermarks").

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::source::At;
use crate::spec::{Destination, DistributionChoice, Pipeline, Spec};

/// An AMI takes so many marks, those of its base included (`amiWatermarks`).
const MOST: usize = 5;

/// Checks the watermarks of all pipelines.
pub(super) fn check(spec: &Spec, cx: &mut Context<'_>) {
    // Long chains of layers are walked only where there is something to find.
    if spec.pipeline.values().all(|pipeline| pipeline.ami_watermarks.is_empty()) {
        return;
    }
    let pipelines = At::ROOT.key("pipeline");
    for (name, pipeline) in &spec.pipeline {
        let at = pipelines.key(name);
        let below = inherited(spec, pipeline);
        let marks_at = at.key("ami-watermarks");
        let own = pipeline.ami_watermarks.iter().filter(|mark| !below.contains(mark)).count();
        let all = own + below.len();
        if all > MOST && !pipeline.ami_watermarks.is_empty() && pipeline.ami_watermarks.len() <= MOST {
            let base_at = at.key("base");
            let message = format!("{all} watermarks with those of the base, an AMI takes {MOST}");
            let finding = Diagnostic::new(code::TOO_MANY, message).at_value(marks_at, format!("{own} here"));
            cx.report(finding.at_value(base_at, format!("{} of the base", below.len())).help("remove some of them"));
        }
        if pipeline.container.is_some() || all == 0 {
            continue;
        }
        if let Some(place) = public(spec, pipeline, at) {
            let finding = Diagnostic::new(code::PUBLIC_WATERMARK, "a watermarked image cannot be public");
            let finding = finding.label(None, crate::diagnostic::Place::Value(place), "shared with everyone");
            let finding = if pipeline.ami_watermarks.is_empty() {
                finding.at_value(at.key("base"), "the base has watermarks")
            } else {
                finding.at_value(marks_at, "the watermarks")
            };
            cx.report(finding.help("share it with accounts or an organization, or remove the watermarks"));
        }
    }
}

/// The watermarks of the pipelines that a pipeline is built on, each once.
fn inherited<'a>(spec: &'a Spec, pipeline: &'a Pipeline) -> Vec<&'a String> {
    let mut marks: Vec<&String> = Vec::new();
    let mut passed = std::collections::HashSet::new();
    let mut here = pipeline;
    while let Some(below) = here.base.as_ref().and_then(|base| base.pipeline.as_deref()) {
        let Some(next) = spec.pipeline.get(below).filter(|_| passed.insert(below)) else { break };
        marks.extend(next.ami_watermarks.iter().filter(|mark| !marks.contains(mark)).collect::<Vec<_>>());
        here = next;
    }
    marks
}

/// Where a pipeline shares its images with everyone.
fn public(spec: &Spec, pipeline: &Pipeline, at: At<'_>) -> Option<crate::source::FieldPath> {
    let is_public = |list: &[String]| list.iter().any(|who| who == "public");
    let of_tables = |tables: &[Destination], at: At<'_>| {
        let index = tables.iter().position(|to| is_public(&to.share_with))?;
        Some(at.index(index).key("share-with").path())
    };
    match &pipeline.distribution {
        None => is_public(&pipeline.share_with).then(|| at.key("share-with").path()),
        Some(DistributionChoice::Own(tables)) => of_tables(tables, at.key("distribution")),
        Some(DistributionChoice::Shared(name)) => {
            let distributions = At::ROOT.key("distribution");
            let shared = distributions.key(name);
            of_tables(&spec.distribution.get(name.as_str())?.to, shared.key("to"))
        }
    }
}
