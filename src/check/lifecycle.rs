//! `keep` and `[pipeline.NAME.lifecycle]`: the rules of `CreateLifecyclePolicy`.

use super::context::Context;
use super::destination::accounts;
use super::tags::{self, Tags};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Delete, Deletion, Exceptions, Lifecycle};
use crate::project::{Age, Region, Role};
use crate::source::At;
use crate::spec::{self, Keep, Pipeline};

/// So many images stay where a spec says nothing: old images that pile up cost money, and few look back further.
const KEEP_BY_DEFAULT: u16 = 10;

/// Checks how long a pipeline's images stay. The outer `None` means that it was refused.
#[expect(clippy::option_option, reason = "for ever and refused are two things")]
pub(super) fn lifecycle(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<Lifecycle>> {
    let kept = keep(pipeline.keep.as_ref(), at.key("keep"), cx);
    let Some(table) = &pipeline.lifecycle else { return kept };
    if pipeline.keep.is_some() {
        let message = "`keep` is the short form of a `lifecycle`: write one of them";
        cx.contradiction(message, at.key("keep"), at.key("lifecycle"));
    }
    at_length(table, pipeline.container.is_some(), at.key("lifecycle"), cx).map(Some)
}

#[expect(clippy::option_option, reason = "for ever and refused are two things")]
fn keep(keep: Option<&Keep>, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<Lifecycle>> {
    match keep {
        None => Some(Some(newest(KEEP_BY_DEFAULT))),
        Some(Keep::Newest(count)) => cx.number(Some(*count), at, 1..=1000).flatten().map(|count| Some(newest(count))),
        Some(Keep::Word(word)) if word == "all" => Some(None),
        Some(Keep::Word(word)) => {
            let message = format!("`{word}` is neither a number nor `all`");
            let diagnostic = Diagnostic::new(code::BAD_CHOICE, message).at_value(at, "");
            cx.report(match word.trim().parse::<u16>() {
                Ok(count @ 1..=1000) => diagnostic.help(format!("a number stands without quotes: `keep = {count}`")),
                _ => diagnostic,
            });
            None
        }
    }
}

fn newest(count: u16) -> Lifecycle {
    let delete = Delete { which: Deletion::AllButNewest(count), snapshots: true };
    Lifecycle {
        enabled: true,
        description: None,
        role: None,
        select_tags: Tags::new(),
        deprecate: None,
        disable: None,
        delete: Some(delete),
        except: Exceptions::default(),
    }
}

fn at_length(table: &spec::Lifecycle, is_container: bool, at: At<'_>, cx: &mut Context<'_>) -> Option<Lifecycle> {
    if is_container {
        of_amis(table, at, cx);
    }
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let role = cx.optional_given(code::BAD_ID, at.key("role"), table.role.as_ref(), Role::parse);
    let select_tags = tags::plain(&table.select_tags, at.key("select-tags"), cx);
    if table.deprecate.is_none() && table.disable.is_none() && table.delete.is_none() {
        cx.missing(
            "the lifecycle does nothing",
            (at, &["delete", "disable", "deprecate"]),
            "add `delete`, `disable` or `deprecate`; `keep = \"all\"` keeps all",
        );
    }
    let deprecate = age(table.deprecate.as_ref(), at.key("deprecate"), cx);
    let disable = age(table.disable.as_ref(), at.key("disable"), cx);
    let delete = match &table.delete {
        Some(delete) => self::delete(delete, is_container, at.key("delete"), cx).map(Some),
        None => Some(None),
    };
    if let Some(Some(Delete { which: Deletion::OlderThan(end, None), .. })) = &delete {
        for (key, age) in [("deprecate", deprecate.flatten()), ("disable", disable.flatten())] {
            if let Some(age) = age.filter(|age| age.is_at_least(*end)) {
                never_acts((age, at.key(key)), (*end, at.key("delete")), cx);
            }
        }
    }
    let except = match &table.except {
        Some(except) => exceptions(except, at.key("except"), cx),
        None => Some(Exceptions::default()),
    };
    Some(Lifecycle {
        enabled: table.enabled.unwrap_or(true),
        description,
        role: role?,
        select_tags,
        deprecate: deprecate?,
        disable: disable?,
        delete: delete?,
        except: except?,
    })
}

fn never_acts((age, rule): (Age, At<'_>), (end, delete): (Age, At<'_>), cx: &mut Context<'_>) {
    cx.report(
        Diagnostic::new(code::NEVER_ACTS, format!("no image comes to {age}: it is deleted after {end}"))
            .at_value(rule, "")
            .at_value(delete, "the deletion")
            .help("let it act earlier, or remove it"),
    );
}

/// Container images are deleted, and nothing else (`CreateLifecyclePolicy`, `CONTAINER_IMAGE`).
fn of_amis(table: &spec::Lifecycle, at: At<'_>, cx: &mut Context<'_>) {
    let except = table.except.clone().unwrap_or_default();
    let except_at = at.key("except");
    let of_amis = [
        (at.key("deprecate"), "deprecate", table.deprecate.is_some()),
        (at.key("disable"), "disable", table.disable.is_some()),
        (except_at.key("shared-with"), "shared-with", !except.shared_with.is_empty()),
        (except_at.key("public"), "public", except.public.is_some()),
        (except_at.key("last-launched-within"), "last-launched-within", except.last_launched_within.is_some()),
        (except_at.key("regions"), "regions", !except.regions.is_empty()),
        (except_at.key("ami-tags"), "ami-tags", !except.ami_tags.is_empty()),
    ];
    for (at, key, _) in of_amis.into_iter().filter(|(_, _, is_there)| *is_there) {
        let message = format!("`{key}` is of AMIs, and this pipeline makes container images");
        cx.report(Diagnostic::new(code::WRONG_PRODUCT, message).at_key(at, "remove this"));
    }
}

#[expect(clippy::option_option, reason = "left out and refused are two things")]
fn age(table: Option<&spec::Age>, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<Age>> {
    let Some(table) = table else { return Some(None) };
    let Some(text) = &table.older_than else {
        cx.missing("it says nothing of an age", (at, &["older-than"]), "add `older-than = \"30 days\"`");
        return None;
    };
    cx.parse(code::BAD_AGE, at.key("older-than"), text, Age::parse).map(Some)
}

fn delete(table: &spec::Delete, is_container: bool, at: At<'_>, cx: &mut Context<'_>) -> Option<Delete> {
    let at_least = cx.number(table.keep_at_least, at.key("keep-at-least"), 1..=10);
    let which = match (&table.older_than, table.keep) {
        (Some(_), Some(_)) => {
            cx.contradiction("images are deleted by age or by number, not both", at.key("older-than"), at.key("keep"));
            None
        }
        (Some(text), None) => cx
            .parse(code::BAD_AGE, at.key("older-than"), text, Age::parse)
            .zip(at_least)
            .map(|(age, at_least)| Deletion::OlderThan(age, at_least)),
        (None, Some(count)) => {
            if table.keep_at_least.is_some() {
                cx.report(
                    Diagnostic::new(code::LIFECYCLE_CONFLICT, "`keep-at-least` goes with `older-than` only")
                        .at_key(at.key("keep-at-least"), "`keep` says already how many stay"),
                );
            }
            cx.number(Some(count), at.key("keep"), 1..=1000).flatten().map(Deletion::AllButNewest)
        }
        (None, None) => {
            cx.missing(
                "it does not say what is deleted",
                (at, &["older-than", "keep"]),
                "add `older-than = \"90 days\"` or `keep = 10`",
            );
            None
        }
    };
    let include_at = at.key("include");
    let mut snapshots = table.include.is_empty();
    for (index, word) in table.include.iter().enumerate() {
        let known: &[_] = if is_container { &[("containers", false)] } else { &[("ami", false), ("snapshots", true)] };
        let choice = cx.choice(Some(word), include_at.index(index), known);
        snapshots |= choice == Some(true);
    }
    if snapshots && !table.include.is_empty() && !table.include.iter().any(|word| word == "ami") {
        cx.report(
            Diagnostic::new(code::LIFECYCLE_CONFLICT, "snapshots are deleted only together with their AMI")
                .at_value(include_at, "")
                .help("write `include = [\"ami\", \"snapshots\"]`"),
        );
    }
    Some(Delete { which: which?, snapshots })
}

fn exceptions(table: &spec::Except, at: At<'_>, cx: &mut Context<'_>) -> Option<Exceptions> {
    let last = table.last_launched_within.as_deref();
    let last_launched_within =
        cx.optional(code::BAD_AGE, at.key("last-launched-within"), last, Age::parse_last_launched);
    Some(Exceptions {
        shared_with: accounts(&table.shared_with, at.key("shared-with"), cx),
        public: table.public,
        last_launched_within: last_launched_within?,
        regions: cx.each(code::BAD_REGION, at.key("regions"), &table.regions, Region::parse),
        tags: tags::plain(&table.tags, at.key("tags"), cx),
        ami_tags: tags::plain(&table.ami_tags, at.key("ami-tags"), cx),
    })
}
