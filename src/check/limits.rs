//! How much a spec may say by sharing: a table that many pipelines share counts for each of them.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::source::At;
use crate::spec::{DistributionChoice, InfrastructureChoice, Spec};

/// So many values are checked for all pipelines together. 10,000 pipelines that share 50 values have half of them.
const MOST_SHARED: usize = 1_000_000;

/// Whether what pipelines share can be looked at for each of them.
pub(super) fn are_kept(spec: &Spec, cx: &mut Context<'_>) -> bool {
    let (infrastructures, distributions) = spec.shared_values();
    let pipelines = At::ROOT.key("pipeline");
    let mut left = MOST_SHARED;
    for (name, pipeline) in &spec.pipeline {
        let at = pipelines.key(name);
        let infrastructure = match &pipeline.infrastructure {
            Some(InfrastructureChoice::Shared(name)) => infrastructures.get(name.as_str()),
            _ => None,
        };
        let distribution = match &pipeline.distribution {
            Some(DistributionChoice::Shared(name)) => distributions.get(name.as_str()),
            _ => None,
        };
        for (key, size) in [("infrastructure", infrastructure), ("distribution", distribution)] {
            let Some(rest) = left.checked_sub(size.copied().unwrap_or_default()) else {
                let message = format!("the pipelines up to this one share more than {MOST_SHARED} values");
                let finding = Diagnostic::new(code::FILE_TOO_LARGE, message).at_value(at.key(key), "");
                cx.report(finding.help("split the project"));
                return false;
            };
            left = rest;
        }
    }
    true
}
