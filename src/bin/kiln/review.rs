//! Reviews for people, on a terminal.

use anstyle::{AnsiColor, Style};
use kiln::review::{Action, Drifts, Review, heading};

use crate::diff;
use crate::output::{BOLD, Page};

/// Columns of the longest word for an action, with its sign.
const ACTION: usize = 15;

/// What loses data is looked at first.
pub const LOSS: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

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
pub fn text(title: &str, review: &Review) -> Page {
    let mut page = Page::new();
    page.styled(BOLD, title).end();
    if review.is_empty() {
        page.line("nothing changes");
    } else {
        changes(review, &mut page);
    }
    if let Some(drift) = &review.drift {
        drifts(drift, &mut page);
    }
    page
}

fn heading_line(words: &str, page: &mut Page) {
    page.end().styled(BOLD, words).end();
}

/// What is not as it was deployed.
fn drifts(drift: &Drifts, page: &mut Page) {
    heading_line("Drift", page);
    if drift.resources.is_empty() {
        page.line("  nothing is other than it was deployed");
    }
    for it in &drift.resources {
        let place = it.place.as_deref().map_or_else(String::new, |place| format!("  ({place})"));
        let state = format!("! {}", it.word());
        page.text("  ").styled(color(AnsiColor::Red), format!("{state:ACTION$}"));
        page.line(format!("{}{place}", it.what));
        for difference in &it.properties {
            page.line(format!("      {}", difference.words()));
        }
    }
    if !drift.unchecked.is_empty() {
        page.line(format!("  not looked at by CloudFormation: {}", drift.unchecked.join(", ")));
    }
}

fn changes(review: &Review, page: &mut Page) {
    let image = if review.builds_image { "builds an image" } else { "builds no image" };
    let rights = if review.rights.is_empty() { "no rights change" } else { "rights change" };
    page.line(format!("{}; the deployment {image}; {rights}", review.counts()));
    for (names, items) in review.groups() {
        let pipeline = review.pipelines.iter().find(|pipeline| names == [pipeline.name.clone()]);
        if items.is_empty() && pipeline.is_none() {
            continue;
        }
        heading_line(&heading(&names), page);
        if let Some(pipeline) = pipeline {
            page.line(format!("  image: {}", pipeline.image_words));
            for line in &pipeline.retention {
                page.line(format!("  retention: {line}"));
            }
            for line in &pipeline.cost {
                page.line(format!("  cost: {line}"));
            }
        }
        for item in items {
            let (sign, word) = item.action.word();
            let place = item.place.as_deref().map_or_else(String::new, |place| format!("  ({place})"));
            let action = format!("{sign} {word}");
            page.text("  ").styled(style(item.action), format!("{action:ACTION$}"));
            page.line(format!("{}{}{place}", item.name(), item.versions()));
            for reason in item.reasons() {
                page.line(format!("      {reason}"));
            }
            if let Some(consequence) = &item.consequence {
                match consequence.split_once("loses data") {
                    Some((before, after)) => {
                        page.text(format!("      {before}")).styled(LOSS, "loses data").line(after);
                    }
                    None => _ = page.line(format!("      {consequence}")),
                }
            }
        }
    }
    if !review.rights.is_empty() {
        heading_line("Rights", page);
    }
    for right in &review.rights {
        // Red is what has to be looked at: more is allowed than before.
        let style = color(if right.widens { AnsiColor::Red } else { AnsiColor::Green });
        let sign = if right.added { '+' } else { '-' };
        page.text("  ").styled(style, format!("{sign} {}", right.who)).line(format!(": {}", right.statement));
    }
    if !review.template.is_empty() {
        heading_line("Template", page);
    }
    for line in &review.template {
        page.line(format!("  {line}"));
    }
    for document in &review.documents {
        heading_line(&document.name, page);
        diff::draw(&document.hunks, page);
    }
}
