//! Secrets in what a spec gives to components and workflows: they stand in the spec, in the template and in the recipe.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::document::secret;
use crate::source::At;

/// Checks the value of a parameter. What has the shape of a secret is one; what is only called so may be meant.
pub(super) fn parameter(name: &str, text: &str, at: At<'_>, cx: &mut Context<'_>) {
    let help = "keep it in Secrets Manager: a component reads it with `{{ aws:ssm:/aws/reference/secretsmanager/NAME }}`, a \
                step of a workflow with its role";
    if let Some(what) = secret::known(text) {
        let message = format!("the value of `{name}` holds {what}, and a spec is committed");
        cx.report(Diagnostic::new(code::SECRET_IN_SPEC, message).at_value(at, "").help(help));
    } else if secret::is_named(name, text) {
        let message = format!("`{name}` is called a secret, and stands here for everybody who may read the template");
        cx.report(Diagnostic::new(code::SECRET, message).at_value(at, "").help(help));
    }
}
