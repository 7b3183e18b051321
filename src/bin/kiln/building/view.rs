//! What a build tells, shown: lines for people on stderr, or JSON for programs on stdout.

use std::cell::Cell;
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use kiln::build::Message;
use kiln::build::message::{Output, Why};
use kiln::source::colourless;

use crate::deploying::view::{TellArg, View, elapsed};
use crate::output::Page;

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
        let line = |words: Page| self.view.line(self.name, words);
        let event = |colour: AnsiColor, word: &str, what: &str| {
            let style = Style::new().fg_color(Some(colour.into()));
            let mut page = Page::new();
            page.text(format!("{time:>6}  ")).styled(style, format!("{word:15}")).line(format!(" {what}"));
            line(page);
        };
        match message {
            Message::Started { image, .. } => line(format!("image {image}").into()),
            Message::Notice { text } => line(text.into()),
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
                let why = why.map_or_else(String::new, |why| format!(": {}", colourless(why)));
                event(colour, &word.to_lowercase(), &format!("{what}{took}{why}"));
            }
            Message::Log { line: text, .. } => {
                let mut page = Page::new();
                page.text("        ").styled(Style::new().dimmed(), "|");
                page.text(" ").logged(text);
                line(page);
            }
            Message::Failure(why) => line(why_text(why)),
            Message::Ended { outcome, .. } => {
                self.view.rest();
                line(format!("{outcome} after {time}").into());
            }
        }
    }
}

/// How long a step took, as the service tells it; nothing while it runs.
fn took(began: Option<&str>, ended: Option<&str>) -> String {
    let moment = |text: Option<&str>| text?.parse::<Timestamp>().ok();
    match (moment(began), moment(ended)) {
        (Some(began), Some(ended)) => format!(", took {}", elapsed(ended.as_millisecond() - began.as_millisecond())),
        _ => String::new(),
    }
}

fn why_text(why: &Why) -> Page {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let mut page = Page::new();
    page.styled(red, "cause").text(": ");
    let mut whats: Vec<String> = Vec::new();
    if let Some(component) = &why.component {
        whats.push(component.clone());
        whats.extend(why.phase.as_ref().map(|phase| format!("phase `{phase}`")));
        whats.extend(why.component_step.as_ref().map(|step| format!("step `{step}`")));
    }
    if let (Some(workflow), Some(step)) = (&why.workflow, &why.step) {
        whats.push(format!("in {workflow} / {step}"));
    }
    if !whats.is_empty() {
        page.line(whats.join(", "));
    }
    if let Some(place) = &why.place {
        page.line(format!("  --> {place}"));
    }
    page.text(if whats.is_empty() { "" } else { "  " }).logged(&why.reason);
    for line in &why.lines {
        page.text("  | ").logged(line);
    }
    if let Some(hint) = &why.hint {
        page.line(format!("  help: {hint}"));
    }
    page.line(format!("  the whole log: group {}, stream {}", why.log.0, why.log.1));
    if why.instance_kept {
        page.line("  the build instance was kept: end it when you have looked");
    }
    page
}

/// What came out, in lines of columns below its name.
pub fn table(output: &Output) -> Page {
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
    let mut page = Page::from(format!("{} {}", output.pipeline, output.version));
    page.columns(&rows);
    page
}
