//! What a deployment tells, shown: lines for people on stderr, or JSON for programs on stdout.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use kiln::deploy::message::{Told, Why};
use kiln::deploy::{Action, Event, Message, Progress, ResourceStatus, Review, Subjects};

use super::stack::Outcome;
use crate::exit::Failure;
use crate::output::Ui;

/// What loses data is looked at first.
const LOSS: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// How a deployment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TellArg {
    /// For people: a line an event on stderr, the outputs on stdout.
    Text,
    /// For programs: one JSON object a line on stdout.
    Ndjson,
}

/// Shows what is told of several deployments.
pub struct View<'a> {
    ui: &'a Ui,
    format: TellArg,
    /// Columns of the longest name; nothing is put before the lines of a single deployment.
    prefix: Option<usize>,
    live: RefCell<super::live::Live>,
}

impl<'a> View<'a> {
    /// A view of deployments with these names.
    pub fn new(ui: &'a Ui, format: TellArg, names: &[&str]) -> Self {
        let prefix = (names.len() > 1).then(|| names.iter().map(|name| name.chars().count()).max().unwrap_or(0));
        let is_live = format == TellArg::Text && io::stderr().is_terminal();
        Self { ui, format, prefix, live: RefCell::new(super::live::Live::new(is_live)) }
    }

    /// The view of one of them.
    pub fn of<'b>(&'b self, name: &'b str, subjects: &'b Subjects) -> Told1<'b> {
        Told1 { view: self, name, subjects, began: Cell::new(None), last: RefCell::default() }
    }

    /// Draws what is under way anew.
    pub fn tick(&self) {
        self.live.borrow_mut().draw(self.ui);
    }

    /// Takes what is drawn away.
    pub fn rest(&self) {
        self.live.borrow_mut().clear(self.ui);
    }

    /// How it is told.
    pub fn format(&self) -> TellArg {
        self.format
    }

    /// Tells a program something. A reader that went away is no reason to stop.
    pub fn program(&self, line: &str) {
        let _ = self.ui.product(line);
    }

    /// Notes that something is under way, or not any more.
    pub fn running(&self, key: String, what: Option<(String, String)>) {
        self.live.borrow_mut().set(key, what);
    }

    /// Tells lines of one of them.
    pub fn line(&self, name: &str, text: &str) {
        let mut live = self.live.borrow_mut();
        live.clear(self.ui);
        match self.prefix {
            Some(width) => {
                let lines: Vec<String> = text.lines().map(|line| format!("{name:width$} | {line}")).collect();
                self.ui.note(&lines.join("\n"));
            }
            None => self.ui.note(text),
        }
        live.draw(self.ui);
    }
}

/// The view of one deployment.
pub struct Told1<'a> {
    view: &'a View<'a>,
    name: &'a str,
    subjects: &'a Subjects,
    /// When the first event happened.
    began: Cell<Option<i64>>,
    /// The last state that was told of each resource: the service tells some twice.
    last: RefCell<BTreeMap<String, String>>,
}

impl Told1<'_> {
    /// The words for its resources.
    pub fn subjects(&self) -> &Subjects {
        self.subjects
    }

    /// Tells something. A reader that went away is no reason to stop.
    pub fn tell(&self, message: &Message) {
        match self.view.format {
            TellArg::Ndjson => {
                let _ = self.view.ui.product(&message.json(self.name));
            }
            TellArg::Text => self.text(message),
        }
    }

    /// Tells an event.
    pub fn event(&self, event: &Event) {
        if self.view.format == TellArg::Ndjson {
            return self.tell(&Message::Event(Told::new(event, self.subjects)));
        }
        let began = self.began.get().unwrap_or(event.at);
        self.began.set(Some(began));
        let key = (event.logical_id.clone(), event.status.word().to_owned());
        // That the stack is in review is no news: its change set was just shown.
        if key.1 == "REVIEW_IN_PROGRESS" || self.last.borrow().get(&key.0) == Some(&key.1) {
            return;
        }
        self.last.borrow_mut().insert(key.0, key.1);
        let told = Told::new(event, self.subjects);
        let id = format!("{}/{}", self.name, event.logical_id);
        let is_running = event.status.meaning().1 == Progress::Running && !told.is_stack;
        let what = (event.status.meaning().0.to_owned(), told.what.clone());
        self.view.live.borrow_mut().set(id, is_running.then_some(what));
        self.view.line(self.name, &event_line(&told, Some(elapsed(event.at - began))));
    }

    /// Tells how it ended; the outputs are the product.
    pub fn end(&self, outcome: &Outcome, calls: u64) -> Result<(), Failure> {
        let message = outcome.message(calls);
        if self.view.format == TellArg::Ndjson {
            self.tell(&message);
            return Ok(());
        }
        self.view.rest();
        self.text(&message);
        let Message::Ended { outputs, .. } = message else { return Ok(()) };
        let width = outputs.iter().map(|output| output.name.chars().count()).max().unwrap_or_default();
        let prefix = self.view.prefix.map_or_else(String::new, |_| format!("{} ", self.name));
        let lines = outputs.iter().map(|output| format!("{prefix}{:width$}  {}\n", output.name, output.value));
        self.view.ui.product(&lines.collect::<String>())
    }

    fn text(&self, message: &Message) {
        let line = |text: &str| self.view.line(self.name, text);
        match message {
            Message::Started { target, region, account } => {
                let mut place = String::new();
                if let (Some(region), Some(account)) = (region, account) {
                    place = format!(" in {region} of account {account}");
                }
                line(&format!("{target}: `{}`{place}", self.name));
            }
            Message::Review(review) => line(&review_text(review)),
            Message::Notice { text } => line(text),
            // Errors are drawn like those of other commands.
            Message::Error { .. } => {}
            Message::Event(told) => line(&event_line(told, None)),
            Message::Failure(why) => line(&why_text(why)),
            Message::Ended { outcome, status, seconds, .. } => {
                let status = status.as_ref().map_or_else(String::new, |status| format!(" ({status})"));
                line(&format!("{outcome}{status} after {}", elapsed(i64::try_from(*seconds).unwrap_or(0) * 1000)));
            }
        }
    }
}

/// A time such as `1:05`.
pub fn elapsed(milliseconds: i64) -> String {
    let seconds = (milliseconds.max(0)) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn event_line(told: &Told, time: Option<String>) -> String {
    let status = ResourceStatus::new(&told.status);
    let (word, progress) = status.meaning();
    let colour = match progress {
        Progress::Running => AnsiColor::Cyan,
        Progress::Done => AnsiColor::Green,
        Progress::Failed => AnsiColor::Red,
        Progress::Skipped => AnsiColor::Yellow,
    };
    let style = Style::new().fg_color(Some(colour.into()));
    let time = time.unwrap_or_default();
    let reason = told.reason.as_deref().filter(|_| matches!(progress, Progress::Failed | Progress::Skipped));
    let reason = reason.map_or_else(String::new, |reason| format!(": {}", kiln::deploy::cause::unpack(reason).message));
    format!("{time:>6}  {style}{word:15}{style:#} {}{reason}", told.what)
}

/// What would be done, in lines.
pub fn review_text(review: &Review) -> String {
    let mut text = review.counts();
    let mut was_iam = false;
    for item in &review.items {
        if item.is_iam && !was_iam {
            was_iam = true;
            text.push_str("\nrights:");
        }
        let (sign, word) = item.action.word();
        let colour = match item.action {
            Action::Add => AnsiColor::Green,
            Action::Remove => AnsiColor::Red,
            Action::Change | Action::NewVersion | Action::Replace | Action::MayReplace => AnsiColor::Yellow,
        };
        let style = Style::new().fg_color(Some(colour.into()));
        let was = item.from_version.as_ref().filter(|_| item.action != Action::Remove);
        let was = was.map_or_else(String::new, |version| format!(" (was {version})"));
        let kept = if item.is_kept { " (what goes is kept in the account)" } else { "" };
        text.push_str(&format!("\n  {style}{sign} {word:11}{style:#} {}{was}{kept}", item.what));
        if let Some(what) = &item.loses {
            text.push_str(&format!("\n                  {LOSS}loses data{LOSS:#}: {what}"));
        }
        for why in &item.why {
            text.push_str(&format!("\n                  {why}"));
        }
    }
    match review.items.iter().filter(|item| item.loses.is_some()).count() {
        0 => {}
        1 => text.push_str(&format!("\n{LOSS}1 of these changes loses data{LOSS:#}")),
        count => text.push_str(&format!("\n{LOSS}{count} of these changes lose data{LOSS:#}")),
    }
    text.push_str(if review.builds_image { "\nbuilds an image: yes" } else { "\nbuilds an image: no" });
    text
}

fn why_text(why: &Why) -> String {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let mut text = format!("{red}cause{red:#}: {}: {}", why.what, why.message);
    if let Some(place) = &why.place {
        text.push_str(&format!("\n  --> {place}"));
    }
    if let Some(hint) = &why.hint {
        text.push_str(&format!("\n  help: {hint}"));
    }
    match why.others {
        0 => {}
        1 => text.push_str("\n  1 other resource failed as well; its line is above"),
        count => text.push_str(&format!("\n  {count} other resources failed as well; their lines are above")),
    }
    text
}
