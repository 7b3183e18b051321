//! `events` of a pipeline: who is told of its builds.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{BuildEvent, Given, ImageState};
use crate::project::event_target::{EventTarget, TargetKind};
use crate::project::{Arn, Invalid, KmsKey};
use crate::source::At;
use crate::spec::{self, Input, Pipeline};

/// Checks all of a pipeline's.
pub(super) fn all(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) -> Option<Vec<BuildEvent>> {
    let list = at.key("events");
    let events: Vec<Option<BuildEvent>> =
        pipeline.events.iter().enumerate().map(|(index, event)| one(event, list.index(index), cx)).collect();
    events.into_iter().collect()
}

fn one(table: &spec::BuildEvent, at: At<'_>, cx: &mut Context<'_>) -> Option<BuildEvent> {
    let states = states(table, at, cx);
    let said = cx.choice(table.kind.as_deref(), at.key("kind"), &TargetKind::ALL);
    let target = match &table.to {
        Some(Input::Text(text)) => {
            let target = cx.parse(code::BAD_ID, at.key("to"), text, EventTarget::parse);
            target.map(|target| (Some(target.kind()), Given::Value(target.to_string())))
        }
        Some(input @ Input::Parameter(_)) => {
            let name = |text: &str| Ok(text.to_owned());
            cx.given(code::BAD_ID, at.key("to"), input, name).map(|given| (None, given))
        }
        None => {
            cx.missing("the event goes nowhere", (at, &["to"]), "add `to = \"arn:…\"`");
            None
        }
    };
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), key_arn);
    let (known, to) = target?;
    let kind = match (known, said) {
        (Some(known), Some(said)) if known != said => {
            let message = format!("the kind of this target is `{}`, not `{}`", known.word(), said.word());
            cx.report(
                Diagnostic::new(code::CONTRADICTION, message)
                    .at_value(at.key("to"), "")
                    .at_value(at.key("kind"), "remove this"),
            );
            return None;
        }
        (known, said) => known.or(said),
    };
    if kind.is_none() && table.kind.is_none() {
        let words: Vec<String> = TargetKind::ALL.iter().map(|(word, _)| format!("`{word}`")).collect();
        let help = format!("add `kind = \"topic\"`; it is one of {}", words.join(", "));
        cx.missing("kiln cannot know what the parameter names", (at, &["kind"]), &help);
    }
    let kind = kind?;
    if table.kms_key.is_some() && !matches!(kind, TargetKind::Topic | TargetKind::Queue) {
        cx.contradiction("`kms-key` is for an encrypted topic or queue", at.key("to"), at.key("kms-key"));
    }
    Some(BuildEvent { states: states?, to, kind, kms_key: kms_key? })
}

/// In the order of a build, each once.
fn states(table: &spec::BuildEvent, at: At<'_>, cx: &mut Context<'_>) -> Option<Vec<ImageState>> {
    if table.states.is_empty() {
        return Some(ImageState::ENDS.to_vec());
    }
    let list = at.key("states");
    let found = table.states.iter().enumerate();
    let found: Vec<_> = found.map(|(i, word)| cx.choice(Some(word), list.index(i), &ImageState::ALL)).collect();
    let mut states = found.into_iter().collect::<Option<Vec<_>>>()?;
    states.sort_unstable();
    states.dedup();
    Some(states)
}

/// A role's right to use a key names the key itself: an alias may come to stand for another.
fn key_arn(text: &str) -> Result<Arn, Invalid> {
    match KmsKey::parse(text)? {
        KmsKey::KeyArn(arn) => Ok(arn),
        _ => Err(Invalid::new(format!("`{text}` is not the ARN of a key: a right names the key itself"))
            .help("write `arn:aws:kms:<region>:<account>:key/<id>`")),
    }
}
