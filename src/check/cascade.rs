//! Whether a build of the pipeline below starts one of the pipeline above.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::source::At;
use crate::spec::Pipeline;

/// The place of the pipeline whose images start this one, if any do: those of its base, unless it has a schedule of its
/// own or says otherwise.
pub(super) fn cascade(table: &Pipeline, at: At<'_>, cx: &mut Context<'_>) -> Option<usize> {
    let base = table.base.as_ref()?;
    let (base_at, schedule_at) = (at.key("base"), at.key("schedule"));
    let Some(below) = base.pipeline.as_deref() else {
        if base.cascade.is_some() {
            cx.report(
                Diagnostic::new(code::CONTRADICTION, "only images of a pipeline of this spec start builds")
                    .at_key(base_at.key("cascade"), "remove this")
                    .help("an image of elsewhere is looked up at each build: add a `schedule`"),
            );
        }
        return None;
    };
    let (index, _, lower) = cx.spec.pipeline.get_full(below)?;
    let has_schedule = table.schedule.is_some() || cx.spoiled(schedule_at);
    if table.schedule.is_some() && lower.schedule.is_some() && base.cascade.is_none() {
        let pipelines = At::ROOT.key("pipeline");
        let lower_at = pipelines.key(below);
        cx.report(
            Diagnostic::new(code::TWO_CLOCKS, format!("images of `{below}` wait for the schedule of this pipeline"))
                .at_value(schedule_at, "its own schedule")
                .at_value(lower_at.key("schedule"), "that of its base")
                .help(
                    "remove `schedule`, and each new image of the base starts a build; or say that this is meant: \
                       `cascade = false` in the `base`",
                ),
        );
    }
    base.cascade.unwrap_or(!has_schedule).then_some(index)
}
