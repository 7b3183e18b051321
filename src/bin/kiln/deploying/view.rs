//! What a deployment tells, shown: lines for people on stderr, or JSON for programs on stdout.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use kiln::deploy::message::{Told, Why};
use kiln::deploy::reasons::Reasons;
use kiln::deploy::{Action, Event, Message, Progress, ResourceStatus, Review, Subjects};

use super::stack::Outcome;
use super::words;
use crate::exit::Failure;
use crate::output::{Page, Ui};
use crate::review::LOSS;

/// What is not known without the reasons of a change set that was made.
pub const UNKNOWN_WARNINGS: &str = "what CloudFormation warns of";

/// What is to be known before saying yes.
const WARNING: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

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
        self.ui.stream(line);
    }

    /// Notes that something is under way, or not any more.
    pub fn running(&self, key: String, what: Option<(String, String)>) {
        self.live.borrow_mut().set(key, what);
    }

    /// Tells lines of one of them.
    pub fn line(&self, name: &str, words: impl Into<Page>) {
        let mut live = self.live.borrow_mut();
        live.clear(self.ui);
        let page = words.into();
        self.ui.note(match self.prefix {
            Some(width) => page.prefixed(&format!("{name:width$} | ")),
            None => page,
        });
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

    /// Draws what is under way anew.
    pub fn tick(&self) {
        self.view.tick();
    }

    /// Tells something. A reader that went away is no reason to stop.
    pub fn tell(&self, message: &Message) {
        match self.view.format {
            TellArg::Ndjson => {
                self.view.ui.stream(&message.json(self.name));
            }
            TellArg::Text => self.text(message),
        }
    }

    /// Tells why something failed.
    pub fn causes(&self, reasons: &Reasons) {
        for why in Why::all(&reasons.causes, self.subjects) {
            self.tell(&Message::Failure(why));
        }
        self.unknown(reasons, "why CloudFormation stopped it");
    }

    /// Tells what a change set is warned of that was made after the review.
    pub fn warnings(&self, reasons: &Reasons) {
        for Why { what, message, .. } in Why::all(&reasons.warnings, self.subjects) {
            self.tell(&Message::Notice { text: format!("warning: {what}: {message}") });
        }
        self.unknown(reasons, UNKNOWN_WARNINGS);
    }

    /// Tells what is not known for want of a permission, or of an answer.
    pub fn unknown(&self, reasons: &Reasons, what: &str) {
        if let Some(fault) = &reasons.unknown {
            let Failure { message, help, .. } = words::fault(fault);
            let help = help.map_or_else(String::new, |help| format!("; {help}"));
            self.tell(&Message::Notice { text: format!("{what} is not known in full: {message}{help}") });
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
        let is_news = event.failed_finding().is_some() || self.last.borrow().get(&key.0) != Some(&key.1);
        if key.1 == "REVIEW_IN_PROGRESS" || !is_news {
            return;
        }
        self.last.borrow_mut().insert(key.0, key.1);
        let told = Told::new(event, self.subjects);
        let id = format!("{}/{}", self.name, event.logical_id);
        let is_running = event.status.meaning().1 == Progress::Running && !told.is_stack;
        let what = (event.status.meaning().0.to_owned(), told.what.clone());
        self.view.live.borrow_mut().set(id, is_running.then_some(what));
        self.view.line(self.name, event_line(&told, Some(elapsed(event.at - began))));
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
        let rows: Vec<[String; 2]> = outputs.into_iter().map(|output| [output.name, output.value]).collect();
        let mut page = Page::new();
        page.columns(&rows);
        self.view.ui.print(&match self.view.prefix {
            Some(_) => page.prefixed(&format!("{} ", self.name)),
            None => page,
        })
    }

    fn text(&self, message: &Message) {
        let line = |words: Page| self.view.line(self.name, words);
        match message {
            Message::Started { target, region, account } => {
                let mut place = String::new();
                if let (Some(region), Some(account)) = (region, account) {
                    place = format!(" in {region} of account {account}");
                }
                line(format!("{target}: `{}`{place}", self.name).into());
            }
            Message::Review(review) => line(review_text(review)),
            Message::Notice { text } => line(text.into()),
            // Errors are drawn like those of other commands.
            Message::Error { .. } => {}
            Message::Event(told) => line(event_line(told, None)),
            Message::Failure(why) => line(why_text(why)),
            Message::Remains(remains) => {
                let lines = remains.lines();
                if lines.is_empty() {
                    return line("nothing remains".into());
                }
                let mut page = Page::from("what remains:");
                lines.iter().for_each(|it| _ = page.line(format!("  {it}")));
                line(page);
                if remains.images > 0 {
                    line("`kiln images` lists the images; `kiln prune --keep 0 --role ROLE` deletes them".into());
                }
            }
            Message::Ended { outcome, status, seconds, .. } => {
                let status = status.as_ref().map_or_else(String::new, |status| format!(" ({status})"));
                let time = elapsed(i64::try_from(*seconds).unwrap_or(0) * 1000);
                line(format!("{outcome}{status} after {time}").into());
            }
        }
    }
}

/// A time such as `1:05`.
pub fn elapsed(milliseconds: i64) -> String {
    let seconds = (milliseconds.max(0)) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn event_line(told: &Told, time: Option<String>) -> Page {
    let status = ResourceStatus::new(&told.status);
    let hook = told.hook.as_ref().filter(|hook| hook.is_failure);
    let (word, progress) = match hook {
        Some(hook) if hook.is_blocking => ("hook refuses", Progress::Failed),
        Some(_) => ("hook warns of", Progress::Skipped),
        None => status.meaning(),
    };
    let colour = match progress {
        Progress::Running => AnsiColor::Cyan,
        Progress::Done => AnsiColor::Green,
        Progress::Failed => AnsiColor::Red,
        Progress::Skipped => AnsiColor::Yellow,
    };
    let style = Style::new().fg_color(Some(colour.into()));
    let time = time.unwrap_or_default();
    let reason = hook
        .map(|hook| hook.reason.as_str())
        .or(told.reason.as_deref())
        .filter(|_| matches!(progress, Progress::Failed | Progress::Skipped));
    let reason = reason.map_or_else(String::new, |reason| format!(": {}", kiln::deploy::cause::unpack(reason).message));
    let mut page = Page::new();
    page.text(format!("{time:>6}  ")).styled(style, format!("{word:15}")).line(format!(" {}{reason}", told.what));
    page
}

/// What would be done, in lines.
pub fn review_text(review: &Review) -> Page {
    let mut page = Page::from(review.counts());
    let mut was_iam = false;
    for item in &review.items {
        if item.is_iam && !was_iam {
            was_iam = true;
            page.line("rights:");
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
        page.text("  ").styled(style, format!("{sign} {word:11}")).line(format!(" {}{was}{kept}", item.what));
        if let Some(what) = &item.loses {
            page.text("                  ").styled(LOSS, "loses data").line(format!(": {what}"));
        }
        for why in &item.why {
            page.line(format!("                  {why}"));
        }
    }
    match review.items.iter().filter(|item| item.loses.is_some()).count() {
        0 => {}
        1 => _ = page.styled(LOSS, "1 of these changes loses data").end(),
        count => _ = page.styled(LOSS, format!("{count} of these changes lose data")).end(),
    }
    for warning in &review.warnings {
        add_why(&mut page, (WARNING, "warning"), warning);
    }
    page.line(if review.builds_image { "builds an image: yes" } else { "builds an image: no" });
    page
}

fn why_text(why: &Why) -> Page {
    let mut page = Page::new();
    add_why(&mut page, (LOSS, "cause"), why);
    page
}

/// What fails or warns: what it is about and why, where the spec speaks of it, who says so, and what to do.
fn add_why(page: &mut Page, (style, word): (Style, &str), why: &Why) {
    page.styled(style, word).line(format!(": {}: {}", why.what, why.message));
    if let Some(place) = &why.place {
        page.line(format!("  --> {place}"));
    }
    let path = why.path.as_ref().map_or_else(String::new, |path| format!(" at {path}"));
    match (&why.hook, &why.validation) {
        (Some(hook), _) => _ = page.line(format!("  found by the hook {hook}{path}")),
        (None, Some(name)) => _ = page.line(format!("  found by CloudFormation's validation {name}{path}")),
        (None, None) => {}
    }
    if let Some(hint) = &why.hint {
        page.line(format!("  help: {hint}"));
    }
}
