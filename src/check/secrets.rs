//! Secrets and dynamic references, in every text of a spec and in user data. Documents and commands look for them
//! themselves: there they are in scripts, and whoever checks a document alone wants to know as well.

use std::collections::BTreeSet;

use super::context::Context;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::document::secret;
use crate::source::{At, FieldPath, Segment};
use crate::spec::Spec;

/// A shorter text holds no secret that is known by its shape: an access key has 20 characters.
const SHORTEST: usize = 20;

/// Checks all texts that reach AWS or are committed. `[raw]` is handed on as it is, and its dynamic references are meant.
pub(super) fn check(spec: &Spec, cx: &mut Context<'_>) {
    let mut texts = Spec { raw: None, check: None, files: None, ..spec.clone() };
    texts.visit(&mut |text, at| of_text(text, at, cx));
    if let Some(raw) = &spec.raw {
        let mut raw = Spec { raw: Some(raw.clone()), ..Spec::default() };
        raw.visit(&mut |text, at| {
            if text.len() >= SHORTEST {
                shaped(text, &at.path(), cx);
            }
        });
    }
    let user_data: BTreeSet<&str> =
        spec.pipeline.values().filter_map(|pipeline| pipeline.user_data.as_deref()).collect();
    for path in user_data {
        let Some(text) = cx.texts.get(path) else { continue };
        let references = secret::references(text).map(|span| {
            let (message, help) = secret::of_reference(&text[span.clone()]);
            Diagnostic::new(code::DYNAMIC_REFERENCE, message).label(Some(path), Place::Span(span), "").help(help)
        });
        references.for_each(|finding| cx.report(finding));
        for finding in secret::in_script(text, secret::IN_USER_DATA) {
            cx.report(finding.in_file(path));
        }
    }
}

fn of_text(text: &str, at: At<'_>, cx: &mut Context<'_>) {
    for span in secret::references(text) {
        let (message, help) = secret::of_reference(&text[span.clone()]);
        let place = Place::Within(at.path(), span);
        cx.report(Diagnostic::new(code::DYNAMIC_REFERENCE, message).label(None, place, "").help(help));
    }
    // No name makes a secret of a shorter text.
    if text.len() < 6 {
        return;
    }
    let path = at.path();
    if is_script(&path) || (text.len() >= SHORTEST && shaped(text, &path, cx)) {
        return;
    }
    let name = name(&path);
    if secret::is_named(name, text) {
        let message = format!("`{name}` is called a secret, and stands here for everybody who may read the template");
        cx.report(Diagnostic::new(code::SECRET, message).label(None, Place::Value(path.clone()), "").help(HELP));
    }
}

const HELP: &str = "keep it in Secrets Manager: a component reads it with `{{ aws:ssm:/aws/reference/secretsmanager/NAME }}`, a \
                    step of a workflow with its role";

/// Reports what has the shape of a secret, and is one: what is only called so may be meant.
fn shaped(text: &str, path: &FieldPath, cx: &mut Context<'_>) -> bool {
    let Some(what) = secret::known(text) else { return false };
    let message = format!("the value of `{}` holds {what}, and a spec is committed", name(path));
    cx.report(Diagnostic::new(code::SECRET_IN_SPEC, message).label(None, Place::Value(path.clone()), "").help(HELP));
    true
}

/// What a value is called: its key, or the name of the parameter whose default it is.
fn name(path: &FieldPath) -> &str {
    let keys = path.0.iter().rev().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    let mut keys = keys.skip_while(|key| *key == "default");
    keys.next().unwrap_or_default()
}

/// Whether a text is a command of a component or a Dockerfile, whose secrets are found there.
fn is_script(path: &FieldPath) -> bool {
    let key = |index: usize| match path.0.get(index) {
        Some(Segment::Key(key)) => key.as_str(),
        _ => "",
    };
    match key(0) {
        "component" => ["build", "validate", "test"].contains(&key(2)),
        "pipeline" => key(3) == "dockerfile-text",
        _ => false,
    }
}
