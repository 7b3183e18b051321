//! `log-groups` of a pipeline: where the service writes its logs in CloudWatch.

use super::context::Context;
use super::infrastructure::days;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Given, LogGroups, MadeLogGroups};
use crate::project::{KmsKey, LogGroupName};
use crate::source::At;
use crate::spec::{self, Input};

/// Checks log groups.
pub(super) fn log_groups(table: Option<&spec::LogGroups>, at: At<'_>, cx: &mut Context<'_>) -> Option<LogGroups> {
    let Some(table) = table else { return Some(LogGroups::default()) };
    let image = cx.optional_given(code::BAD_ID, at.key("image"), table.image.as_ref(), LogGroupName::parse);
    let pipeline = cx.optional_given(code::BAD_ID, at.key("pipeline"), table.pipeline.as_ref(), LogGroupName::parse);
    let expire_at = at.key("expire-after");
    let expire_after_days = cx.optional(code::BAD_AGE, expire_at, table.expire_after.as_deref(), days);
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let makes = table.expire_after.is_some() || table.kms_key.is_some();
    for (key, input) in [("image", &table.image), ("pipeline", &table.pipeline)] {
        if makes && matches!(input, Some(Input::Parameter(_))) {
            cx.report(
                Diagnostic::new(code::CONTRADICTION, "a log group that kiln makes needs its name here")
                    .at_value(at.key(key), "given when the template is deployed")
                    .help("write the name, or remove `expire-after` and `kms-key` to use a group that exists"),
            );
        }
    }
    let made = MadeLogGroups { expire_after_days: expire_after_days?, kms_key: kms_key? };
    Some(LogGroups { image: image?, pipeline: pipeline?, made: makes.then_some(made) })
}

/// Whether the service may write to a group only with a role of the spec.
pub(super) fn needs_role(groups: &LogGroups) -> bool {
    let is_elsewhere = |group: &Option<Given<LogGroupName>>| match group {
        Some(Given::Value(name)) => !name.as_str().starts_with(LogGroupName::OWN_PREFIX),
        // Nobody knows which group will be given.
        Some(Given::Parameter(_)) => true,
        None => false,
    };
    is_elsewhere(&groups.image) || is_elsewhere(&groups.pipeline)
}
