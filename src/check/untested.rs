//! Whether anything of a pipeline shows that what it builds works. One component may test what others build.

use super::component::Checked;
use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{ComponentSource, ComponentUse};
use crate::source::At;
use crate::spec::Pipeline;

/// Reports a pipeline with documents that build, none of whose components validates or tests.
pub(super) fn check(table: &Pipeline, uses: &[ComponentUse], checked: &[Checked], at: At<'_>, cx: &mut Context<'_>) {
    let own: Vec<&Checked> = uses.iter().filter_map(|used| of_spec(used, checked)).collect();
    // What a component of someone else does, kiln cannot see; those of Amazon have it in their names.
    let may_test = |used: &ComponentUse| match &used.source {
        ComponentSource::Own(index) => checked.get(*index).is_none_or(|it| it.tests.unwrap_or(true)),
        ComponentSource::Managed { name, .. } => name.contains("test") || name.contains("validate"),
        ComponentSource::Arn(_) => true,
    };
    let builds = own.iter().any(|it| it.builds);
    let is_off = table.tests.as_ref().is_some_and(|tests| tests.enabled == Some(false));
    if !builds || is_off || uses.iter().any(may_test) {
        return;
    }
    let message = "no component of this pipeline validates or tests what they build";
    cx.report(
        Diagnostic::new(code::UNTESTED, message).at_value(at.key("components"), "").help(
            "add a phase `validate` or `test` to one of them, or a component such as `aws:simple-boot-test-linux`",
        ),
    );
}

fn of_spec<'a>(used: &ComponentUse, checked: &'a [Checked]) -> Option<&'a Checked> {
    match &used.source {
        ComponentSource::Own(index) => checked.get(*index),
        _ => None,
    }
}
