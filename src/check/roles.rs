//! `[roles]`: what all generated roles have in common.

use super::context::Context;
use crate::diagnostic::code;
use crate::project::definition::Roles;
use crate::project::{PolicyArn, RolePath};
use crate::source::At;
use crate::spec::Spec;

/// Checks the table.
pub(super) fn roles(spec: &Spec, cx: &mut Context<'_>) -> Option<Roles> {
    let Some(table) = &spec.roles else { return Some(Roles::default()) };
    let at = At::ROOT.key("roles");
    let path = cx.optional(code::BAD_TEXT, at.key("path"), table.path.as_deref(), RolePath::parse);
    let boundary = match &table.permissions_boundary {
        Some(input) => {
            let parse = |text: &str| PolicyArn::parse(text).map(|arn| arn.to_string());
            cx.given(code::BAD_ID, at.key("permissions-boundary"), input, parse).map(Some)
        }
        None => Some(None),
    };
    Some(Roles { path: path?, permissions_boundary: boundary? })
}
