//! What a build tells, shown: lines for people on stderr, or JSON for programs on stdout.

use std::cell::Cell;
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use kiln::build::Message;
use kiln::build::message::{Output, Why};

use crate::deploying::view::{TellArg, View, elapsed};

/// The view of one build.
pub struct Told<'a> {
    view: &'a View<'a>,
    name: &'a str,
    began: Cell<Instant>,
}

impl<'a> Told<'a> {
    /// The view of a build of the pipeline with this name.
    pub fn new(view: &'a View<'a>, name: &'a str) -> Self {
        Self { view, name, began: Cell::new(Instant::now()) }
    }

    /// Tells something. A reader that went away is no reason to stop.
    pub fn tell(&self, message: &Message) {
        if self.view.format() == TellArg::Ndjson {
            return self.view.program(&message.json(self.name));
        }
        let time = elapsed(i64::try_from(self.began.get().elapsed().as_millis()).unwrap_or_default());
        let line = |text: &str| self.view.line(self.name, text);
        let event = |colour: AnsiColor, word: &str, what: &str| {
            let style = Style::new().fg_color(Some(colour.into()));
            line(&format!("{time:>6}  {style}{word:15}{style:#} {what}"));
        };
        match message {
            Message::Started { image, .. } => line(&format!("image {image}")),
            Message::Notice { text } => line(text),
            Message::Error { .. } => {}
            Message::State { state } => {
                let colour = match state.as_str() {
                    "AVAILABLE" => AnsiColor::Green,
                    "FAILED" | "CANCELLED" => AnsiColor::Red,
                    _ => AnsiColor::Cyan,
                };
                event(colour, &state.to_lowercase(), &format!("image of pipeline `{}`", self.name));
            }
            Message::Step { workflow, execution, step, action, status, began, ended, message } => {
                let what = format!("{workflow} / {step} ({action})");
                let (colour, word) = match status.as_str() {
                    "RUNNING" => (AnsiColor::Cyan, "running"),
                    "COMPLETED" => (AnsiColor::Green, "done"),
                    "FAILED" => (AnsiColor::Red, "failed"),
                    other => (AnsiColor::Yellow, other),
                };
                let is_running = status == "RUNNING";
                let key = format!("{}/{execution}/{step}", self.name);
                self.view.running(key, is_running.then(|| (word.to_owned(), what.clone())));
                let took = took(began.as_deref(), ended.as_deref());
                let why = message.as_deref().filter(|_| status == "FAILED");
                let why = why.map_or_else(String::new, |why| format!(": {}", printable(why)));
                event(colour, &word.to_lowercase(), &format!("{what}{took}{why}"));
            }
            Message::Log { line: text, .. } => {
                let style = Style::new().dimmed();
                line(&format!("        {style}|{style:#} {}", printable(text)));
            }
            Message::Failure(why) => line(&why_text(why)),
            Message::Ended { outcome, .. } => {
                self.view.rest();
                line(&format!("{outcome} after {time}"));
            }
        }
    }
}

/// A text without what a terminal would take for a command: logs hold what programs write for theirs.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            // A control sequence ends at its final byte (ECMA-48, 5.4).
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.next();
                for char in chars.by_ref() {
                    if ('\u{40}'..='\u{7e}').contains(&char) {
                        break;
                    }
                }
            }
            '\t' => out.push(char),
            char if char.is_control() => {}
            char => out.push(char),
        }
    }
    out
}

/// How long a step took, as the service tells it; nothing while it runs.
fn took(began: Option<&str>, ended: Option<&str>) -> String {
    let moment = |text: Option<&str>| text?.parse::<Timestamp>().ok();
    match (moment(began), moment(ended)) {
        (Some(began), Some(ended)) => format!(", took {}", elapsed(ended.as_millisecond() - began.as_millisecond())),
        _ => String::new(),
    }
}

fn why_text(why: &Why) -> String {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let mut text = format!("{red}cause{red:#}: ");
    let mut whats: Vec<String> = Vec::new();
    if let Some(component) = &why.component {
        whats.push(component.clone());
        whats.extend(why.phase.as_ref().map(|phase| format!("phase `{phase}`")));
        whats.extend(why.component_step.as_ref().map(|step| format!("step `{step}`")));
    }
    if let (Some(workflow), Some(step)) = (&why.workflow, &why.step) {
        whats.push(format!("in {workflow} / {step}"));
    }
    text.push_str(&whats.join(", "));
    if let Some(place) = &why.place {
        text.push_str(&format!("\n  --> {place}"));
    }
    text.push_str(&format!("{}{}", if whats.is_empty() { "" } else { "\n  " }, printable(&why.reason)));
    for line in &why.lines {
        text.push_str(&format!("\n  | {}", printable(line)));
    }
    if let Some(hint) = &why.hint {
        text.push_str(&format!("\n  help: {hint}"));
    }
    text.push_str(&format!("\n  the whole log: group {}, stream {}", why.log.0, why.log.1));
    if why.instance_kept {
        text.push_str("\n  the build instance was kept: end it when you have looked");
    }
    text
}

/// What came out, in lines of columns.
pub fn table(output: &Output) -> String {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let own = |account: &Option<String>| account.clone().unwrap_or_default();
    for ami in &output.amis {
        rows.push(["ami".to_owned(), ami.region.clone(), ami.account.clone(), format!("{}  {}", ami.id, ami.name)]);
    }
    for container in &output.containers {
        rows.extend(
            container.uris.iter().map(|uri| ["image".to_owned(), container.region.clone(), String::new(), uri.clone()]),
        );
    }
    for it in &output.parameters {
        rows.push(["parameter".to_owned(), it.region.clone(), own(&it.account), it.name.clone()]);
    }
    for it in &output.launch_templates {
        let what = if it.is_default { " (default version)" } else { "" };
        rows.push(["template".to_owned(), it.region.clone(), own(&it.account), format!("{}{what}", it.id)]);
    }
    if let Some(findings) = &output.findings {
        rows.push(["findings".to_owned(), String::new(), String::new(), findings.words()]);
    }
    columns(&rows)
}

/// Rows as lines, each column as wide as its widest entry; empty columns are left out.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: Vec<usize> =
        (0..N).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let line: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gives_the_terminal_no_commands() {
        assert_eq!(printable("\u{1b}[31mred\u{1b}[0m\tand\r \u{7}bell\u{1b}]0;title"), "red\tand bell]0;title");
    }

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a".to_owned(), String::new(), "x".to_owned()], ["bcd".to_owned(), String::new(), String::new()]];
        assert_eq!(columns(&rows), "a    x\nbcd\n");
    }
}
