//! Reviews as Markdown for a comment on a pull request.

use std::fmt::Write;

use super::inert::{code, html_text, text};
use super::{Item, Review};
use crate::source::visible_lines;

/// GitHub takes comments of 65,536 characters; what is written around them needs some.
const MOST: usize = 60_000;

/// Reviews of specs by the name of each. `title` says what is compared.
#[must_use]
pub fn markdown(title: &str, reviews: &[(String, Review)]) -> String {
    let mut out = format!("## kiln: {}\n", text(title));
    let changed: Vec<&(String, Review)> =
        reviews.iter().filter(|(_, review)| !review.is_empty() || review.drifts()).collect();
    if changed.is_empty() {
        out.push_str("\nNothing changes.\n");
    }
    for (spec, review) in changed {
        let mut part = String::new();
        one(spec, review, &mut part);
        if out.len() + part.len() > MOST {
            let _ = writeln!(out, "\nThe rest is too long for a comment: `kiln diff` shows it.");
            break;
        }
        out.push_str(&part);
    }
    out
}

fn one(spec: &str, review: &Review, out: &mut String) {
    let _ = writeln!(out, "\n### {}\n\n**{}**", text(spec), review.counts());
    let image = if review.builds_image { "builds an image" } else { "builds no image" };
    let rights = if review.rights.is_empty() { "no rights change" } else { "**rights change**" };
    let _ = writeln!(out, "· the deployment {image} · {rights}");
    for (names, items) in review.groups() {
        let pipeline = review.pipelines.iter().find(|pipeline| names == [pipeline.name.clone()]);
        if items.is_empty() && pipeline.is_none() {
            continue;
        }
        let _ = writeln!(out, "\n#### {}\n", text(&super::heading(&names)));
        if let Some(pipeline) = pipeline {
            let _ = writeln!(out, "{}.\n", text(&capital(&pipeline.image_words)));
            for line in &pipeline.retention {
                let _ = writeln!(out, "- **retention:** {}", text(line));
            }
            for line in &pipeline.cost {
                let _ = writeln!(out, "- **cost:** {}", text(line));
            }
            if !(pipeline.retention.is_empty() && pipeline.cost.is_empty()) {
                out.push('\n');
            }
        }
        if !items.is_empty() {
            out.push_str("| | what | why |\n| --- | --- | --- |\n");
            items.iter().for_each(|item| row(item, out));
        }
    }
    list(
        "Rights",
        review.rights.iter().map(|right| {
            let sign = if right.added { "**+**" } else { "**−**" };
            format!("{sign} {}: {}", text(&right.who), code(&right.statement))
        }),
        out,
    );
    list("Template", review.template.iter().map(|line| text(line)), out);
    let drifts = review.drift.iter().flat_map(|drift| &drift.resources);
    list(
        "Drift",
        drifts.map(|it| {
            let words: Vec<String> = it.properties.iter().map(|it| text(&it.words())).collect();
            let words = if words.is_empty() { String::new() } else { format!(": {}", words.join("; ")) };
            format!("**{}** {}{words}", it.word(), text(&it.what))
        }),
        out,
    );
    for document in &review.documents {
        let name = html_text(&document.name);
        let lines: Vec<String> = document.hunks.iter().map(super::plain).collect();
        let lines = lines.concat();
        let lines = visible_lines(&lines);
        // A fence is longer than any in the text.
        let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or_default().max(2);
        let fence = "`".repeat(longest + 1);
        let _ = write!(out, "\n<details><summary>{name}</summary>\n\n{fence}diff\n{lines}{fence}\n\n</details>\n");
    }
}

fn list(title: &str, lines: impl Iterator<Item = String>, out: &mut String) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "\n#### {title}\n");
        lines.iter().for_each(|line| {
            let _ = writeln!(out, "- {line}");
        });
    }
}

fn row(item: &Item, out: &mut String) {
    let (sign, word) = item.action.word();
    let mut why: Vec<String> = item.reasons().iter().map(|line| text(line)).collect();
    why.extend(item.consequence.as_deref().map(|it| format!("**{}**", text(it))));
    let place = item.place.as_deref().map_or_else(String::new, |place| format!(" <sub>{}</sub>", text(place)));
    let _ = writeln!(
        out,
        "| {sign} {word} | {}{}{place} | {} |",
        text(item.name()),
        text(&item.versions()),
        why.join("<br>")
    );
}

fn capital(line: &str) -> String {
    let mut chars = line.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
