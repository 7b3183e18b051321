//! The one writer of the command's streams. Products go out byte for byte; text for people is a [`Page`].

mod page;

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use kiln::diagnostic::text::{self, Style};
use kiln::diagnostic::{Report, Sources};
use kiln::source::{hidden, visible_lines};

use crate::args::Color;
use crate::exit::{Exit, Failure};
pub use page::Page;

/// Where words go: stdout carries what was asked for, stderr everything else.
pub struct Ui {
    color: Color,
    /// Whether the streams are read by a runner of GitHub Actions, which obeys some lines.
    is_github: bool,
    /// Why what is told to a program could not be written.
    lost: RefCell<Option<Failure>>,
}

/// Columns where there is no terminal to ask.
const WIDTH_OF_FILES: usize = 120;

/// Headings, and what is to be seen first.
pub const BOLD: anstyle::Style = anstyle::Style::new().bold();

/// The style of the word for a severity.
pub fn level(is_error: bool) -> anstyle::Style {
    let color = if is_error { anstyle::AnsiColor::Red } else { anstyle::AnsiColor::Yellow };
    BOLD.fg_color(Some(color.into()))
}

/// Of more lines than these, the rest is counted.
const MOST_LISTED: usize = 20;

/// Whether an environment variable is set, and not to nothing.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "false")
}

impl Ui {
    /// Colours as they are asked for.
    pub fn new(color: Color) -> Self {
        Self { color, is_github: is_set("GITHUB_ACTIONS"), lost: RefCell::default() }
    }

    /// Writes to stdout what a program or a file takes, byte for byte. On a terminal people read it, so there it is visible.
    /// A reader that went away ends the matter quietly.
    pub fn product(&self, text: &str) -> Result<(), Failure> {
        let text = if io::stdout().is_terminal() { visible_lines(text) } else { text.into() };
        written(io::stdout().lock(), &text)
    }

    /// Writes a line of JSON to stdout for a program while work goes on. That it cannot be written is known at the end.
    #[cfg(feature = "deploy")]
    pub fn stream(&self, line: &str) {
        let line = if self.is_github { line.replace("##[", "##\\u005b") } else { line.to_owned() };
        if let Err(failure) = self.product(&line) {
            self.lost.borrow_mut().get_or_insert(failure);
        }
    }

    /// Writes lines of a log to stdout: byte for byte, unless people read them, on a terminal or in the log of a CI job.
    #[cfg(feature = "deploy")]
    pub fn log<'a>(&self, lines: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
        let is_ci = (self.is_github || is_set("GITLAB_CI")) && !is_file();
        if !is_ci && !io::stdout().is_terminal() {
            return written(io::stdout().lock(), &lines.map(|line| format!("{line}\n")).collect::<String>());
        }
        let mut page = Page::new();
        lines.for_each(|line| _ = page.logged(line));
        self.print(&page)
    }

    /// Writes text for people to stdout.
    pub fn print(&self, page: &Page) -> Result<(), Failure> {
        self.drawn(page.written())
    }

    /// Writes text for people to stderr.
    pub fn note(&self, words: impl Into<Page>) {
        let page = words.into();
        let text = if self.is_github { page::defused(page.written()) } else { page.written().into() };
        // There is nowhere left to complain about a closed stderr.
        let _ = AutoStream::new(io::stderr(), self.choice(&io::stderr())).write_all(text.as_bytes());
    }

    /// Moves the cursor of the terminal that stderr is.
    #[cfg(feature = "deploy")]
    pub fn control(&self, sequence: &str) {
        let _ = io::stderr().write_all(sequence.as_bytes());
    }

    /// The columns of the terminal that stderr is.
    #[cfg(feature = "deploy")]
    pub fn width_of_errors(&self) -> usize {
        self.style(&io::stderr()).width
    }

    /// Writes lines to stderr; of many only the first.
    pub fn list(&self, lines: &[String]) {
        let mut page = Page::new();
        lines.iter().take(MOST_LISTED).for_each(|line| _ = page.line(line));
        if let Some(more) = lines.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
            page.line(format!("… and {more} more"));
        }
        self.note(page);
    }

    /// Draws what was found, on stderr.
    pub fn diagnostics(&self, report: &Report, sources: &Sources) {
        if !report.is_empty() {
            let drawn = text::render(report, sources, self.style(&io::stderr()));
            let drawn = if self.is_github { page::defused(&drawn) } else { drawn.as_str().into() };
            let _ = AutoStream::new(io::stderr(), self.choice(&io::stderr())).write_all(drawn.as_bytes());
        }
    }

    /// Draws what was found, on stdout.
    pub fn findings(&self, findings: &[(Report, Sources)]) -> Result<(), Failure> {
        let style = self.style(&io::stdout());
        findings.iter().try_for_each(|(report, sources)| self.drawn(&text::render(report, sources, style)))
    }

    /// Says why a command could not do its work.
    pub fn failure(&self, failure: &Failure) -> Exit {
        let mut page = Page::new();
        page.styled(level(true), "error").text(": ").line(&failure.message);
        if let Some(help) = &failure.help {
            page.text("  help: ").line(help);
        }
        self.note(page);
        failure.exit
    }

    /// How the command ends, if all that it told a program was written.
    pub fn finish(&self, exit: Exit) -> Exit {
        match self.lost.take() {
            Some(failure) => exit.max(self.failure(&failure)),
            None => exit,
        }
    }

    /// How diagnostics are drawn on a stream.
    fn style(&self, stream: &impl RawStream) -> Style {
        let terminal = stream.is_terminal().then(terminal_size::terminal_size).flatten();
        let width = terminal.map(|(width, _)| usize::from(width.0));
        Style { colour: self.choice(stream) != ColorChoice::Never, width: width.unwrap_or(WIDTH_OF_FILES) }
    }

    /// Columns of the terminal that stdout is.
    pub fn width(&self) -> usize {
        self.style(&io::stdout()).width
    }

    /// Writes what is drawn for people to stdout.
    fn drawn(&self, text: &str) -> Result<(), Failure> {
        let text = if self.is_github { page::defused(text) } else { text.into() };
        written(AutoStream::new(io::stdout(), self.choice(&io::stdout())).lock(), &text)
    }

    fn choice(&self, stream: &impl RawStream) -> ColorChoice {
        match self.color {
            Color::Auto => AutoStream::choice(stream),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

fn written(mut out: impl Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Whether stdout is a file on disk.
#[cfg(feature = "deploy")]
fn is_file() -> bool {
    #[cfg(unix)]
    let stdout = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned();
    #[cfg(windows)]
    let stdout = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned();
    stdout.and_then(|stdout| std::fs::File::from(stdout).metadata()).is_ok_and(|data| data.is_file())
}

/// Shows help, or what is wrong with the arguments.
pub fn usage(error: &clap::Error) -> Exit {
    let exit = if error.use_stderr() { Exit::Environment } else { Exit::Success };
    let arguments = std::env::args_os();
    if arguments.into_iter().any(|argument| hidden(&argument.to_string_lossy()).next().is_some()) {
        // Names of files may have come from a pattern of the shell.
        let _ = io::stderr().write_all(visible_lines(&error.render().to_string()).as_bytes());
        return exit;
    }
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Ui::new(Color::Auto).failure(&Failure::new(format!("cannot write the help: {error}")))
        }
        _ => exit,
    }
}
