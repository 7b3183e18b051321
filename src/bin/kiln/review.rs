//! Reviews for people, on a terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use kiln::review::{Action, Drifts, Review, heading};

use crate::diff;
use crate::output::BOLD;

/// Columns of the longest word for an action, with its sign.
const ACTION: usize = 15;

fn color(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(color.into()))
}

fn style(action: Action) -> Style {
    match action {
        Action::Add => color(AnsiColor::Green),
        Action::Remove | Action::Replace | Action::MayReplace => color(AnsiColor::Red),
        Action::Change | Action::NewVersion => color(AnsiColor::Yellow),
    }
}

/// What the changes of a spec mean. `title` says what is compared.
pub fn text(title: &str, review: &Review) -> String {
    let mut out = format!("{BOLD}{title}{BOLD:#}\n");
    if review.is_empty() {
        out.push_str("nothing changes\n");
    } else {
        changes(review, &mut out);
    }
    if let Some(drift) = &review.drift {
        drifts(drift, &mut out);
    }
    out
}

/// What is not as it was deployed.
fn drifts(drift: &Drifts, out: &mut String) {
    let _ = writeln!(out, "\n{BOLD}Drift{BOLD:#}");
    if drift.resources.is_empty() {
        out.push_str("  nothing is other than it was deployed\n");
    }
    for it in &drift.resources {
        let style = color(AnsiColor::Red);
        let place = it.place.as_deref().map_or_else(String::new, |place| format!("  ({place})"));
        let state = format!("! {}", it.word());
        let _ = writeln!(out, "  {style}{state:ACTION$}{style:#}{}{place}", it.what);
        for difference in &it.properties {
            let _ = writeln!(out, "      {}", difference.words());
        }
    }
    if !drift.unchecked.is_empty() {
        let _ = writeln!(out, "  not looked at by CloudFormation: {}", drift.unchecked.join(", "));
    }
}

fn changes(review: &Review, out: &mut String) {
    let image = if review.builds_image { "builds an image" } else { "builds no image" };
    let rights = if review.rights.is_empty() { "no rights change" } else { "rights change" };
    let _ = writeln!(out, "{}; the deployment {image}; {rights}", review.counts());
    for (names, items) in review.groups() {
        let pipeline = review.pipelines.iter().find(|pipeline| names == [pipeline.name.clone()]);
        if items.is_empty() && pipeline.is_none() {
            continue;
        }
        let _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", heading(&names));
        if let Some(pipeline) = pipeline {
            let _ = writeln!(out, "  image: {}", pipeline.image_words);
            for line in &pipeline.retention {
                let _ = writeln!(out, "  retention: {line}");
            }
            for line in &pipeline.cost {
                let _ = writeln!(out, "  cost: {line}");
            }
        }
        for item in items {
            let (sign, word) = item.action.word();
            let style = style(item.action);
            let place = item.place.as_deref().map_or_else(String::new, |place| format!("  ({place})"));
            let action = format!("{sign} {word}");
            let (name, versions) = (item.name(), item.versions());
            let _ = writeln!(out, "  {style}{action:ACTION$}{style:#}{name}{versions}{place}");
            for reason in item.reasons() {
                let _ = writeln!(out, "      {reason}");
            }
            if let Some(consequence) = &item.consequence {
                let _ = writeln!(out, "      {consequence}");
            }
        }
    }
    if !review.rights.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Rights{BOLD:#}");
    }
    for right in &review.rights {
        // Red is what has to be looked at: more is allowed than before.
        let style = color(if right.widens { AnsiColor::Red } else { AnsiColor::Green });
        let sign = if right.added { '+' } else { '-' };
        let _ = writeln!(out, "  {style}{sign} {}{style:#}: {}", right.who, right.statement);
    }
    if !review.template.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Template{BOLD:#}");
    }
    for line in &review.template {
        let _ = writeln!(out, "  {line}");
    }
    for document in &review.documents {
        let _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", document.name);
        diff::draw(&document.hunks, out);
    }
}
